/**
 * `hf/NAME/expected.json`: what `transformers` gives for a checkpoint (float32): token ids, logits, log-probabilities, loss, gradient norms and
 * greedy completions. Each engine is held against it.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as z from "zod";
import { fused } from "../../server/engine/fused-operations";
import { lossAndGradients } from "../../server/engine/optimizer";
import { startEngine } from "../../server/engine/start-engine";
import type { EngineName } from "../../server/engine/start-engine";
import { renderChat } from "../../server/models/chat";
import type { ChatMessage } from "../../server/protocol/conversation";
import { loadPolicy } from "../../server/models/checkpoint";
import { completionLogProbs, disposePacked, packSequences } from "../../server/models/packing";
import { disposePolicy } from "../../server/models/policy";
import type { Policy } from "../../server/models/policy";
import { attendWithin, forward, outputTable } from "../../server/models/transformer";
import { generate, plainSampling } from "../../server/rollouts/generate";
import { readCases, runCases } from "./case-file";
import type { Environment, FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";

const caseSchema = z.object({
  text: z.string(),
  ids: z.array(z.int()),
  used_ids: z.array(z.int()),
  last_logits: z.array(z.number()),
  token_logprobs: z.array(z.number()),
  loss: z.number(),
  grad_norm: z.record(z.string(), z.number()),
  greedy: z.array(z.int()),
});
type Case = z.infer<typeof caseSchema>;

const fileSchema = z.object({ cases: z.array(caseSchema), chat_template_output: z.string() });

/** The files are rounded to six decimals; two float32 implementations differ a little more. */
const tolerance = { relative: 1e-4, absolute: 2e-5 };

/** `[vocabulary]` behind the last token. */
export function lastLogits(policy: Policy, ids: readonly number[]): number[] {
  const packed = packSequences([{ prompt: ids, completion: [0] }]);
  const logits = tf.tidy(() => {
    const hidden = forward(policy, packed.tokens, packed.positions, attendWithin(policy.config, packed.sequences));
    return fused().linear(fused().gatherRows(hidden, packed.predicting), outputTable(policy)).dataSync<"float32">();
  });
  disposePacked(packed);
  return Array.from(logits);
}

/** Log-probabilities of all tokens but the first, the mean loss, and the norm of its gradient by parameter. */
export function scores(policy: Policy, ids: readonly number[]): Pick<Case, "token_logprobs" | "loss" | "grad_norm"> {
  const packed = packSequences([{ prompt: ids.slice(0, 1), completion: ids.slice(1) }]);
  let token_logprobs: number[] = [];
  const { loss, gradients } = lossAndGradients(policy.weights, () => {
    const { logprobs } = completionLogProbs(policy, packed, 1);
    token_logprobs = Array.from(logprobs.dataSync());
    return tf.neg(tf.mean(logprobs));
  });
  const norm = (gradient: tf.Tensor): number => {
    let sum = 0;
    for (const value of gradient.dataSync<"float32">()) sum += value * value;
    return Math.sqrt(sum);
  };
  const grad_norm = Object.fromEntries([...gradients].map(([name, gradient]) => [name, norm(gradient)]));
  tf.dispose([...gradients.values()]);
  disposePacked(packed);
  return { token_logprobs, loss, grad_norm };
}

/** Greedy tokens; the expected ones go on behind an end of sequence, ours end with it. */
export function greedy(policy: Policy, ids: readonly number[], length: number): number[] {
  const [rollout] = generate(policy, [ids], {
    ...plainSampling,
    num_generations: 1,
    max_completion_length: length,
    random: null,
  });
  return Array.from(rollout!.completion);
}

