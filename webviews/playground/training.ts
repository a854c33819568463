/** Whether something trains beside the checkpoint. */
import { isLive, type RunRecord } from "../../server/protocol/run";

/** Also of a run that began or ended after the checkpoint was loaded. */
export const trainsNow = (runs: readonly { readonly record: Pick<RunRecord, "status"> | null }[]): boolean =>
  runs.some(({ record }) => isLive(record));
