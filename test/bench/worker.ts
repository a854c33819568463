/**
 * Our side of the benchmark: a process with one engine that does pieces of work on demand, one JSON object a line in and out. The work is what
 * the stages do, through the same functions.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import { groupAdvantages } from "../../server/algorithms/advantages";
import { randomInteger, randomStream } from "../../server/shared/random";
import { fused } from "../../server/engine/fused-operations";
import { applyGradients, lossAndGradients, newOptimizer } from "../../server/engine/optimizer";
import { startEngine } from "../../server/engine/start-engine";
import { checkpointFiles, loadPolicy } from "../../server/models/checkpoint";
import { writeDurably } from "../../server/runs/atomic-file";
import { completionLogProbs, disposePacked, packSequences } from "../../server/models/packing";
import { newPolicy } from "../../server/models/policy";
import type { Policy } from "../../server/models/policy";
import { reasoningRlSchema } from "../../server/recipes/stages";
import { generate, plainSampling } from "../../server/rollouts/generate";
import type { Rollout } from "../../server/rollouts/generate";
import { whole } from "../../server/stages/micro-batches";
import { updatePolicy } from "../../server/stages/rl/rl-step";
import { withAdvantages } from "../../server/stages/rl/advantages.testing";

/** The shapes of the design's table: a Llama of 0.86 million parameters, 8 prompts × 8 samples, 16 + 48 tokens. */
const shape = { prompts: 8, samples: 8, promptTokens: 16, completionTokens: 48 };
const symbols = Array.from("abcdefghijklmnopqrstuvwxyz0123456789+-*/=()<>?:;.,!@#$%&_|");
/** A model of some width: 128 is that of the table. */
const modelOf = (hidden_size: number) => ({
  num_hidden_layers: hidden_size / 32,
  hidden_size,
  num_attention_heads: hidden_size / 32,
  intermediate_size: 3 * hidden_size,
  qk_norm: false,
  max_position_embeddings: 512,
  rope_theta: 10_000,
});

const requestSchema = z.discriminatedUnion("work", [
  /** Writes the model and the prompts that both sides use. */
  z.object({ work: z.literal("prepare"), folder: z.string(), width: z.int().default(128) }),
  z.object({ work: z.literal("load"), folder: z.string() }),
  z.object({ work: z.literal("matrix"), m: z.int(), k: z.int(), n: z.int(), times: z.int() }),
  z.object({ work: z.literal("sft"), times: z.int() }),
  z.object({ work: z.literal("generation"), times: z.int() }),
  z.object({ work: z.literal("grpo"), times: z.int() }),
]);
type Request = z.infer<typeof requestSchema>;

/** Milliseconds of each repetition, and the tokens (or floating-point operations) of one. */
interface Answer {
  readonly milliseconds: readonly number[];
  readonly amount: number;
}

interface Loaded {
  readonly policy: Policy;
  readonly optimizer: ReturnType<typeof newOptimizer>;
  readonly prompts: readonly (readonly number[])[];
}

let loaded: Loaded | null = null;
let draws = 0;

function prepare(folder: string, width: number): void {
  mkdirSync(folder, { recursive: true });
  const policy = newPolicy(modelOf(width), symbols, 0);
  const files = checkpointFiles(policy, newOptimizer(policy.weights), { stage: "bench", step: 0, tokens: 0 });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeDurably(join(folder, name), content);
  }
  const random = randomStream("bench", "prompts");
  const prompts = Array.from({ length: shape.prompts }, () =>
    Array.from({ length: shape.promptTokens }, () => symbols[randomInteger(random, 0, symbols.length - 1)]!).join(""),
  );
  writeFileSync(join(folder, "work.json"), JSON.stringify({ ...shape, prompts }));
}

async function load(folder: string): Promise<void> {
  const policy = await loadPolicy(folder);
  const { prompts } = z
    .object({ prompts: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(folder, "work.json"), "utf8")));
  // Nothing ends a sequence early: both sides make the same number of tokens.
  const endless = { ...policy, tokenizer: { ...policy.tokenizer, stops: [] } };
  loaded = {
    policy: endless,
    optimizer: newOptimizer(policy.weights),
    prompts: prompts.map((prompt) => policy.tokenizer.encode(prompt)),
  };
}

