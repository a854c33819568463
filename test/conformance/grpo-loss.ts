/** `trl/grpo-loss.json`: value, gradients and metrics of GRPO's losses, as TRL's GRPOTrainer gives them in float64. */
import * as z from "zod";
import { eachCompletion } from "../../server/algorithms/packed";
import { policyLoss } from "../../server/algorithms/policy-loss";
import { clippedSide, vespoWeight, type TokenLossOptions } from "../../server/algorithms/token-losses";
import { lossTypes } from "../../server/protocol/loss-types";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";
import type { Nested } from "./compare";

const tokensSchema = z.array(z.array(z.number()));
const configSchema = z.object({
  loss_type: z.enum(lossTypes),
  importance_sampling_level: z.enum(["token", "sequence"]),
  delta: z.number().nullable(),
  beta: z.number(),
  use_bias_correction_kl: z.boolean(),
  top_entropy_quantile: z.number(),
  entropy_coef: z.number(),
  sapo_temperature_pos: z.number(),
  sapo_temperature_neg: z.number(),
  vespo_k_pos: z.number(),
  vespo_lambda_pos: z.number(),
  vespo_k_neg: z.number(),
  vespo_lambda_neg: z.number(),
  off_policy_mask_threshold: z.number().nullable(),
  max_completion_length: z.number(),
  gradient_accumulation_steps: z.number(),
  steps_per_generation: z.number(),
  mode: z.enum(["train", "eval"]),
  effective_epsilon_low: z.number(),
  effective_epsilon_high: z.number(),
});
const caseSchema = z.object({
  id: z.string(),
  config: configSchema,
  inputs: z.object({
    per_token_logps: tokensSchema,
    old_per_token_logps: tokensSchema.nullable(),
    ref_per_token_logps: tokensSchema.nullable(),
    entropies: tokensSchema,
    completion_mask: tokensSchema,
    advantages: z.array(z.union([z.number(), z.array(z.number())])),
    num_items_in_batch: z.number(),
    tool_mask: tokensSchema.optional(),
    sampling_per_token_logps: tokensSchema.optional(),
    importance_sampling_ratio: tokensSchema.optional(),
  }),
  expected: z.object({
    loss: z.number(),
    d_loss_d_per_token_logps: tokensSchema,
    d_loss_d_entropies: tokensSchema.nullish(),
    metrics: z.record(z.string(), z.number().nullable()),
  }),
});
type Case = z.infer<typeof caseSchema>;
type Rows = readonly (readonly number[])[];

/** float64, but for shares, which TRL counts in float32. */
const exact = { relative: 1e-9, absolute: 1e-12 };
const shares = { relative: 1e-6, absolute: 1e-7 };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** TRL averages over micro-batches by dividing each by their number; we weigh every token by its share of the whole. */
function totalsOf({ config, inputs }: Case, tokens: number) {
  const parts = config.mode === "train" ? config.gradient_accumulation_steps : 1;
  const perStep = config.mode === "train" ? config.steps_per_generation : 1;
  return {
    completions: inputs.completion_mask.length * parts,
    tokens:
      config.loss_type === "bnpo"
        ? Math.max(tokens, 1) * parts
        : (Math.max(inputs.num_items_in_batch, 1) * parts) / perStep,
    max_completion_length: config.max_completion_length,
  };
}

