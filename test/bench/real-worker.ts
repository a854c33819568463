/**
 * Our side of the benchmark on a real model: a process with one engine that does one piece of work on SmolLM2-135M-Instruct, one JSON object a line in
 * and out. The work is what the stages do, through the same functions, and its memory is planned as theirs is.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import { groupAdvantages } from "../../server/algorithms/advantages";
import { engineMemoryLimit } from "../../server/engine/fused-operations";
import { applyGradients, newOptimizer, type OptimizerState } from "../../server/engine/optimizer";
import { usefulThreads } from "../../server/engine/simd/threads";
import { startEngine } from "../../server/engine/start-engine";
import { getModel } from "../../server/model-setup/get-model";
import { knownModels } from "../../server/model-setup/known-models";
import { loadPolicy, modelFiles } from "../../server/models/checkpoint";
import { newAdapter, settingsOf } from "../../server/models/lora";
import { planMemory, planText, type PlannedWork } from "../../server/models/memory-plan";
import { completionLogProbs, packSequences, type TokenSequence } from "../../server/models/packing";
import { withAdapter, type Policy } from "../../server/models/policy";
import { numbersOf } from "../../server/models/weights";
import { loraSchema } from "../../server/recipes/schema";
import { reasoningRlSchema } from "../../server/recipes/stages";
import { generate, plainSampling, type Rollout } from "../../server/rollouts/generate";
import { writeDurably } from "../../server/runs/atomic-file";
import { randomInteger, randomStream } from "../../server/shared/random";
import { gradientsOf, partsOfPlan, type Parts } from "../../server/stages/micro-batches";
import { withAdvantages } from "../../server/stages/rl/advantages.testing";
import { updatePolicy } from "../../server/stages/rl/rl-step";

const model = knownModels.find(({ name }) => name === "smollm2-135m")!;
/** A prompt is made of words that are one token each, so that every tokenizer makes the same tokens of its text. */
const words =
  "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many".split(
    " ",
  );
/** Tokens of the longest prompt, and how many prompts there are. */
const longestPrompt = 64;
const mostPrompts = 32;

const size = { prompts: z.int(), samples: z.int(), promptTokens: z.int(), completionTokens: z.int() };
const requestSchema = z.discriminatedUnion("work", [
  /** Brings the model into `models` and writes it to `folder` as transformers loads it, with the prompts of both sides. */
  z.object({ work: z.literal("prepare"), models: z.string(), folder: z.string() }),
  z.object({ work: z.literal("load"), checkpoint: z.string(), folder: z.string(), lora: z.boolean() }),
  z.object({ work: z.literal("generate"), ...size }),
  z.object({ work: z.literal("sft"), ...size }),
  z.object({ work: z.literal("grpo"), ...size }),
  z.object({ work: z.literal("peak") }),
]);
type Size = z.infer<z.ZodObject<typeof size>>;

interface Loaded {
  readonly policy: Policy;
  readonly optimizer: OptimizerState;
  readonly prompts: readonly (readonly number[])[];
}

const workSchema = z.object({ prompts: z.array(z.array(z.int())) });
const settings = { learning_rate: 1e-5, adam_beta1: 0.9, adam_beta2: 0.99, adam_epsilon: 1e-8, max_grad_norm: 1 };
let loaded: Loaded | null = null;
let draws = 0;

