/** Scores that rewards gave to the steps of completions, and the tokens at which these steps end: what process supervision learns from. */
import type { ScoredSteps } from "../../algorithms/process-advantages";
import type { Tokenizer } from "../../models/tokenizer";
import type { Rollout } from "../../rollouts/generate";
import { tokenEnds } from "../../rollouts/token-ends";
import { completionSteps } from "../../shared/steps";
import type { ScoredRollouts } from "./generate-and-score";

/** Of a completion's first tokens, those that were drawn: what was inserted has no advantage. */
const drawnWithin = ({ learnt }: Rollout, length: number): number =>
  learnt ? learnt.slice(0, length).filter(Boolean).length : length;

type Scored = Pick<ScoredRollouts, "rollouts" | "completions" | "outcomes" | "weights" | "rewards">;

/**
 * `[samples]` weighted sums of what the rewards gave to each step, by the rewards' own weights. Null where none did, and where a reward failed: that sample is
 * left out of everything.
 */
export function stepCredit(
  { rollouts, completions, outcomes, weights, rewards }: Scored,
  tokenizer: Tokenizer,
): (ScoredSteps | null)[] {
  const given = Object.values(outcomes);
  return rollouts.map((rollout, sample) => {
    if (rewards[sample] == null) return null;
    const scored = given.flatMap((samples, reward) => {
      const outcome = samples[sample];
      return outcome?.kind === "score" && outcome.steps ? [{ steps: outcome.steps, weight: weights[reward] ?? 1 }] : [];
    });
    if (scored.length === 0) return null;
    const steps = completionSteps(completions[sample]!);
    const ends = tokenEnds(tokenizer, rollout);
    let token = 0;
    return {
      scores: steps.map((_, step) =>
        scored.reduce((sum, { steps: scores, weight }) => sum + weight * (scores[step] ?? 0), 0),
      ),
      ends: steps.map(({ start, text }) => {
        while (token < ends.length && ends[token]! < start + text.length) token++;
        // The token that reaches the end of the step belongs to it.
        return drawnWithin(rollout, Math.min(token + 1, ends.length));
      }),
    };
  });
}
