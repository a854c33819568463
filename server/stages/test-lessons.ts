/** What tests and benchmarks give to an update: one advantage for each completion. */
import type { Policy } from "../models/policy";
import type { Rollout } from "../rollouts/generate";
import type { Lesson } from "./policy-update";
import { logprobsUnder } from "./reference";

export const lessonsOf = (
  rollouts: readonly Rollout[],
  advantages: readonly number[],
  reference: Policy | null = null,
  temperature = 1,
): Lesson[] =>
  rollouts.map((rollout, index) => ({
    rollout,
    advantages: new Float64Array(rollout.completion.length).fill(advantages[index]!),
    referenceLogprobs: reference ? logprobsUnder(reference, [rollout], temperature) : null,
    values: null,
  }));