async function prepare(models: string, folder: string): Promise<{ checkpoint: string }> {
  const checkpoint = await getModel(model, {
    folder: models,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const policy = await loadPolicy(checkpoint);
  for (const [name, content] of Object.entries(modelFiles(policy))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeDurably(join(folder, name), content);
  }
  const { tokenizer } = policy;
  const single = words.filter((word) => tokenizer.encode(` ${word}`).length === 1);
  const random = randomStream("bench", "real prompts");
  const prompts = Array.from({ length: mostPrompts }, () =>
    Array.from(
      { length: longestPrompt },
      () => tokenizer.encode(` ${single[randomInteger(random, 0, single.length - 1)]!}`)[0]!,
    ),
  );
  const texts = prompts.map((prompt) => tokenizer.decode(prompt));
  if (texts.some((text, index) => tokenizer.encode(text).join() !== prompts[index]!.join()))
    throw new Error("The prompts' texts do not become the same tokens again.");
  writeFileSync(join(folder, "work.json"), JSON.stringify({ prompts, texts }));
  return { checkpoint };
}

async function load(checkpoint: string, folder: string, lora: boolean): Promise<void> {
  const { prompts } = workSchema.parse(JSON.parse(readFileSync(join(folder, "work.json"), "utf8")));
  const whole = await loadPolicy(checkpoint, { chatTemplate: false, frozen: lora });
  const policy = lora ? withAdapter(whole, newAdapter(whole.config, settingsOf(loraSchema.parse({})), 0)) : whole;
  // Nothing ends a sequence early: both sides make the same number of tokens.
  loaded = {
    policy: { ...policy, tokenizer: { ...policy.tokenizer, stops: [] } },
    optimizer: newOptimizer(policy.trained),
    prompts,
  };
}

const promptsOf = ({ prompts }: Loaded, { prompts: count, promptTokens }: Size): number[][] =>
  prompts.slice(0, count).map((prompt) => prompt.slice(0, promptTokens));

/** As `stages/plan-memory.ts` has it. */
function partsFor({ policy }: Loaded, size: Size, sampling: boolean): Parts {
  const { prompts, samples, promptTokens, completionTokens } = size;
  const limit = Math.min(engineMemoryLimit() ?? Infinity, process.availableMemory() + process.memoryUsage().rss);
  const work: PlannedWork = {
    config: policy.config,
    adapter: policy.adapter ? numbersOf(policy.adapter.weights) : null,
    trained: 1,
    asked: 0,
    engine: engineMemoryLimit() === null ? "tensorflow" : "simd",
    threads: usefulThreads(),
    batch: { tokens: prompts * samples * (promptTokens + completionTokens), longest: promptTokens + completionTokens },
    together: null,
    sampling: sampling ? size : null,
    evaluation: null,
    limit,
    machine: limit,
  };
  const plan = planMemory(work);
  process.stderr.write(`${planText(plan)}; part ${plan.part ?? "whole"}, recompute ${plan.recompute}\n`);
  return partsOfPlan(plan, undefined);
}

const lengthOf = ({ prompt, completion }: TokenSequence): number => prompt.length + completion.length;

function sft(state: Loaded, size: Size): void {
  const { policy, optimizer } = state;
  const random = randomStream("bench", "completions");
  const completion = (): number[] =>
    Array.from({ length: size.completionTokens }, () => randomInteger(random, 100, policy.config.vocab_size - 1));
  const sequences = promptsOf(state, size).flatMap((prompt) =>
    Array.from({ length: size.samples }, () => ({ prompt, completion: completion() })),
  );
  const parts = partsFor(state, size, false);
  const learnt = sequences.length * size.completionTokens;
  const { gradients } = gradientsOf(
    policy.trained,
    parts(sequences, lengthOf),
    packSequences,
    (packed) => tf.div(tf.neg(tf.sum(completionLogProbs(policy, packed, 1).logprobs)), learnt),
    parts,
  );
  applyGradients(policy.trained, gradients, optimizer, { ...settings, weight_decay: 0 });
  tf.dispose([...gradients.values()]);
}

function sample(state: Loaded, size: Size): Rollout[] {
  const draw = draws++;
  return generate(state.policy, promptsOf(state, size), {
    ...plainSampling,
    num_generations: size.samples,
    max_completion_length: size.completionTokens,
    random: (group, index) => randomStream("bench", draw, group, index),
  });
}

/** A step with a reward that tells every group's samples apart: the share of even tokens. */
function grpo(state: Loaded, size: Size): void {
  const stage = reasoningRlSchema.parse({ kind: "reasoning-rl", max_completion_length: size.completionTokens });
  const rollouts = sample(state, size);
  const sampled = performance.now();
  const { advantages } = groupAdvantages(
    rollouts.map(({ completion }) => [completion.filter((token) => token % 2 === 0).length / completion.length]),
    [1],
    { ...stage, num_generations: size.samples },
  );
  const parts = partsFor(state, size, true);
  updatePolicy(
    { stage, policy: state.policy, critic: null, optimizer: state.optimizer, parts },
    withAdvantages(rollouts, advantages),
    {
      beta: 0,
      entropyCoef: 0,
      totals: {
        completions: rollouts.length,
        tokens: rollouts.length * size.completionTokens,
        max_completion_length: size.completionTokens,
      },
    },
    { learning_rate: settings.learning_rate, random: () => randomStream("bench") },
  );
  process.stderr.write(`update ${Math.round(performance.now() - sampled)} ms\n`);
}

/** The most that this process has held, MB. */
function peak(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

async function perform(request: z.infer<typeof requestSchema>): Promise<object> {
  if (request.work === "prepare") return prepare(request.models, request.folder);
  if (request.work === "peak") return { peak_mb: peak() };
  if (request.work === "load") {
    await load(request.checkpoint, request.folder, request.lora);
    return {};
  }
  if (!loaded) throw new Error("Load a model first.");
  const began = performance.now();
  ({ generate: sample, sft, grpo })[request.work](loaded, request);
  return { milliseconds: performance.now() - began };
}

async function main(): Promise<void> {
  const binding = process.env["REASONING_LAB_TENSORFLOW"];
  const engine = await startEngine(
    z.enum(["simd", "tensorflow", "auto"]).parse(process.argv[2]),
    {
      kernels: process.argv[3]!,
      tensorflow: binding === undefined ? null : { binding, device: "cpu" },
    },
    model.parameters,
  );
  process.stdout.write(`${JSON.stringify({ engine })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await perform(requestSchema.parse(JSON.parse(line)));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
}

void main();
