/** What a pool and one of its sandboxes say to each other. A sandbox runs programs that a model wrote; it can be killed at any time. */
import * as z from "zod";
import { mostParts, readValue, type Value } from "./values";

export type { Value } from "./values";

/** Not by zod itself, which calls itself for what is within: data that is deep or large enough would end the process that reads it. */
export const valueSchema: z.ZodType<Value, Value> = z.custom<Value>(
  (data) => readValue(data, mostParts, false) !== undefined,
  "is no value",
);

/** `typescript`: its types are taken out before a sandbox gets it, as JavaScript. */
export const sandboxLanguageSchema = z.enum(["python", "javascript", "typescript"]);
export type SandboxLanguage = z.infer<typeof sandboxLanguageSchema>;

/**
 * `python`: as `==` of Python has it: 1, 1.0 and True are equal, a list and a tuple are not. `json`: the same, but the expected
 * value came from JSON, which has no tuples: sequences are equal whatever their kind. `javascript`: as deep strict equality.
 */
export const equalitySchema = z.enum(["python", "json", "javascript"]);
export type Equality = z.infer<typeof equalitySchema>;

/**
 * How far a number with a fraction may be from the one that is expected: `absolute`, but no more than `share` of what is expected, or `relative` to it, whichever
 * is more.
 */
export const toleranceSchema = z.object({ absolute: z.number(), relative: z.number(), share: z.number() });
export type Tolerance = z.infer<typeof toleranceSchema>;

/** One thing that is done with a program, in the order of the job. */
export const sandboxStepSchema = z.discriminatedUnion("kind", [
  /** The program as a whole, from the start, in a sandbox of its own. `output`: what it must print; null: whatever it likes. */
  z.object({
    kind: z.literal("program"),
    input: z.string(),
    output: z.string().nullable(),
    tolerance: toleranceSchema,
  }),
  /** One of the program's functions, and what it must give. */
  z.object({
    kind: z.literal("call"),
    function: z.string(),
    arguments: z.array(valueSchema),
    expected: valueSchema,
    equality: equalitySchema,
    tolerance: toleranceSchema,
  }),
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

/** Of each stream of a program. */
const mostKept = 1 << 20;

export const sandboxJobSchema = z.object({
  language: sandboxLanguageSchema,
  code: z.string(),
  /** Whether functions of a Python program are tested with what LeetCode gives it. */
  leetcode: z.boolean(),
  steps: z.array(sandboxStepSchema),
  /** Bytes of standard output, and of errors, that are kept for each step, to be compared: more of output where more is expected. */
  keep: z.int().min(0).max(mostKept),
  /** Characters of them that are said with the step's result. */
  shown: z
    .int()
    .min(0)
    .max(2 * mostKept),
});
export type SandboxJob = z.infer<typeof sandboxJobSchema>;

/** What came of a step. */
export const stepOutcomeSchema = z.discriminatedUnion("kind", [
  /**
   * A call gave a value. It is compared in the sandbox's process, which is timed with it and can be killed, and does not leave it; `given`: how it
   * looks, cut. `difference`: the largest of a number that was let pass.
   */
  z.object({ kind: z.literal("compared"), equal: z.boolean(), given: z.string(), difference: z.number() }),
  /** `printed`: whether it printed what it must, `difference` as above; null: nobody asked. `missing`: bytes that it printed beyond those that are kept, and compared with nothing. */
  z.object({
    kind: z.literal("exit"),
    code: z.int(),
    printed: z.boolean().nullable(),
    difference: z.number(),
    missing: z.number().nonnegative(),
  }),
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
  /** `tried`: it took longer than so many seconds; else steps before it had taken as many, and it was not tried. */
  z.object({ kind: z.literal("timeout"), seconds: z.number(), tried: z.boolean() }),
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
