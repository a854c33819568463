import { noEngine, type RunRecord } from "../protocol/run";

type Engine = RunRecord["engine"];

/** A sentence on a run that has trained with another engine than the one that starts now; null: it has not. */
export function engineChange({ engine, stages }: Pick<RunRecord, "engine" | "stages">, now: Engine): string | null {
  const begun = stages.some(({ status }) => status !== "pending");
  if (!begun || engine.name === noEngine) return null;
  if (engine.name !== now.name)
    return `The run was trained with the engine "${engine.name}", but "${now.name}" would start now.`;
  // Relaxed SIMD rounds otherwise than plain SIMD. How many threads there are changes no number.
  const [before, after] = [engine.kernels, now.kernels];
  return before === undefined || after === undefined || before === after
    ? null
    : `The run was trained with the kernels for ${before}, but those for ${after} would start now.`;
}
