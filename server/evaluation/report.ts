/** What an evaluation says of a model: every measure with its interval, overall and by difficulty. */
import { passAtK } from "../algorithms/pass-at-k";
import type { Estimate, EvaluationReport, Measures } from "../protocol/reports";
import { bootstrapMean } from "./bootstrap";
import { passCurve } from "./pass-curve";
import type { PromptResult } from "./summary";
import { bestIsRight, majorityIsRight } from "./vote";

/** What a report takes of a prompt's result. */
export type EvaluatedPrompt = Pick<PromptResult, "difficulty"> & {
  readonly samples: readonly Pick<PromptResult["samples"][number], "answer" | "right" | "length" | "reward">[];
};

function measure(prompts: readonly EvaluatedPrompt[], k: number, seed: number): Measures {
  const estimate = (value: (prompt: EvaluatedPrompt) => number): Estimate =>
    bootstrapMean(prompts.map(value), { seed })!;
  const rightOf = ({ samples }: EvaluatedPrompt): number => samples.filter(({ right }) => right).length;
  const best = prompts.flatMap(({ samples }) => {
    const right = bestIsRight(
      samples.map((sample) => sample.right),
      samples.map(({ reward }) => reward ?? null),
    );
    return right === null ? [] : [right ? 1 : 0];
  });
  return {
    prompts: prompts.length,
    k,
    pass_at_1: estimate((prompt) => passAtK(k, rightOf(prompt), 1)),
    pass_at_k: estimate((prompt) => passAtK(k, rightOf(prompt), k)),
    pass_at: passCurve(prompts.map(rightOf), k, seed),
    maj_at_k: estimate(({ samples }) => (majorityIsRight(samples) ? 1 : 0)),
    best_of_k: bootstrapMean(best, { seed }),
    length: estimate(({ samples }) => samples.reduce((sum, { length }) => sum + length, 0) / k),
  };
}

/** Measures of evaluated prompts. Throws without prompts, without samples, and when prompts have different numbers of samples. */
export function reportEvaluation(prompts: readonly EvaluatedPrompt[], seed: number): EvaluationReport {
  const k = prompts[0]?.samples.length ?? 0;
  if (k === 0) throw new Error("An evaluation needs at least one held-out prompt and one sample of it.");
  const other = prompts.findIndex(({ samples }) => samples.length !== k);
  if (other >= 0)
    throw new Error(
      `Prompt ${other + 1} has ${prompts[other]!.samples.length} samples, the first one ${k}: measures need as many of each.`,
    );
  const groups = new Map<number, EvaluatedPrompt[]>();
  for (const prompt of prompts)
    if (prompt.difficulty !== undefined)
      groups.set(prompt.difficulty, [...(groups.get(prompt.difficulty) ?? []), prompt]);
  return {
    all: measure(prompts, k, seed),
    byDifficulty: [...groups]
      .sort(([a], [b]) => a - b)
      .map(([difficulty, group]) => ({ difficulty, measures: measure(group, k, seed) })),
  };
}
