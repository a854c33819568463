/**
 * What is said by interpreters of Python, read strictly. The program's may say whatever the program likes; that of its tests holds nothing of the
 * program but values that were made anew here.
 */
import * as z from "zod";
import { packed, readValue, type Value } from "../../protocol/values";
import { parseBoundedJson, type JsonBounds } from "../../shared/bounded-json";

/** Values that a program may give in one answer. */
const mostGiven = 600_000;

/** Of an answer, with what stands around values. */
const bounds: JsonBounds = { depth: 300, values: 3_000_000 };

/** Characters of what an exception says. */
const longestMessage = 20_000;

/** An exception of the program, as the program's own interpreter tells it: words for people, and a name. */
export interface ProgramError {
  readonly kind: "error";
  readonly type: string;
  readonly outOfMemory: boolean;
  readonly message: string;
  readonly trace: string;
}

const isText = (text: unknown): text is string => typeof text === "string" && text.length <= 2 * longestMessage;
const text = z.custom<string>(isText);
const names = z.array(z.string().max(1000)).max(10_000);
const errorSchema = z.strictObject({
  error: z.strictObject({ type: text, bases: names, message: text, trace: text }),
});
const loadedSchema = z.strictObject({ names, modules: names });
const endedSchema = z.strictObject({ exit: z.int() });
const calledSchema = z.strictObject({ value: z.unknown(), arguments: z.array(z.unknown()).max(1000) });

/** Thrown for an answer that is none: only the program can have given it. */
export class ForgedReply extends Error {
  override readonly name = "ForgedReply";
  constructor() {
    super("The program answered in place of its interpreter.");
  }
}

function parsed(reply: string): unknown {
  try {
    return parseBoundedJson(reply, bounds);
  } catch {
    throw new ForgedReply();
  }
}

function strictly<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (!result.success) throw new ForgedReply();
  return result.data;
}

const isError = (data: unknown): boolean => typeof data === "object" && data !== null && "error" in data;

function errorOf(data: unknown): ProgramError {
  const { type, bases, message, trace } = strictly(errorSchema, data).error;
  return { kind: "error", type, outOfMemory: bases.includes("MemoryError"), message, trace };
}

/** After a program was read: the names that it has. */
export function readLoaded(reply: string): ProgramError | ({ readonly kind: "loaded" } & z.infer<typeof loadedSchema>) {
  const data = parsed(reply);
  return isError(data) ? errorOf(data) : { kind: "loaded", ...strictly(loadedSchema, data) };
}

/** After a whole program ran. */
export function readEnded(reply: string): ProgramError | { readonly kind: "ended"; readonly code: number } {
  const data = parsed(reply);
  return isError(data) ? errorOf(data) : { kind: "ended", code: strictly(endedSchema, data).exit };
}

export interface Called {
  readonly kind: "called";
  readonly value: Value;
  /** Of a call that returned None: its arguments as it left them. */
  readonly arguments: readonly Value[];
}

/** After a call of one of the program's functions. What it gave is made anew. */
export function readCalled(reply: string): ProgramError | Called {
  const data = parsed(reply);
  if (isError(data)) return errorOf(data);
  const called = strictly(calledSchema, data);
  const read = (given: unknown): Value => {
    const value = readValue(given, mostGiven);
    if (value === undefined) throw new ForgedReply();
    return value;
  };
  return { kind: "called", value: read(called.value), arguments: called.arguments.map(read) };
}

const judgedSchema = z.union([
  z.strictObject({ passed: z.boolean(), message: z.string() }),
  /** An exception of the program that the tests let through, by the number of its call. */
  z.strictObject({ raised: z.int().nonnegative() }),
  /** What the tests themselves threw at what the program gave. */
  z.strictObject({ failed: z.strictObject({ type: z.string(), message: z.string(), trace: z.string() }) }),
  /** No program can pass: the tests are no Python, or hand it what cannot leave their interpreter. */
  z.strictObject({ faulty: z.strictObject({ type: z.string(), message: z.string(), trace: z.string() }) }),
]);

/** The last word of the tests' interpreter. Throws an Error when it is none. */
export const readJudged = (reply: string): z.infer<typeof judgedSchema> => judgedSchema.parse(JSON.parse(reply));

/** What the tests' interpreter knows of its exceptions by name: those that are made of one text. Any other is one that no test names. */
const sharedExceptions: ReadonlySet<string> = new Set([
  "Exception",
  "ArithmeticError",
  "AssertionError",
  "AttributeError",
  "BufferError",
  "EOFError",
  "FloatingPointError",
  "ImportError",
  "IndexError",
  "KeyError",
  "LookupError",
  "MemoryError",
  "ModuleNotFoundError",
  "NameError",
  "NotImplementedError",
  "OSError",
  "FileNotFoundError",
  "FileExistsError",
  "PermissionError",
  "TimeoutError",
  "OverflowError",
  "RecursionError",
  "ReferenceError",
  "RuntimeError",
  "StopIteration",
  "StopAsyncIteration",
  "SyntaxError",
  "SystemError",
  "TypeError",
  "UnboundLocalError",
  "UnicodeError",
  "ValueError",
  "ZeroDivisionError",
  "ConnectionError",
  "Warning",
  "UserWarning",
  "DeprecationWarning",
]);

/** What the tests' interpreter is told of a call: a value that was made anew, or the name of an exception and what it says. */
export function answerOf(called: ProgramError | Called, call: number): string {
  if (called.kind === "called")
    return JSON.stringify({ value: packed(called.value), arguments: called.arguments.map(packed) });
  const type = sharedExceptions.has(called.type) ? called.type : null;
  return JSON.stringify({ error: { type, message: called.message.slice(0, longestMessage), call } });
}