function timed(times: number, amount: number, work: () => void): Answer {
  const milliseconds = Array.from({ length: times }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  return { milliseconds, amount };
}

function matrix({ m, k, n, times }: Extract<Request, { work: "matrix" }>): Answer {
  const [x, w] = tf.tidy(() => [tf.randomUniform([m, k]), tf.randomUniform([n, k])]) as [tf.Tensor2D, tf.Tensor2D];
  // Products of a few microseconds are timed together.
  const inner = Math.max(1, Math.round(2e8 / (m * k * n)));
  const answer = timed(times, 2 * m * k * n * inner, () => {
    for (let index = 0; index < inner; index++) {
      const y = fused().linear(x, w);
      if (index === inner - 1) y.dataSync();
      y.dispose();
    }
  });
  tf.dispose([x, w]);
  return answer;
}

const sequenceTokens = shape.prompts * shape.samples * (shape.promptTokens + shape.completionTokens);
const settings = { learning_rate: 1e-4, adam_beta1: 0.9, adam_beta2: 0.99, adam_epsilon: 1e-8, max_grad_norm: 1 };

function sft({ policy, optimizer, prompts }: Loaded, times: number): Answer {
  const random = randomStream("bench", "completions");
  const vocabulary = policy.config.vocab_size;
  const sequences = prompts.flatMap((prompt) =>
    Array.from({ length: shape.samples }, () => ({
      prompt,
      completion: Array.from({ length: shape.completionTokens }, () => randomInteger(random, 7, vocabulary - 1)),
    })),
  );
  return timed(times, sequenceTokens, () => {
    const packed = packSequences(sequences);
    const { gradients } = lossAndGradients(policy.weights, () =>
      tf.neg(tf.mean(completionLogProbs(policy, packed, 1).logprobs)),
    );
    applyGradients(policy.weights, gradients, optimizer, { ...settings, weight_decay: 0.01 });
    tf.dispose([...gradients.values()]);
    disposePacked(packed);
  });
}

function sample({ policy, prompts }: Loaded): Rollout[] {
  const draw = draws++;
  return generate(policy, prompts, {
    ...plainSampling,
    num_generations: shape.samples,
    max_completion_length: shape.completionTokens,
    random: (group, index) => randomStream("bench", draw, group, index),
  });
}

const generation = (state: Loaded, times: number): Answer =>
  timed(times, shape.prompts * shape.samples * shape.completionTokens, () => {
    sample(state);
  });

/** A step with a reward that tells every group's samples apart: the share of even tokens. */
function grpo(state: Loaded, times: number): Answer {
  const stage = reasoningRlSchema.parse({ kind: "reasoning-rl", max_completion_length: shape.completionTokens });
  return timed(times, sequenceTokens, () => {
    const rollouts = sample(state);
    const { advantages } = groupAdvantages(
      rollouts.map(({ completion }) => [completion.filter((token) => token % 2 === 0).length / completion.length]),
      [1],
      { ...stage, num_generations: shape.samples },
    );
    const tokens = rollouts.length * shape.completionTokens;
    updatePolicy(
      { stage, policy: state.policy, critic: null, optimizer: state.optimizer, parts: whole },
      withAdvantages(rollouts, advantages),
      {
        beta: 0,
        entropyCoef: 0,
        totals: { completions: rollouts.length, tokens, max_completion_length: shape.completionTokens },
      },
      { learning_rate: settings.learning_rate, random: () => randomStream("bench") },
    );
  });
}

async function perform(request: Request): Promise<Answer | Record<string, never>> {
  if (request.work === "matrix") return matrix(request);
  if (request.work === "prepare") prepare(request.folder, request.width);
  else if (request.work === "load") await load(request.folder);
  else {
    if (!loaded) throw new Error("Load a model first.");
    const works = { sft, generation, grpo };
    return works[request.work](loaded, request.times);
  }
  return {};
}

async function main(): Promise<void> {
  const binding = process.env["REASONING_LAB_TENSORFLOW"];
  const engine = await startEngine(z.enum(["simd", "tensorflow", "cpu"]).parse(process.argv[2]), {
    kernels: process.argv[3]!,
    tensorflow: binding === undefined ? null : { binding, device: "cpu" },
  });
  process.stdout.write(`${JSON.stringify({ engine })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await perform(requestSchema.parse(JSON.parse(line)));
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
}

void main();
