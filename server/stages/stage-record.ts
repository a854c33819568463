import type { StageRecord } from "../protocol/run";
import type { StageContext } from "./context";

/** What the run's record says of a stage. */
export function stageRecord(context: StageContext, name: string): StageRecord {
  const record = context.run.record.stages.find((stage) => stage.name === name);
  if (!record) throw new Error(`The run has no stage ${name}.`);
  return record;
}
