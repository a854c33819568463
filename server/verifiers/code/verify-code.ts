/** Judges programs by what they do: text in, verdict out. Expected values stay outside of the sandbox that the program runs in. */
import type { SandboxJob, SandboxLanguage, SandboxStep, StepOutcome, StepResult } from "../../protocol/sandbox";
import { mostParts, readValue } from "../../protocol/values";
import { assertion, splitAsserts, type Assertion } from "./asserts";
import { extractCode } from "./extract-code";
import { equalValues, showValue, valueOfJson } from "./values";

/** Runs a job in a sandbox: one result for each step, `timeout` in seconds a step. */
export type SandboxRunner = (job: SandboxJob, timeout: number) => Promise<readonly StepResult[]>;

/** A program that reads its input and prints its answer. */
export interface InputOutputTests {
  readonly cases: readonly { readonly input: string; readonly output: string }[];
}

/** Calls of a function with values of JSON; in Python, an expected array is equal to a list and to a tuple. */
export interface CallTests {
  /** Name of the function. */
  readonly function: string;
  readonly cases: readonly { readonly arguments: readonly unknown[]; readonly expected: unknown }[];
}

/** `assert` statements of Python, as MBPP has them. */
export interface AssertTests {
  readonly asserts: string | readonly string[];
  /** Runs before them. */
  readonly setup?: string;
}

/** Python that tests a function which it calls `candidate`, as HumanEval has it. */
export interface CheckTests {
  readonly check: string;
  /** Name of the function that is `candidate`. */
  readonly function: string;
  /** What the tests need that is not the program's. */
  readonly setup?: string;
}

export type CodeTests = InputOutputTests | CallTests | AssertTests | CheckTests;

export interface CodeOptions {
  /** Language of the program. Default: Python. */
  readonly language?: "python" | "javascript";
  /** Seconds for each test. Default: 5. */
  readonly timeout?: number;
  /** Which of a completion's code blocks are the program. Default: the last. */
  readonly blocks?: "last" | "all";
}

/**
 * `wrong-answer`: it ran and gave something else. `crash`: it threw, or ended itself. `no-code`: the completion holds no closed
 * code block. `faulty-tests`: the tests cannot be used; such a sample says nothing about the program.
 */
export type CodeStatus = "passed" | "wrong-answer" | "crash" | "timeout" | "out-of-memory" | "no-code" | "faulty-tests";

