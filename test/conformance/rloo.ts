/** `trl/rloo.json`: advantages with the KL in the reward, and the loss on whole sequences, as TRL's RLOOTrainer gives them in float64. */
import * as z from "zod";
import { leaveOneOutAdvantages } from "../../server/algorithms/leave-one-out";
import { eachCompletion } from "../../server/algorithms/packed";
import { policyLoss } from "../../server/algorithms/policy-loss";
import { clippedSide } from "../../server/algorithms/token-losses";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";
import { plainLoss } from "../../server/algorithms/plain-loss.testing";

const tokensSchema = z.array(z.array(z.number()));
const metrics = z.record(z.string(), z.number().nullable());
const advantagesCase = z.object({
  id: z.string(),
  kind: z.literal("advantages"),
  config: z.object({
    num_generations: z.int(),
    beta: z.number(),
    reward_clip_range: z.tuple([z.number(), z.number()]).nullable(),
    normalize_advantages: z.boolean(),
    reward_weights: z.array(z.number()).nullable(),
  }),
  inputs: z.object({
    rewards: z.array(z.array(z.number().nullable())),
    old_per_token_logps: tokensSchema,
    ref_per_token_logps: tokensSchema.nullable(),
    completion_mask: tokensSchema,
  }),
  expected: z.object({ advantages: z.array(z.number()), metrics }),
});
const lossCase = z.object({
  id: z.string(),
  kind: z.literal("loss"),
  config: z.object({ effective_epsilon_low: z.number(), effective_epsilon_high: z.number() }),
  inputs: z.object({
    per_token_logps: tokensSchema,
    old_logps: z.array(z.number()),
    completion_mask: tokensSchema,
    advantages: z.array(z.number()),
  }),
  expected: z.object({ loss: z.number(), d_loss_d_per_token_logps: tokensSchema, metrics }),
});
const caseSchema = z.discriminatedUnion("kind", [advantagesCase, lossCase]);

const exact = { relative: 1e-9, absolute: 1e-12 };
const shares = { relative: 1e-6, absolute: 1e-7 };
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function checkAdvantages({ config, inputs, expected }: z.infer<typeof advantagesCase>): Mismatch[] {
  const weights = (config.reward_weights ?? inputs.rewards[0]!.map(() => 1)).map(Math.fround);
  const [least, most] = config.reward_clip_range ?? [-Infinity, Infinity];
  const kl = inputs.completion_mask.map((row, sample) =>
    sum(
      row.map((counts, token) =>
        counts === 1 && inputs.ref_per_token_logps
          ? inputs.old_per_token_logps[sample]![token]! - inputs.ref_per_token_logps[sample]![token]!
          : 0,
      ),
    ),
  );
  const rewards = inputs.rewards.map((row, sample) => {
    if (row.every((value) => value === null)) return null;
    const total = sum(row.map((value, index) => Math.fround(value ?? 0) * weights[index]!));
    return Math.min(Math.max(total, least), most) - config.beta * kl[sample]!;
  });
  const advantages = leaveOneOutAdvantages(rewards, config);
  const mean = config.beta === 0 ? {} : { kl: sum(kl) / sum(inputs.completion_mask.map(sum)) };
  return compare({ ...expected.metrics, advantages: expected.advantages }, { advantages, ...mean }, exact);
}

function checkLoss({ config, inputs, expected }: z.infer<typeof lossCase>): Mismatch[] {
  const mask = inputs.completion_mask;
  const lengths = mask.map(sum);
  const logprobs = inputs.per_token_logps.flatMap((row, index) => row.filter((_, token) => mask[index]![token] === 1));
  // Only the sum over a sequence counts.
  const oldLogprobs = logprobs.map(() => 0);
  eachCompletion(lengths, (start, _, completion) => (oldLogprobs[start] = inputs.old_logps[completion]!));
  const perToken = lengths.flatMap((length, index) => Array<number>(length).fill(inputs.advantages[index]!));
  const range = { epsilon: config.effective_epsilon_low, epsilon_high: config.effective_epsilon_high };
  const result = policyLoss(
    {
      lengths,
      logprobs,
      oldLogprobs,
      referenceLogprobs: null,
      advantages: perToken,
      entropies: null,
      importanceRatios: null,
      entropyCoef: 0,
      totals: { completions: mask.length, tokens: logprobs.length, max_completion_length: 1 },
    },
    { ...plainLoss, ...range, loss_type: "grpo", importance_sampling_level: "sequence_sum" },
  );
  let at = 0;
  const gradient = mask.map((row) => row.map((counts) => (counts === 1 ? result.gradient[at++]! : 0)));
  const first = lengths.map((_, index) => sum(lengths.slice(0, index)));
  const sides = inputs.advantages.map((advantage, index) =>
    clippedSide("grpo", result.ratios[first[index]!]!, advantage, { ...range, delta: null }),
  );
  const share = (side: string): number => sides.filter((found) => found === side).length / sides.length;
  return [
    ...compare(
      { loss: expected.loss, d_loss_d_per_token_logps: expected.d_loss_d_per_token_logps },
      { loss: result.loss, d_loss_d_per_token_logps: gradient },
      exact,
    ),
    ...compare(
      expected.metrics,
      { "clip_ratio/low_mean": share("low"), "clip_ratio/high_mean": share("high") },
      shares,
    ),
  ];
}

export function runRloo(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(
    cases,
    () => null,
    (one) => (one.kind === "loss" ? checkLoss(one) : checkAdvantages(one)),
  );
}
