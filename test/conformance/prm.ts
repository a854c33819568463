/** `trl/prm.json`: loss, gradient and accuracy of TRL 1.13's PRMTrainer in float64, and the tokens and labels that it makes of steps. */
import * as z from "zod";
import { labelSteps } from "../../server/algorithms/step-labels";
import { stepLoss } from "../../server/algorithms/step-loss";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";

/** A label at a token that no step ends with. */
const ignored = -100;

const lossSchema = z.object({
  id: z.string(),
  kind: z.literal("loss"),
  config: z.object({
    num_labels: z.int(),
    ignore_index: z.literal(ignored),
    num_items_in_batch: z.number().nullable(),
  }),
  inputs: z.object({ logits: z.array(z.array(z.array(z.number()))), labels: z.array(z.array(z.number())) }),
  expected: z.object({
    loss: z.number().nullable(),
    d_loss_d_logits: z.array(z.array(z.array(z.number()))),
    accuracy: z.number().nullable(),
  }),
});
const tokenizeSchema = z.object({
  id: z.string(),
  kind: z.literal("tokenize"),
  config: z.object({
    step_separator_ids: z.array(z.int()),
    bos_token_id: z.int().nullable(),
    max_length: z.int().nullable(),
    max_completion_length: z.int().nullable(),
    train_on_last_step_only: z.boolean(),
    is_eval: z.boolean(),
  }),
  inputs: z.object({
    prompt_ids: z.array(z.int()),
    step_ids: z.array(z.array(z.int())),
    labels: z.array(z.union([z.boolean(), z.number()])),
  }),
  expected: z.object({ input_ids: z.array(z.int()), labels: z.array(z.number()) }),
});
const caseSchema = z.discriminatedUnion("kind", [lossSchema, tokenizeSchema]);
type Case = z.infer<typeof caseSchema>;

const exact = { relative: 1e-8, absolute: 1e-11 };

function checkLoss({ config, inputs, expected }: z.infer<typeof lossSchema>): Mismatch[] {
  const targets = inputs.labels.flat().map((label) => (label === ignored ? null : label));
  const { loss, gradient, accuracy } = stepLoss(inputs.logits.flat(2), targets, config.num_items_in_batch);
  return compare(
    { ...expected, d_loss_d_logits: expected.d_loss_d_logits.flat(2) },
    { loss, d_loss_d_logits: [...gradient], accuracy },
    exact,
  );
}

function checkTokenize({ config, inputs, expected }: z.infer<typeof tokenizeSchema>): Mismatch[] {
  const { ids, labels } = labelSteps(inputs.prompt_ids, inputs.step_ids, inputs.labels.map(Number), {
    ...config,
    separator: config.step_separator_ids,
    bos: config.bos_token_id,
    train_on_last_step_only: config.train_on_last_step_only && !config.is_eval,
  });
  return compare(expected, { input_ids: ids, labels: labels.map((label) => label ?? ignored) }, exact);
}

const unsupported = (one: Case): string | null =>
  one.kind === "loss" && one.config.num_labels !== 2 ? `num_labels=${one.config.num_labels}` : null;

const soft = (one: Case): boolean =>
  one.kind === "tokenize" && one.inputs.labels.some((label) => !Number.isInteger(Number(label)));

export function runPrm(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(
    cases,
    unsupported,
    (one) => (one.kind === "loss" ? checkLoss(one) : checkTokenize(one)),
    (one) => (soft(one) ? "soft labels are kept where TRL cuts them to whole numbers" : null),
  );
}
