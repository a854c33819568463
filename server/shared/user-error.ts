/** Errors that people are told of, and what is said of any error. */

/** Where it is, and what can be done about it. */
export interface UserErrorDetails {
  /** Path of the file that it is about. */
  readonly file?: string | null;
  /** In that file, from 1. */
  readonly line?: number | null;
  /** What to do about it, in a sentence behind the message. */
  readonly advice?: string | null;
  readonly cause?: unknown;
}

/** What a person is told when something cannot be done: the message is all there is to say. Any other error is a fault of this program. */
export class UserError extends Error {
  readonly file: string | null;
  readonly line: number | null;
  readonly advice: string | null;

  constructor(message: string, { file = null, line = null, advice = null, cause }: UserErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.file = file;
    this.line = line;
    this.advice = advice;
  }
}

/** What is said of an error: its message, and what to do about it where it knows. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof UserError && error.advice !== null ? `${error.message} ${error.advice}` : error.message;
}

/** Codes of SQLite that say something of the file, not of the statement: busy, locked, read-only, I/O, corrupt, full, cannot be opened, no database. */
const sqliteRefuses = [5, 6, 8, 10, 11, 13, 14, 26];

/** Node's of a call of the system, SQLite's of a database: a missing file, a full disk, a host that does not answer. */
const isSystems = (error: unknown): boolean =>
  error instanceof Error &&
  ("syscall" in error || ("errcode" in error && sqliteRefuses.includes(Number(error.errcode) & 0xff)));

/**
 * Whether an error is a fault of this program: people can do nothing about it, and its stack helps who mends it. What the system refuses names a file or a host
 * of theirs, and is said in its words where nobody has found better ones.
 */
export const isInternal = (error: unknown): boolean => !(error instanceof UserError) && !isSystems(error);

/** For the log: with the stack, where there is one. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** What people are told of an error that nobody has handled. `stack`: a sentence on where the stack of a fault of this program stands. */
export const toldOf = (error: unknown, stack: string, message: string = messageOf(error)): string =>
  isInternal(error) ? `Internal error: ${message.replace(/[^.!?]$/, "$&.")} ${stack}` : message;
