import { appendWholeLine } from "../files/append-line";
import { writeProblem } from "../files/write-problem";
import type { PreferenceLabel, UndoneLabel } from "./label";
import { labelLine } from "./label";
import { UserError } from "../shared/user-error";

/** Appends a line to a label file, which is made when there is none. Throws an Error for people where it cannot be written. */
export function appendLabel(path: string, line: PreferenceLabel | UndoneLabel): void {
  try {
    appendWholeLine(path, labelLine(line));
  } catch (error) {
    throw new UserError(`The label was not written to ${path}: ${writeProblem(path, error)}.`, { cause: error });
  }
}
