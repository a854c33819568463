import { noEngine, type RunRecord } from "../protocol/run";

/** A sentence on a run that has trained with another engine than the one that starts now; null: it has not. */
export function engineChange({ engine, stages }: RunRecord, name: string): string | null {
  const begun = stages.some(({ status }) => status !== "pending");
  return begun && engine.name !== name && engine.name !== noEngine
    ? `The run has trained with the engine "${engine.name}", and "${name}" is what starts now.`
    : null;
}