function check(one: Case): Mismatch[] {
  const { config, inputs, expected } = one;
  const mask = inputs.completion_mask.map((row, index) =>
    row.map((value, token) => value * (inputs.tool_mask?.[index]?.[token] ?? 1)),
  );
  const packed = (rows: Rows): number[] =>
    rows.flatMap((row, index) => row.filter((_, token) => mask[index]![token] === 1));
  const optional = (rows: Rows | null | undefined): number[] | null => (rows ? packed(rows) : null);
  /** `[completions][width]` of `[tokens]`, 0 where nothing counts. */
  const unpacked = (values: ArrayLike<number>): number[][] => {
    let at = 0;
    return mask.map((row) => row.map((value) => (value === 1 ? values[at++]! : 0)));
  };
  const lengths = mask.map(sum);
  const width = mask[0]!.length;
  const rows = inputs.advantages.map((value) => (typeof value === "number" ? Array<number>(width).fill(value) : value));
  const advantages = packed(rows);
  const logprobs = packed(inputs.per_token_logps);
  const oldLogprobs = optional(inputs.old_per_token_logps);
  // TRL's sequence-level ratios are one a row.
  const importanceRows = inputs.importance_sampling_ratio?.map((row) =>
    row.length === 1 ? Array<number>(width).fill(row[0]!) : row,
  );
  const importanceRatios = optional(importanceRows);
  const padding = paddingLogs(importanceRows, mask);
  // TRL sums a sequence's log ratios over its padding too: here, where there is none, they are taken into its first token.
  if (importanceRatios && config.loss_type === "vespo")
    eachCompletion(lengths, (start, end, index) => {
      if (end > start) importanceRatios[start]! *= Math.exp(padding[index]!);
    });
  const options: TokenLossOptions = {
    ...config,
    epsilon: config.effective_epsilon_low,
    epsilon_high: config.effective_epsilon_high,
    dual_clip: null,
  };
  const entropies = packed(inputs.entropies);
  const result = policyLoss(
    {
      lengths,
      logprobs,
      oldLogprobs,
      referenceLogprobs: optional(inputs.ref_per_token_logps),
      advantages,
      entropies,
      importanceRatios,
      totals: totalsOf(one, sum(lengths)),
      // TRL's bonus is a mean over a micro-batch, divided by their number.
      entropyCoef: config.entropy_coef / (config.mode === "train" ? config.gradient_accumulation_steps : 1),
    },
    { ...config, ...options, kl_estimator: "k3" },
  );

  const values: Record<string, Nested> = { loss: result.loss, d_loss_d_per_token_logps: unpacked(result.gradient) };
  if (result.entropyGradient) values["d_loss_d_entropies"] = unpacked(result.entropyGradient);
  const bySequence = config.importance_sampling_level === "sequence";
  const tokenMean = (of: (token: number) => number): number =>
    sum(logprobs.map((_, token) => of(token))) / Math.max(1, logprobs.length);
  const means: Record<string, Nested> = { entropy: tokenMean((token) => entropies[token]!) };
  if (result.kl) means["kl"] = tokenMean((token) => result.kl![token]!);
  if (config.loss_type === "vespo") means["vespo/phi_seq_mean"] = vespoMean(one, mask, importanceRows, options);
  else if (config.loss_type !== "sapo") {
    const clips = clipMetrics(one, lengths, result.ratios, advantages, options, bySequence);
    return [
      ...compare(
        { ...expected, d_loss_d_entropies: expected.d_loss_d_entropies ?? undefined, metrics: undefined },
        values,
        exact,
      ),
      ...compare(expected.metrics, means, exact),
      ...compare(expected.metrics, clips, shares),
    ];
  }
  return [
    ...compare(
      { ...expected, d_loss_d_entropies: expected.d_loss_d_entropies ?? undefined, metrics: undefined },
      values,
      exact,
    ),
    ...compare(expected.metrics, means, exact),
  ];
}

/** `[completions]` Σ log of the ratios at positions that do not count. */
const paddingLogs = (rows: Rows | undefined, mask: Rows): number[] =>
  mask.map((row, index) => sum(row.map((counts, token) => (counts === 1 ? 0 : Math.log(rows?.[index]?.[token] ?? 1)))));

/** TRL's mean over rows `[completions, 1]`, of which an empty one counts too. */
function vespoMean({ inputs }: Case, mask: Rows, importance: Rows | undefined, options: TokenLossOptions): number {
  const padding = paddingLogs(importance, mask);
  const weights = mask.map((row, index) => {
    const logs = row.map((counts, token) => {
      const old = inputs.old_per_token_logps?.[index]?.[token];
      const moved = old === undefined ? 0 : inputs.per_token_logps[index]![token]! - old;
      return counts === 1 ? moved + Math.log(importance?.[index]?.[token] ?? 1) : 0;
    });
    const advantage = inputs.advantages[index]!;
    return vespoWeight(sum(logs) + padding[index]!, typeof advantage === "number" ? advantage : advantage[0]!, options);
  });
  return sum(weights) / weights.length;
}

function clipMetrics(
  { config, inputs }: Case,
  lengths: readonly number[],
  ratios: ArrayLike<number>,
  advantages: readonly number[],
  options: TokenLossOptions,
  bySequence: boolean,
): Record<string, Nested> {
  const sides = advantages.map((advantage, token) => clippedSide(config.loss_type, ratios[token]!, advantage, options));
  const rowShares = (wanted: (side: string | null) => boolean): number[] => {
    const found: number[] = [];
    eachCompletion(lengths, (start, end) => {
      const row = sides.slice(start, end);
      // A row without tokens has no share, unless one value stands for the whole sequence.
      if (end > start) found.push(row.filter(wanted).length / row.length);
      else if (bySequence) found.push(0);
    });
    return found;
  };
  const mean = (wanted: (side: string | null) => boolean): number => {
    if (!bySequence) return sides.filter(wanted).length / Math.max(sides.length, 1);
    return sum(rowShares(wanted)) / inputs.completion_mask.length;
  };
  if (config.loss_type === "cispo") return { cispo_clip_ratio: mean((side) => side === "high") };
  const low = (side: string | null): boolean => side === "low";
  const high = (side: string | null): boolean => side === "high";
  const ends = (values: readonly number[], pick: (...all: number[]) => number): number | null =>
    values.length === 0 ? null : pick(...values);
  return {
    "clip_ratio/low_mean": mean(low),
    "clip_ratio/high_mean": mean(high),
    "clip_ratio/region_mean": mean((side) => side !== null),
    "clip_ratio/low_min": ends(rowShares(low), Math.min),
    "clip_ratio/high_max": ends(rowShares(high), Math.max),
  };
}

export function runGrpoLoss(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(cases, () => null, check);
}
