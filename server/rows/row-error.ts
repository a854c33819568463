import { messageOf, UserError } from "../shared/user-error";

/** What is wrong with a row, or with the file that it stands in: only another file can mend it. */
export class RowError extends UserError {}

/** An error at a place of a file; a reason becomes a sentence. */
export const errorAt = (path: string, line: number, error: unknown): RowError =>
  new RowError(`${path}:${line}: ${messageOf(error).replace(/[^.!?]$/, "$&.")}`, { cause: error });
