/** `trl/grpo-advantages.json`: rewards to advantages, as TRL's GRPOTrainer makes them. */
import * as z from "zod";
import { groupAdvantages, sampleStd } from "../../server/algorithms/advantages";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";

const caseSchema = z.object({
  id: z.string(),
  config: z.object({
    num_generations: z.int(),
    scale_rewards: z.enum(["group", "batch", "none"]),
    multi_objective_aggregation: z.enum(["sum_then_normalize", "normalize_then_sum"]),
    reward_weights: z.array(z.number()).nullable(),
  }),
  inputs: z.object({ rewards: z.array(z.array(z.number().nullable())), reward_names: z.array(z.string()) }),
  expected: z.object({
    advantages: z.array(z.number()),
    metrics: z.record(z.string(), z.number().nullable()),
  }),
});
type Case = z.infer<typeof caseSchema>;

/** The cases are float64. */
const tolerance = { relative: 1e-10, absolute: 1e-12 };
/** TRL computes this one in float32. */
const shareTolerance = { relative: 1e-6, absolute: 1e-7 };

function check({ config, inputs, expected }: Case): Mismatch[] {
  // TRL casts rewards and weights to float32 before anything else.
  const rewards = inputs.rewards.map((row) => row.map((value) => (value === null ? null : Math.fround(value))));
  const weights = (config.reward_weights ?? inputs.reward_names.map(() => 1)).map(Math.fround);
  const actual = groupAdvantages(rewards, weights, config);
  const present = actual.rewards.filter((reward) => reward !== null);
  const reward = present.reduce((sum, value) => sum + value, 0) / present.length;
  return [
    ...compare(
      { ...expected.metrics, advantages: expected.advantages },
      { advantages: actual.advantages, reward, reward_std: sampleStd(present) },
      tolerance,
    ),
    ...compare(expected.metrics, { frac_reward_zero_std: actual.frac_reward_zero_std }, shareTolerance),
  ];
}

export function runGrpoAdvantages(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(cases, () => null, check);
}
