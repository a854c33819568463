/**
 * The step of GRPO (DeepSeekMath, arXiv 2402.03300, algorithm 1), its family, and PPO: sample completions and score them, estimate their advantages, move the
 * policy by them, record all of it.
 */
import { appliedEntropyCoef } from "../../algorithms/entropy";
import type { Random } from "../../shared/random";
import { updateCritic } from "./critic-update";
import { generateAndScore } from "./generate-and-score";
import { miniBatches } from "./mini-batches";
import { whereFinite } from "../non-finite";
import { applyPolicyGradients, policyGradients, type LossTerms, type Update } from "./policy-update";
import type { Learner, RlContext } from "./rl-context";
import { recordStep, recordUnscored, rewardsFailure } from "./rl-records";
import type { RlState } from "./rl-state";
import type { StepAt, StepMade } from "../run-steps";
import { lossTotals, stepAdvantages, thatLearn, type RolloutWithAdvantages } from "./step-advantages";
import { miniBatchOrder } from "./step-terms";
import { stopwatch } from "./stopwatch";

export async function rlStep(rl: RlContext, at: StepAt, state: RlState): Promise<StepMade<RlState>> {
  const { stage, context } = rl;
  const { step, learning_rate } = at;

  const scored = await generateAndScore(rl, at, state);
  const failure = rewardsFailure(stage, step, scored);
  if (failure !== null && !at.skip()) {
    recordUnscored(rl, step, scored);
    throw failure;
  }

  const lap = stopwatch();
  const { beta } = state;
  const advantages = stepAdvantages(rl, scored, beta);
  const entropyCoef = appliedEntropyCoef(stage, state.entropy);
  const rollouts = thatLearn(rl, advantages.rollouts, entropyCoef);
  const estimate = lap();

  const random = miniBatchOrder(context.recipe.seed, stage.name, step);
  const terms: LossTerms = { beta, entropyCoef, totals: lossTotals(stage, scored, advantages) };
  const updates = whereFinite(() => updatePolicy(rl, rollouts, terms, { learning_rate, random }));
  const update = lap();

  return recordStep(rl, step, state, { scored, advantages, rollouts, updates, seconds: { estimate, update } });
}

/** `num_iterations` passes over the rollouts, each in `num_mini_batches` updates. Throws a NonFiniteStep at the first that is not finite, which it does not apply. */
export function updatePolicy(
  learner: Learner,
  rollouts: readonly RolloutWithAdvantages[],
  terms: LossTerms,
  { learning_rate, random }: { readonly learning_rate: number; readonly random: (pass: number) => Random },
): Update[] {
  return miniBatches(rollouts.length, learner.stage, random).map(({ pass, places }) => {
    const batch = places.map((place) => rollouts[place]!);
    const { loss, logprobs, ...found } = policyGradients(learner, batch, terms);
    const { gradNorm, critic } = applyPolicyGradients(learner, found, learning_rate);
    return {
      pass,
      places,
      batch,
      loss,
      logprobs,
      gradNorm,
      critic: critic ?? updateCritic(learner, batch, learning_rate),
    };
  });
}
