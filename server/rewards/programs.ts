/** Programs of a model, as rewards have them judged and run. */
import {
  runProgramWith,
  verifyCodeWith,
  type CodeOptions,
  type CodeVerdict,
  type ProgramRun,
  type RunOptions,
} from "../verifiers/code/verify-code";
import type { CodeTests } from "../verifiers/code/code-tests";
import { programRunner } from "./program-bridge";

/**
 * Judges the program in a completion: the last code block after its reasoning. The program runs in a sandbox without files,
 * network and environment, and never sees what its tests expect. `score` of the verdict is the share of tests that it passes.
 *
 *     export const passesTests: Reward = async ({ completion, row }) =>
 *       (await verifyCode(completion, { asserts: row.test_list as string[] })).score;
 *
 * Tests are one of `{ cases: [{ input, output }] }`, `{ function, cases: [{ arguments, expected }] }`, `{ asserts }` (Python, as
 * in MBPP) and `{ check, function }` (Python, as in HumanEval). Throws a TypeError for tests that are none of these or are empty.
 */
export async function verifyCode(
  completion: string,
  tests: CodeTests,
  options: CodeOptions = {},
): Promise<CodeVerdict> {
  return verifyCodeWith(programRunner(), completion, tests, options);
}

/** The share of tests that a completion's program passes, null where the tests are faulty: open-r1's `code_reward`. */
export async function code(completion: string, tests: CodeTests, options: CodeOptions = {}): Promise<number | null> {
  return (await verifyCode(completion, tests, options)).score;
}

/** 1 where more than 99 % of the tests are passed, else 0, null where the tests are faulty: open-r1's `binary_code_reward`. */
export async function binaryCode(
  completion: string,
  tests: CodeTests,
  options: CodeOptions = {},
): Promise<0 | 1 | null> {
  const score = await code(completion, tests, options);
  return score === null ? null : score > 0.99 ? 1 : 0;
}

/** Runs a Python program in a sandbox and says what it printed and how it ended. It gets 256 MiB and 5 seconds unless told otherwise. */
export async function runPython(code: string, options: RunOptions = {}): Promise<ProgramRun> {
  return runProgramWith(programRunner(), "python", code, options);
}

/** Runs a JavaScript program in a sandbox and says what it printed and how it ended. It gets 256 MiB and 5 seconds unless told otherwise. */
export async function runJavaScript(code: string, options: RunOptions = {}): Promise<ProgramRun> {
  return runProgramWith(programRunner(), "javascript", code, options);
}
