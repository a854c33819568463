/** Reads what a stage found. */
import { readText, sizeLimits, UnusableFile } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { stageReportSchema, type StageReport } from "../protocol/reports";
import { reportPath } from "./paths";
import { UserError } from "../shared/user-error";

/** `reports/<stage>.json`; null when the stage has written none yet. Throws an Error with a sentence for people when it is damaged. */
export function readReport(runFolder: string, stage: string): StageReport | null {
  const path = reportPath(runFolder, stage);
  let text: string;
  try {
    text = readText(path, sizeLimits.report);
  } catch (error) {
    if (error instanceof UnusableFile) throw error;
    return null;
  }
  let data: unknown;
  try {
    data = parseBoundedJson(text);
  } catch (error) {
    throw new UserError(`${path} is not JSON (${String(error)}). Run the stage again to write a new one.`, {
      cause: error,
    });
  }
  const parsed = stageReportSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(
    `${path} is not understood at \`${issue?.path.join(".") ?? ""}\`: ${issue?.message ?? "unknown"}. Run the stage again to write a new one.`,
  );
}
