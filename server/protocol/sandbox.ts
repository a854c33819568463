/** What a pool and one of its sandboxes say to each other. A sandbox runs programs that a model wrote; it can be killed at any time. */
import * as z from "zod";
import { mostParts, readValue, type Value } from "./values";

export type { Value } from "./values";

/** Not by zod itself, which calls itself for what is within: data that is deep or large enough would end the process that reads it. */
export const valueSchema: z.ZodType<Value, Value> = z.custom<Value>(
  (data) => readValue(data, mostParts, false) !== undefined,
  "is no value",
);

export const sandboxLanguageSchema = z.enum(["python", "javascript"]);
export type SandboxLanguage = z.infer<typeof sandboxLanguageSchema>;

/** One thing that is done with a program, in the order of the job. */
export const sandboxStepSchema = z.discriminatedUnion("kind", [
  /** The program as a whole, from the start, in a sandbox of its own. */
  z.object({ kind: z.literal("program"), input: z.string() }),
  /** One of the program's functions. */
  z.object({ kind: z.literal("call"), function: z.string(), arguments: z.array(valueSchema) }),
  /**
   * Python statements that test the program, in an interpreter of their own: they reach its functions by their names (and
   * `function`, when given, also as `candidate`), and the program does not see them. `setup` is the tests' own.
   */
  z.object({
    kind: z.literal("judge"),
    setup: z.string(),
    tests: z.string(),
    function: z.string().nullable(),
  }),
]);
export type SandboxStep = z.infer<typeof sandboxStepSchema>;

export const sandboxJobSchema = z.object({
  language: sandboxLanguageSchema,
  code: z.string(),
  steps: z.array(sandboxStepSchema),
  /** Bytes of standard output, and of errors, that are kept for each step. */
  keep: z
    .int()
    .min(0)
    .max(1 << 20),
});
export type SandboxJob = z.infer<typeof sandboxJobSchema>;

/** What came of a step. */
export const stepOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("value"), value: valueSchema }),
  z.object({ kind: z.literal("exit"), code: z.int() }),
  z.object({ kind: z.literal("judged"), passed: z.boolean(), message: z.string() }),
  /** An exception; `load`: before the step, while the program was read and its top level ran; `tests`: the tests themselves are faulty. */
  z.object({
    kind: z.literal("error"),
    stage: z.enum(["load", "run", "tests"]),
    type: z.string(),
    message: z.string(),
    trace: z.string(),
  }),
  z.object({ kind: z.literal("out-of-memory"), message: z.string() }),
  /** The sandbox ended with the program, by an exit code or a fault. */
  z.object({ kind: z.literal("died"), message: z.string() }),
  z.object({ kind: z.literal("timeout"), seconds: z.number() }),
]);
export type StepOutcome = z.infer<typeof stepOutcomeSchema>;

export const stepResultSchema = z.object({
  outcome: stepOutcomeSchema,
  stdout: z.string(),
  stderr: z.string(),
  milliseconds: z.number(),
});
export type StepResult = z.infer<typeof stepResultSchema>;

/** Pool → sandbox: one job at a time. */
export const toSandboxSchema = z.object({ type: z.literal("job"), id: z.int(), job: sandboxJobSchema });
export type ToSandbox = z.infer<typeof toSandboxSchema>;

/** Sandbox → pool. */
export const fromSandboxSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  /** Sent as each step ends: the time that a step may take begins anew. */
  z.object({ type: z.literal("step"), id: z.int(), step: z.int(), result: stepResultSchema }),
]);
export type FromSandbox = z.infer<typeof fromSandboxSchema>;
