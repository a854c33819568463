/** `trl/preference.json`: losses, gradients and metrics of TRL's RewardTrainer, DPOTrainer and KTOTrainer in float64. */
import * as z from "zod";
import { ktoLoss, ktoReferencePoint } from "../../server/algorithms/kto-loss";
import { preferenceLoss, preferenceLossTypes, type Completions } from "../../server/algorithms/preference-loss";
import { divergences } from "../../server/algorithms/preference-score";
import { rewardModelLoss } from "../../server/algorithms/reward-model-loss";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";

const rows = z.array(z.array(z.number()));
const metrics = z.record(z.string(), z.number().nullable());
const rewardSchema = z.object({
  id: z.string(),
  trainer: z.literal("RewardTrainer"),
  config: z.object({ center_rewards_coefficient: z.number().nullable() }),
  inputs: z.object({
    rewards_chosen: z.array(z.number()),
    rewards_rejected: z.array(z.number()),
    margin: z.array(z.number()).nullable(),
  }),
  expected: z.object({
    loss: z.number(),
    d_loss_d_rewards_chosen: z.array(z.number()),
    d_loss_d_rewards_rejected: z.array(z.number()),
    metrics,
  }),
});
const dpoSchema = z.object({
  id: z.string(),
  trainer: z.literal("DPOTrainer"),
  config: z.object({
    beta: z.number(),
    loss_type: z.array(z.string()),
    loss_weights: z.array(z.number()).nullable(),
    label_smoothing: z.number(),
    f_divergence_type: z.enum(divergences),
    f_alpha_divergence_coef: z.number(),
    ld_alpha: z.number().nullable(),
    use_weighting: z.boolean(),
    discopop_tau: z.number(),
  }),
  inputs: z.object({ per_token_logps: rows, ref_per_token_logps: rows, completion_mask: rows }),
  expected: z.object({ loss: z.number(), d_loss_d_per_token_logps: rows, metrics }),
});
const ktoSchema = z.object({
  id: z.string(),
  trainer: z.literal("KTOTrainer"),
  config: z.object({
    beta: z.number(),
    loss_type: z.enum(["kto", "apo_zero_unpaired"]),
    desirable_weight: z.number(),
    undesirable_weight: z.number(),
  }),
  inputs: z.object({
    per_token_logps: rows,
    ref_per_token_logps: rows,
    KL_per_token_logps: rows.nullable(),
    ref_KL_per_token_logps: rows.nullable(),
    completion_mask: rows,
    label: z.array(z.boolean()),
  }),
  expected: z.object({ loss: z.number(), d_loss_d_per_token_logps: rows, metrics }),
});
const caseSchema = z.discriminatedUnion("trainer", [rewardSchema, dpoSchema, ktoSchema]);
type Case = z.infer<typeof caseSchema>;

const exact = { relative: 1e-8, absolute: 1e-11 };
const shares = { relative: 1e-6, absolute: 1e-7 };

type Rows = readonly (readonly number[])[];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Positions of each row's completion in the rows that are shifted by one. */
const positions = (mask: Rows): number[][] =>
  mask.map((row) => row.slice(1).flatMap((value, position) => (value === 1 ? [position] : [])));

const packed = (values: Rows, at: Rows): Float64Array =>
  Float64Array.from(at.flatMap((row, index) => row.map((position) => values[index]![position]!)));

/** `[tokens]` back in rows, 0 elsewhere. */
function inRows(values: ArrayLike<number>, at: Rows, width: number): number[][] {
  let next = 0;
  return at.map((row) => {
    const result = Array<number>(width).fill(0);
    for (const position of row) result[position] = values[next++]!;
    return result;
  });
}

/** TRL sums whole rows, so that prompts and padding, whose log-probabilities are constants, get a gradient too: it is not compared. */
const ofTokens = (gradient: Rows, at: Rows): number[][] => inRows(packed(gradient, at), at, gradient[0]!.length);

const completionsOf = (logps: Rows, reference: Rows, at: Rows): Completions => ({
  lengths: at.map((row) => row.length),
  logprobs: packed(logps, at),
  referenceLogprobs: packed(reference, at),
});

