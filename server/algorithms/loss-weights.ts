/** What each token counts in a loss, by `loss_type` (TRL 1.16, `GRPOTrainer._compute_loss`). */
import type { LossType } from "../protocol/loss-types";

/** Of the whole step, so that a part of it can be computed by itself, or left out where it teaches nothing. */
export interface LossTotals {
  readonly completions: number;
  readonly tokens: number;
  /** `dr_grpo` divides by it, so that long wrong answers are not favoured. */
  readonly max_completion_length: number;
}

/**
 * `[completions]`: the weight of each token of a completion. `grpo`, `sapo`: mean over completions of the mean over their tokens
 * (DeepSeekMath eq. 3). `bnpo`, `dapo`, `cispo`, `vespo`: mean over all tokens (DAPO, arXiv 2503.14476, eq. 8). `dr_grpo`: sum over tokens by a
 * constant (Dr. GRPO, arXiv 2503.20783, section 3.2). `luspo`: sum over tokens, mean over completions.
 *
 * @param lengths `[completions]` tokens that count.
 */
export function lossWeights(lossType: LossType, lengths: readonly number[], totals: LossTotals): number[] {
  const completions = Math.max(totals.completions, 1);
  switch (lossType) {
    case "grpo":
    case "sapo":
      return lengths.map((length) => 1 / (Math.max(length, 1) * completions));
    case "bnpo":
    case "dapo":
    case "cispo":
    case "vespo":
      return lengths.map(() => 1 / Math.max(totals.tokens, 1));
    case "dr_grpo":
      return lengths.map(() => 1 / (completions * totals.max_completion_length));
    case "luspo":
      return lengths.map(() => 1 / completions);
  }
}
