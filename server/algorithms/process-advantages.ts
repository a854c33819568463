/** Advantages from scores of steps: process supervision (DeepSeekMath, arXiv 2402.03300, section 4.1.3), with min-form credit as the alternative (PURE, arXiv 2504.15275). */
import { mean } from "./mean";
import { eachCompletion } from "./packed";

export const processCredits = ["sum", "min"] as const;
export type ProcessCredit = (typeof processCredits)[number];

/** The steps of a completion, in order. */
export interface ScoredSteps {
  /** `[steps]` */
  readonly scores: readonly number[];
  /** `[steps]` tokens up to and with the step's last one. */
  readonly ends: readonly number[];
}

export interface ProcessOptions {
  readonly num_generations: number;
  readonly process_credit: ProcessCredit;
}

/** As in `groupAdvantages`. */
const epsilon = 1e-4;

/** Scores of the steps of a group, normalised over all of them: (r − mean) / (std + ε), the sample std; all 0 where they are equal, or one alone. */
function normalised(group: readonly (ScoredSteps | null)[]): (readonly number[] | null)[] {
  const all = group.flatMap((steps) => steps?.scores ?? []);
  const centre = mean(all);
  const equal = all.length < 2 || all.every((score) => score === all[0]);
  const variance = all.reduce((sum, score) => sum + (score - centre) ** 2, 0) / (all.length - 1);
  const scale = Math.sqrt(variance) + epsilon;
  return group.map((steps) => steps && steps.scores.map((score) => (equal ? 0 : (score - centre) / scale)));
}

/**
 * What each token is worth by the steps that end at it or behind it: with `sum` their normalised scores added up (the paper's Â = Σ r̃ over
 * index(j) ≥ t), with `min` the smallest of them. 0 behind the last step, and in completions without scores.
 *
 * @param steps `[samples]` samples of a group are consecutive; null: no reward scored its steps, which are then no part of the group's mean.
 * @param lengths `[samples]` tokens.
 * @returns `[tokens]`
 */
export function processAdvantages(
  steps: readonly (ScoredSteps | null)[],
  lengths: readonly number[],
  { num_generations: size, process_credit }: ProcessOptions,
): Float64Array {
  const relative = Array.from({ length: Math.ceil(steps.length / size) }, (_, group) =>
    normalised(steps.slice(group * size, (group + 1) * size)),
  ).flat();
  const advantages = new Float64Array(lengths.reduce((sum, length) => sum + length, 0));
  eachCompletion(lengths, (start, _, sample) => {
    const scores = relative[sample];
    if (!scores) return;
    const { ends } = steps[sample]!;
    let credit: number | null = null;
    for (let step = scores.length - 1; step >= 0; step--) {
      const score = scores[step]!;
      credit = credit === null ? score : process_credit === "sum" ? credit + score : Math.min(credit, score);
      for (let token = step === 0 ? 0 : ends[step - 1]!; token < ends[step]!; token++)
        advantages[start + token] = credit;
    }
  });
  return advantages;
}
