/** What an evaluation says of a model: every measure with its interval, overall and by difficulty. */
import { passAtK } from "../statistics/pass-at-k";
import type { Estimate, EvaluationReport, Measures } from "../protocol/reports";
import { bootstrapMean } from "../statistics/bootstrap";
import { passCurve } from "./pass-curve";
import type { PromptResult } from "./summary";
import { bestIsCorrect, majorityIsRight } from "./vote";

/** What a report takes of a prompt's result. */
export type EvaluatedPrompt = Pick<PromptResult, "difficulty"> & {
  readonly samples: readonly Pick<PromptResult["samples"][number], "answer" | "correct" | "length" | "reward">[];
};

function measure(prompts: readonly EvaluatedPrompt[], k: number, seed: number): Measures {
  const estimate = (value: (prompt: EvaluatedPrompt) => number): Estimate =>
    bootstrapMean(prompts.map(value), { seed })!;
  const correctOf = ({ samples }: EvaluatedPrompt): number => samples.filter(({ correct }) => correct).length;
  const best = prompts.flatMap(({ samples }) => {
    const correct = bestIsCorrect(
      samples.map((sample) => sample.correct),
      samples.map(({ reward }) => reward ?? null),
    );
    return correct === null ? [] : [correct ? 1 : 0];
  });
  return {
    prompts: prompts.length,
    k,
    pass_at_1: estimate((prompt) => passAtK(k, correctOf(prompt), 1)),
    pass_at_k: estimate((prompt) => passAtK(k, correctOf(prompt), k)),
    pass_at: passCurve(prompts.map(correctOf), k, seed),
    maj_at_k: estimate(({ samples }) => (majorityIsRight(samples) ? 1 : 0)),
    best_of_k: bootstrapMean(best, { seed }),
    length: estimate(({ samples }) => samples.reduce((sum, { length }) => sum + length, 0) / k),
  };
}

/** Measures of evaluated prompts. Throws without prompts, without samples, and when prompts have different numbers of samples. */
export function reportEvaluation(prompts: readonly EvaluatedPrompt[], seed: number): EvaluationReport {
  const k = prompts[0]?.samples.length ?? 0;
  if (k === 0) throw new Error("An evaluation needs at least one held-out prompt with one sample.");
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