function check(policy: Policy, one: Case): Mismatch[] {
  const { grad_norm, ...scored } = scores(policy, one.used_ids);
  const greedyTokens = greedy(policy, one.used_ids, one.greedy.length);
  const ended = policy.tokenizer.stops.includes(greedyTokens.at(-1)!);
  const decoded = policy.tokenizer.decode(one.ids);
  const exact = { relative: 0, absolute: 0 };
  return [
    ...compare({ ids: one.ids }, { ids: policy.tokenizer.encode(one.text) }, exact),
    ...(decoded === one.text ? [] : [{ field: "text", expected: one.text, actual: decoded }]),
    ...compare(
      { token_logprobs: one.token_logprobs, loss: one.loss, last_logits: one.last_logits },
      { ...scored, last_logits: lastLogits(policy, one.used_ids) },
      tolerance,
    ),
    ...Object.keys(one.grad_norm).flatMap((name) =>
      compare(
        { [`grad_norm ${name}`]: one.grad_norm[name] },
        { [`grad_norm ${name}`]: grad_norm[name] ?? null },
        tolerance,
      ),
    ),
    ...compare(
      { greedy: ended ? one.greedy.slice(0, greedyTokens.length) : one.greedy },
      { greedy: greedyTokens },
      exact,
    ),
  ];
}

/** Runs cases on an engine, by a policy of the checkpoint; `missing`: why there is none, so that all are left out. */
export async function runOnEngine<T>(
  engine: EngineName,
  checkpoint: string | { readonly missing: string },
  cases: readonly T[],
  check: (policy: Policy, one: T) => readonly Mismatch[],
  { kernelsFile, tensorflow }: Environment,
): Promise<FileResult> {
  const named = cases.map((one, index) => ({ one, id: `${engine}/${index}` }));
  const reason =
    (engine === "simd" && !existsSync(kernelsFile) ? "the kernels are not built (npm run build)" : null) ??
    (engine === "tensorflow" && tensorflow === null ? "engine=tensorflow, which is not installed" : null) ??
    (typeof checkpoint === "string" ? null : checkpoint.missing);
  if (reason !== null || typeof checkpoint !== "string")
    return runCases(
      named,
      () => reason,
      () => [],
    );
  await startEngine(engine, {
    kernels: kernelsFile,
    tensorflow: tensorflow === null ? null : { binding: tensorflow, device: "cpu" },
  });
  const policy = await loadPolicy(checkpoint);
  try {
    return await runCases(
      named,
      () => null,
      ({ one }) => check(policy, one),
    );
  } finally {
    disposePolicy(policy);
  }
}

/** The results of several runs as those of one file. */
export const joined = (results: readonly FileResult[]): FileResult => ({
  passed: results.reduce((sum, { passed }) => sum + passed, 0),
  failed: results.flatMap(({ failed }) => failed),
  unsupported: results.flatMap(({ unsupported }) => unsupported),
});

export async function runHuggingFaceModel(file: string, environment: Environment): Promise<FileResult> {
  tf.enableProdMode();
  const { cases, chat_template_output } = readCases(file, fileSchema);
  const folder = dirname(file);
  const results: FileResult[] = [];
  for (const engine of ["simd", "tensorflow", "cpu"] as const) {
    results.push(await runOnEngine(engine, folder, cases, check, environment));
  }
  results.push(await runChatTemplate(folder, chat_template_output));
  return joined(results);
}

/** The conversation that every file's `chat_template_output` was made of. */
const conversation: readonly ChatMessage[] = [
  { role: "system", content: "Reason first." },
  { role: "user", content: "7+25=?" },
];

export function chatTemplateMismatches({ tokenizer }: Policy, expected: string): Mismatch[] {
  const actual = renderChat(tokenizer, conversation, { addGenerationPrompt: true });
  return actual === expected ? [] : [{ field: "chat_template_output", expected, actual }];
}

async function runChatTemplate(folder: string, expected: string): Promise<FileResult> {
  const policy = await loadPolicy(folder);
  try {
    return await runCases(
      [{ id: "chat-template" }],
      () => null,
      () => chatTemplateMismatches(policy, expected),
    );
  } finally {
    disposePolicy(policy);
  }
}