function checkReward({ config, inputs, expected }: z.infer<typeof rewardSchema>): Mismatch[] {
  const result = rewardModelLoss(
    inputs.rewards_chosen,
    inputs.rewards_rejected,
    inputs.margin,
    config.center_rewards_coefficient,
  );
  const { accuracy, ...rest } = expected.metrics;
  return [
    ...compare(
      { ...expected, ...rest, metrics: undefined },
      {
        loss: result.loss,
        d_loss_d_rewards_chosen: [...result.chosenGradient],
        d_loss_d_rewards_rejected: [...result.rejectedGradient],
        margin: result.margin,
      },
      exact,
    ),
    ...compare({ accuracy }, { accuracy: result.accuracy }, shares),
  ];
}

function checkDpo({ config, inputs, expected }: z.infer<typeof dpoSchema>): Mismatch[] {
  const at = positions(inputs.completion_mask);
  const half = at.length / 2;
  const width = inputs.per_token_logps[0]!.length;
  const side = (from: number, to: number): Completions =>
    completionsOf(
      inputs.per_token_logps.slice(from, to),
      inputs.ref_per_token_logps.slice(from, to),
      at.slice(from, to),
    );
  const known = z.array(z.enum(preferenceLossTypes)).parse(config.loss_type);
  const result = preferenceLoss(side(0, half), side(half, at.length), { ...config, loss_type: known });
  const { "rewards/accuracies": accuracies, ...rest } = result.metrics;
  return [
    ...compare(
      {
        ...expected.metrics,
        loss: expected.loss,
        d_loss_d_per_token_logps: ofTokens(expected.d_loss_d_per_token_logps, at),
      },
      {
        loss: result.loss,
        d_loss_d_per_token_logps: [
          ...inRows(result.chosenGradient, at.slice(0, half), width),
          ...inRows(result.rejectedGradient, at.slice(half), width),
        ],
        ...rest,
      },
      exact,
    ),
    ...compare(expected.metrics, { "rewards/accuracies": accuracies }, shares),
  ];
}

function checkKto({ config, inputs, expected }: z.infer<typeof ktoSchema>): Mismatch[] {
  const at = positions(inputs.completion_mask);
  const { KL_per_token_logps: logps, ref_KL_per_token_logps: reference } = inputs;
  const referencePoint = logps && reference ? ktoReferencePoint(logps.map(sum), reference.map(sum)) : 0;
  const completions = completionsOf(inputs.per_token_logps, inputs.ref_per_token_logps, at);
  const result = ktoLoss(completions, inputs.label, referencePoint, config);
  const rewardsOf = (desirable: boolean): number[] =>
    result.rewards.filter((_, index) => inputs.label[index] === desirable);
  return compare(
    {
      ...expected.metrics,
      loss: expected.loss,
      d_loss_d_per_token_logps: ofTokens(expected.d_loss_d_per_token_logps, at),
    },
    {
      loss: result.loss,
      d_loss_d_per_token_logps: inRows(result.gradient, at, inputs.per_token_logps[0]!.length),
      kl: result.kl,
      ...(inputs.label.includes(true) ? { "rewards/chosen": mean(rewardsOf(true)) } : {}),
      ...(inputs.label.includes(false) ? { "rewards/rejected": mean(rewardsOf(false)) } : {}),
    },
    exact,
  );
}

function unsupported(one: Case): string | null {
  if (one.trainer !== "DPOTrainer") return null;
  if (one.config.use_weighting) return "use_weighting=true";
  const unknown = one.config.loss_type.find((type) => preferenceLossTypes.every((known) => known !== type));
  return unknown === undefined ? null : `loss_type=${unknown}`;
}

function check(one: Case): Mismatch[] {
  switch (one.trainer) {
    case "RewardTrainer":
      return checkReward(one);
    case "DPOTrainer":
      return checkDpo(one);
    case "KTOTrainer":
      return checkKto(one);
  }
}

export function runPreference(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(cases, unsupported, check);
}