export interface CaseVerdict {
  readonly status: CodeStatus;
  /** What was tested, in short. */
  readonly test: string;
  /** What is wrong; empty when nothing is. */
  readonly message: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export interface CodeVerdict {
  /** That of the first test that was not passed. */
  readonly status: CodeStatus;
  readonly passed: number;
  readonly total: number;
  /** Share of tests that were passed; null when the tests are faulty. */
  readonly score: number | null;
  /** The program; null when there is none. */
  readonly code: string | null;
  readonly cases: readonly CaseVerdict[];
}

const defaultTimeout = 5;

/** Bytes of output that a program may print and be right. */
const keptOutput = 1 << 20;

/** Characters of output that a verdict repeats. */
const shownOutput = 2000;

/** One test: what is done with the program, and what its outcome must be. */
interface Plan {
  readonly test: string;
  readonly step: SandboxStep;
  /** What is wrong with the result of a step that ended well; null when nothing is. */
  readonly wrong: (result: StepResult) => string | null;
}

const short = (text: string, length = 200) => (text.length > length ? `${text.slice(0, length)}…` : text);

/** Lines without the white space at their ends, and without empty lines at the end: what judges of programming contests compare. */
const printedLines = (text: string) =>
  text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trimEnd();

function wrongValue(
  result: StepResult,
  expected: Parameters<typeof showValue>[0],
  equality: "python" | "json" | "javascript",
) {
  if (result.outcome.kind !== "value") return "It gave no value.";
  return equalValues(result.outcome.value, expected, equality)
    ? null
    : `gave ${short(showValue(result.outcome.value))}, expected ${short(showValue(expected))}`;
}

function planInputOutput({ cases }: InputOutputTests): Plan[] {
  return cases.map(({ input, output }, index) => ({
    test: `input ${index + 1}`,
    step: { kind: "program", input },
    wrong({ outcome, stdout }) {
      if (outcome.kind === "exit" && outcome.code !== 0) return `ended with exit code ${outcome.code}`;
      if (printedLines(stdout) === printedLines(output)) return null;
      return `printed ${JSON.stringify(short(stdout))}, expected ${JSON.stringify(short(output))}`;
    },
  }));
}

function planCalls({ function: name, cases }: CallTests, language: SandboxLanguage): Plan[] {
  return cases.map(({ arguments: values, expected }) => {
    const value = (json: unknown) => valueOfJson(json, language);
    const given = values.map(value);
    if (readValue({ list: given }, mostParts, false) === undefined)
      throw new TypeError(`A test hands ${name} more than ${mostParts.toLocaleString("en-US")} values.`);
    return {
      test: `${name}(${short(given.map(showValue).join(", "))})`,
      step: { kind: "call", function: name, arguments: given },
      wrong: (result) => wrongValue(result, value(expected), language === "python" ? "json" : "javascript"),
    };
  });
}

const judged = (result: StepResult): string | null =>
  result.outcome.kind === "judged" && result.outcome.passed
    ? null
    : result.outcome.kind === "judged"
      ? result.outcome.message
      : "The tests gave no answer.";

function planAsserts({ asserts, setup = "" }: AssertTests): Plan[] {
  const sources = typeof asserts === "string" ? (splitAsserts(asserts) ?? [asserts]) : asserts;
  return sources.map(assertion).map((found: Assertion): Plan => {
    const test = short(found.source.trim());
    if (found.kind === "other" || setup.trim() !== "") {
      const step = { kind: "judge", setup, tests: found.source, function: null } as const;
      return { test, step, wrong: judged };
    }
    const { expected } = found;
    return {
      test,
      step: { kind: "call", function: found.function, arguments: [...found.arguments] },
      wrong: (result) => wrongValue(result, expected, "python"),
    };
  });
}

function planCheck({ check, function: name, setup = "" }: CheckTests): Plan[] {
  const tests = `${check}\ncheck(candidate)\n`;
  return [{ test: `check(${name})`, step: { kind: "judge", setup, tests, function: name }, wrong: judged }];
}

function plan(tests: CodeTests, language: SandboxLanguage): Plan[] {
  if ("asserts" in tests || "check" in tests) {
    if (language !== "python") throw new TypeError("Asserts and checks are Python; for JavaScript give cases.");
    return "asserts" in tests ? planAsserts(tests) : planCheck(tests);
  }
  return "function" in tests ? planCalls(tests, language) : planInputOutput(tests);
}

function failure(outcome: StepOutcome): { status: CodeStatus; message: string } | null {
  switch (outcome.kind) {
    case "value":
    case "exit":
    case "judged":
      return null;
    case "error":
      return {
        status: outcome.stage === "tests" ? "faulty-tests" : "crash",
        message: outcome.trace.trim() || `${outcome.type}: ${outcome.message}`,
      };
    case "out-of-memory":
      return { status: "out-of-memory", message: outcome.message || "It used more memory than it may." };
    case "died":
      return { status: "crash", message: outcome.message };
    case "timeout":
      return { status: "timeout", message: `It took longer than ${outcome.seconds} s.` };
  }
}

function caseVerdict({ test, wrong }: Plan, result: StepResult): CaseVerdict {
  const failed = failure(result.outcome);
  const message = failed ? failed.message : wrong(result);
  return {
    test,
    status: failed?.status ?? (message === null ? "passed" : "wrong-answer"),
    message: short(message ?? "", shownOutput),
    stdout: short(result.stdout, shownOutput),
    stderr: short(result.stderr, shownOutput),
    milliseconds: result.milliseconds,
  };
}

/**
 * Runs a program against tests. Throws a TypeError for tests that are no tests (none at all, asserts for JavaScript), and an
 * Error when there is no sandbox: neither says anything about the program.
 */
export async function judgeProgram(
  code: string,
  tests: CodeTests,
  { language = "python", timeout = defaultTimeout }: CodeOptions,
  runner: SandboxRunner,
): Promise<CodeVerdict> {
  const plans = plan(tests, language);
  if (plans.length === 0) throw new TypeError("There are no tests: an empty list would pass every program.");
  const job: SandboxJob = { language, code, steps: plans.map(({ step }) => step), keep: keptOutput };
  const results = await runner(job, timeout);
  const cases = plans.map((each, index) => caseVerdict(each, results[index]!));
  const passed = cases.filter(({ status }) => status === "passed").length;
  const status = cases.find((verdict) => verdict.status !== "passed")?.status ?? "passed";
  const score = cases.some((verdict) => verdict.status === "faulty-tests") ? null : passed / cases.length;
  return { status, passed, total: cases.length, score, code, cases };
}

/** As {@link judgeProgram}, of the program in a completion ({@link extractCode}). */
export async function verifyCodeWith(
  runner: SandboxRunner,
  completion: string,
  tests: CodeTests,
  options: CodeOptions = {},
): Promise<CodeVerdict> {
  const { language = "python", blocks = "last" } = options;
  const found = extractCode(completion, language, blocks);
  if (found === null) {
    const total = plan(tests, language).length;
    return { status: "no-code", passed: 0, total, score: 0, code: null, cases: [] };
  }
  return judgeProgram(found.code, tests, options, runner);
}

export interface RunOptions {
  /** What the program reads. Default: nothing. */
  readonly input?: string;
  /** Seconds. Default: 5. */
  readonly timeout?: number;
}

export interface ProgramRun {
  /** `passed`: it ended by itself, with whatever exit code. */
  readonly status: Exclude<CodeStatus, "no-code" | "wrong-answer" | "faulty-tests">;
  readonly exitCode: number | null;
  /** What it printed, up to 1 MiB. */
  readonly stdout: string;
  readonly stderr: string;
  /** The exception, with its trace; empty when there was none. */
  readonly message: string;
  readonly milliseconds: number;
}

/** Runs a whole program. */
export async function runProgramWith(
  runner: SandboxRunner,
  language: SandboxLanguage,
  code: string,
  { input = "", timeout = defaultTimeout }: RunOptions = {},
): Promise<ProgramRun> {
  const job: SandboxJob = { language, code, steps: [{ kind: "program", input }], keep: keptOutput };
  const [result] = await runner(job, timeout);
  const { outcome, stdout, stderr, milliseconds } = result!;
  const failed = failure(outcome);
  const status =
    failed === null
      ? "passed"
      : failed.status === "timeout" || failed.status === "out-of-memory"
        ? failed.status
        : "crash";
  return {
    status,
    exitCode: outcome.kind === "exit" ? outcome.code : null,
    stdout,
    stderr,
    message: failed?.message ?? "",
    milliseconds,
  };
}
