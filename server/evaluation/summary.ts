import { passAtK } from "../statistics/pass-at-k";
import type { EvaluationSummary } from "../protocol/run";
import { bootstrapMean } from "../statistics/bootstrap";
import { passCurve } from "./pass-curve";
import { majorityIsRight } from "./vote";
import type { Vote } from "./vote";

export interface EvaluatedSample extends Vote {
  /** Tokens of the completion, and of its thinking; null: it has none. */
  readonly length: number;
  readonly thinkingLength: number | null;
  /** Whether the completion says where its answer is, as in `<answer>` or a box. */
  readonly marked: boolean;
  /** Whether it replaces a step by another. */
  readonly corrects: boolean;
  /** Of a reward function or a reward model; null where it does not apply. */
  readonly reward?: number | null;
}

/** What one held-out prompt gave. */
export interface PromptResult {
  readonly difficulty?: number | undefined;
  /** `[samples]`, as many for each prompt. */
  readonly samples: readonly EvaluatedSample[];
  readonly greedyCorrect: boolean;
}

/** Shares of prompts of the general task that were declined; null: there are none. */
export type Refusals = Pick<EvaluationSummary, "refusal" | "wrong_refusal">;
const noRefusals: Refusals = { refusal: null, wrong_refusal: null };

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOrNull = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));

/** pass@1 is the mean over all samples, pass@k the unbiased estimate with k = samples a prompt. Throws without prompts. */
export function summarise(
  results: readonly PromptResult[],
  seed: number,
  refusals: Refusals = noRefusals,
): EvaluationSummary {
  const samples = results[0]?.samples.length;
  if (samples === undefined) throw new Error("An evaluation needs at least one held-out prompt.");
  const correctOf = ({ samples: of }: PromptResult): number => of.filter(({ correct }) => correct).length;
  const all = results.flatMap(({ samples: of }) => of);
  const correctCounts = results.map(correctOf);
  const measured = {
    pass_at_1: correctCounts.map((correct) => passAtK(samples, correct, 1)),
    pass_at_k: correctCounts.map((correct) => passAtK(samples, correct, samples)),
    maj_at_k: results.map((result) => (majorityIsRight(result.samples) ? 1 : 0)),
    greedy: results.map(({ greedyCorrect }) => (greedyCorrect ? 1 : 0)),
  };
  const intervals = Object.entries(measured).map(([name, values]): [string, [number, number]] => {
    const { low, high } = bootstrapMean(values, { seed })!;
    return [name, [low, high]];
  });
  return {
    prompts: results.length,
    samples,
    pass_at_1: mean(measured.pass_at_1),
    pass_at_k: mean(measured.pass_at_k),
    pass_at: passCurve(correctCounts, samples, seed),
    maj_at_k: mean(measured.maj_at_k),
    greedy: mean(measured.greedy),
    intervals: Object.fromEntries(intervals),
    mean_length: mean(all.map(({ length }) => length)),
    thinking_length: meanOrNull(all.flatMap(({ thinkingLength }) => thinkingLength ?? [])),
    self_correction: mean(all.map(({ corrects }) => (corrects ? 1 : 0))),
    answered: mean(all.map(({ answer }) => (answer === null ? 0 : 1))),
    marked: mean(all.map(({ marked }) => (marked ? 1 : 0))),
    ...refusals,
  };
}
