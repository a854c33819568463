/** Judges programs by what they do: text in, verdict out. Expected values stay outside of the sandbox that the program runs in. */
import {
  sandboxLanguageSchema,
  type SandboxJob,
  type SandboxLanguage,
  type SandboxStep,
  type StepOutcome,
  type StepResult,
  type Tolerance,
} from "../../protocol/sandbox";
import { amount } from "../../shared/amount";
import { mostParts, readValue, type Value } from "../../protocol/values";
import { assertion, splitAsserts, type Assertion } from "./asserts";
import type { ReasoningOptions } from "../format/split-reasoning";
import { extractCode } from "./extract-code";
import { exact, showTolerated, toleranceOf } from "./tolerance";
import { readTests } from "./read-tests";
import { showValue, valueOfJson } from "./values";
import type { AssertTests, CallTests, CheckTests, CodeTests, InputOutputTests } from "./code-tests";

/** Runs a job in a sandbox: one result for each step, `timeout` in seconds a step. */
export type SandboxRunner = (job: SandboxJob, timeout: number) => Promise<readonly StepResult[]>;

export interface CodeOptions extends ReasoningOptions {
  /** Language of the program. Default: Python. */
  readonly language?: "python" | "javascript" | "typescript";
  /** Seconds for each test. Default: 5. */
  readonly timeout?: number;
  /** Which of a completion's code blocks are the program. Default: the last. */
  readonly blocks?: "last" | "all";
  /**
   * How far numbers with a fraction may be from what `cases` expect; a number is both absolute and relative to what is expected. Default: 10⁻⁶, or 10⁻⁹ of what
   * is expected where that is more, and never more than a tenth of it. 0: nothing. Whole numbers are exact; asserts and checks say themselves what they allow.
   */
  readonly tolerance?: number | { readonly absolute?: number; readonly relative?: number };
  /**
   * `leetcode`: the functions of a Python program have what LeetCode gives it where it does not define that itself: `List`, `TreeNode`, `ListNode`, `deque`,
   * `inf` and so on. Default: where it has a class `Solution` or is tested by operations on a class.
   */
  readonly prelude?: "leetcode" | "none";
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
  /** What is wrong, or what was let pass within the tolerance for numbers; else empty. */
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

const languages: readonly string[] = sandboxLanguageSchema.options;

const defaultTimeout = 5;

/** Bytes of each stream that are kept; of output more where more is expected. */
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

function wrongValue({ outcome }: StepResult, expected: Value): string | null {
  if (outcome.kind !== "compared") return "It gave no value.";
  return outcome.equal ? null : `gave ${short(outcome.given)}, expected ${short(showValue(expected))}`;
}

function planInputOutput({ cases }: InputOutputTests, tolerance: Tolerance): Plan[] {
  const texts = cases.map(({ input, output }) => ({ input: String(input), output: String(output) }));
  return texts.map(({ input, output }, index) => ({
    test: `input ${index + 1}`,
    step: { kind: "program", input, output, tolerance },
    wrong({ outcome, stdout }) {
      if (outcome.kind !== "exit") return "It gave no answer.";
      if (outcome.code !== 0) return `ended with exit code ${outcome.code}`;
      if (outcome.printed) return null;
      const { missing } = outcome;
      const cut =
        missing > 0 ? `printed more than is kept (the last ${amount(missing)} bytes were compared with nothing): ` : "";
      return `${cut}printed ${JSON.stringify(short(stdout))}, expected ${JSON.stringify(short(output))}`;
    },
  }));
}

function planCalls({ function: name, cases }: CallTests, language: SandboxLanguage, tolerance: Tolerance): Plan[] {
  const equality = language === "python" ? "json" : "javascript";
  return cases.map((test) => {
    const given = test.arguments.map((json) => valueOfJson(json, language === "python" ? "python" : "javascript"));
    const expected = valueOfJson(test.expected, language === "python" ? "python" : "javascript");
    if (readValue({ list: [...given, expected] }, mostParts, false) === undefined)
      throw new TypeError(`A test of ${name} has more than ${mostParts.toLocaleString("en-US")} values.`);
    return {
      test: `${name}(${short(given.map(showValue).join(", "))})`,
      step: { kind: "call", function: name, arguments: given, expected, equality, tolerance },
      wrong: (result) => wrongValue(result, expected),
    };
  });
}

/** Whether a test is operations on an object of the class that it names. */
const isDesign = (tests: CodeTests): boolean =>
  "function" in tests &&
  "cases" in tests &&
  tests.cases.some(({ arguments: [operations] }) => Array.isArray(operations) && operations[0] === tests.function);

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
      step: {
        kind: "call",
        function: found.function,
        arguments: [...found.arguments],
        expected,
        equality: "python",
        tolerance: exact,
      },
      wrong: (result) => wrongValue(result, expected),
    };
  });
}

function planCheck({ check, function: name, setup = "" }: CheckTests): Plan[] {
  const tests = `${check}\ncheck(candidate)\n`;
  return [{ test: `check(${name})`, step: { kind: "judge", setup, tests, function: name }, wrong: judged }];
}

function plan(given: CodeTests, { language = "python", tolerance: tolerated }: CodeOptions): Plan[] {
  if (!languages.includes(language))
    throw new TypeError(`language is one of ${languages.join(", ")}, not ${JSON.stringify(language)}.`);
  const tests = readTests(given);
  const tolerance = toleranceOf(tolerated);
  if ("asserts" in tests || "check" in tests) {
    if (language !== "python") throw new TypeError(`Asserts and checks are Python; for ${language} give cases.`);
    return "asserts" in tests ? planAsserts(tests) : planCheck(tests);
  }
  return "function" in tests ? planCalls(tests, language, tolerance) : planInputOutput(tests, tolerance);
}

function failure(outcome: StepOutcome): { status: CodeStatus; message: string } | null {
  switch (outcome.kind) {
    case "compared":
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
      return {
        status: "timeout",
        message: outcome.tried
          ? `It took longer than ${outcome.seconds} s.`
          : `It was not tried: tests before it had taken ${outcome.seconds.toFixed(1)} s without an end.`,
      };
  }
}

/** What is said of a test that was passed. */
const toleratedIn = (outcome: StepOutcome): string =>
  "difference" in outcome && outcome.difference > 0 ? showTolerated(outcome.difference) : "";

function caseVerdict({ test, wrong }: Plan, result: StepResult): CaseVerdict {
  const failed = failure(result.outcome);
  const message = failed ? failed.message : wrong(result);
  return {
    test,
    status: failed?.status ?? (message === null ? "passed" : "wrong-answer"),
    message: short(message ?? toleratedIn(result.outcome), shownOutput),
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
  options: CodeOptions,
  runner: SandboxRunner,
): Promise<CodeVerdict> {
  const { language = "python", timeout = defaultTimeout } = options;
  const plans = plan(tests, options);
  if (plans.length === 0) throw new TypeError("There are no tests: an empty list would pass every program.");
  const steps = plans.map(({ step }) => step);
  // One character more says that there is more.
  const leetcode =
    options.prelude === "leetcode" ||
    (options.prelude === undefined && (/^class Solution\b/m.test(code) || isDesign(tests)));
  const job: SandboxJob = { language, code, leetcode, steps, keep: keptOutput, shown: shownOutput + 1 };
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
  const { length: total } = plan(tests, options);
  const found = extractCode(completion, language, blocks, options);
  if (found === null) {
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
  const steps: SandboxJob["steps"] = [{ kind: "program", input, output: null, tolerance: exact }];
  const job: SandboxJob = { language, code, leetcode: false, steps, keep: keptOutput, shown: 2 * keptOutput };
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
