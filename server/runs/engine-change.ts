import { noEngine, type RunRecord } from "../protocol/run";

type Engine = RunRecord["engine"];

/** Which build of the kernels an engine says that it runs: relaxed SIMD rounds otherwise than plain SIMD. How many threads there are changes no number. */
const buildOf = ({ reason }: Engine): string | null => /\b(?:relaxed|plain) SIMD\b/.exec(reason)?.[0] ?? null;

/** A sentence on a run that has trained with another engine than the one that starts now; null: it has not. */
export function engineChange({ engine, stages }: Pick<RunRecord, "engine" | "stages">, now: Engine): string | null {
  const begun = stages.some(({ status }) => status !== "pending");
  if (!begun || engine.name === noEngine) return null;
  if (engine.name !== now.name)
    return `The run has trained with the engine "${engine.name}", and "${now.name}" is what starts now.`;
  const [before, after] = [buildOf(engine), buildOf(now)];
  return before === null || after === null || before === after
    ? null
    : `The run has trained with the kernels for ${before}, and those for ${after} are what starts now.`;
}
