import { passAtK } from "../algorithms/pass-at-k";
import type { EvaluationSummary } from "../protocol/run";

/** What one held-out prompt gave. */
export interface PromptResult {
  /** `[samples]`: whether each sampled completion was right. */
  readonly right: readonly boolean[];
  readonly greedyRight: boolean;
  /** `[samples]` tokens. */
  readonly lengths: readonly number[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** pass@1 is the mean over all samples, pass@k the unbiased estimate with k = samples a prompt. Throws without prompts. */
export function summarise(results: readonly PromptResult[]): EvaluationSummary {
  const samples = results[0]?.right.length;
  if (samples === undefined) throw new Error("An evaluation needs at least one held-out prompt.");
  const count = (right: readonly boolean[]): number => right.filter(Boolean).length;
  return {
    prompts: results.length,
    samples,
    pass_at_1: mean(results.map(({ right }) => passAtK(samples, count(right), 1))),
    pass_at_k: mean(results.map(({ right }) => passAtK(samples, count(right), samples))),
    greedy: mean(results.map(({ greedyRight }) => (greedyRight ? 1 : 0))),
    mean_length: mean(results.flatMap(({ lengths }) => lengths)),
  };
}
