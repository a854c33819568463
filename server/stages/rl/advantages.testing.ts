/** What tests and benchmarks give to an update: one advantage for each completion. */
import type { Policy } from "../../models/policy";
import type { Rollout } from "../../rollouts/generate";
import { logprobsUnder } from "../log-probs";
import type { RolloutWithAdvantages } from "./step-advantages";

export const withAdvantages = (
  rollouts: readonly Rollout[],
  advantages: readonly number[],
  reference: Policy | null = null,
  temperature = 1,
): RolloutWithAdvantages[] =>
  rollouts.map((rollout, place) => ({
    rollout,
    place,
    advantages: new Float64Array(rollout.completion.length).fill(advantages[place]!),
    referenceLogprobs: reference ? logprobsUnder(reference, [rollout], temperature) : null,
    values: null,
  }));
