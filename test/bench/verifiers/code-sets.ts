/**
 * Judges the reference solutions of MBPP and HumanEval, and the same with one operator changed. What the changed ones must get is
 * told by the Python of the machine, if there is one, which runs program and tests as one script.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import {
  judgeProgram,
  verifyCodeWith,
  type CodeStatus,
  type SandboxRunner,
} from "../../../server/verifiers/code/verify-code";
import type { CodeTests } from "../../../server/verifiers/code/code-tests";

export interface Problem {
  readonly name: string;
  readonly code: string;
  readonly tests: CodeTests;
  /** The same tests as lines of a script, which fails when they do. */
  readonly script: string;
  /** Where the solution begins in the code; what is before it is given. */
  readonly solution: number;
}

const mbppSchema = z.object({
  task_id: z.int(),
  code: z.string(),
  test_setup_code: z.string(),
  test_list: z.array(z.string()),
  challenge_test_list: z.array(z.string()),
});

const humanEvalSchema = z.object({
  task_id: z.string(),
  prompt: z.string(),
  entry_point: z.string(),
  canonical_solution: z.string(),
  test: z.string(),
});

const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

/** `folder`: with `mbpp/mbpp.jsonl`, as google-research publishes it. */
export const readMbpp = (folder: string): Problem[] =>
  lines(readFileSync(join(folder, "mbpp", "mbpp.jsonl"), "utf8")).map((line) => {
    const row = mbppSchema.parse(JSON.parse(line));
    const asserts = [...row.test_list, ...row.challenge_test_list];
    return {
      name: `MBPP/${row.task_id}`,
      code: row.code,
      tests: { asserts, setup: row.test_setup_code },
      script: [row.test_setup_code, ...asserts].join("\n"),
      solution: 0,
    };
  });

/** `folder`: with `humaneval/HumanEval.jsonl.gz`, as openai/human-eval publishes it. */
export const readHumanEval = (folder: string): Problem[] =>
  lines(gunzipSync(readFileSync(join(folder, "humaneval", "HumanEval.jsonl.gz"))).toString("utf8")).map((line) => {
    const row = humanEvalSchema.parse(JSON.parse(line));
    return {
      name: row.task_id,
      code: row.prompt + row.canonical_solution,
      tests: { check: row.test, function: row.entry_point, setup: row.prompt },
      script: `${row.test}\ncheck(${row.entry_point})`,
      solution: row.prompt.length,
    };
  });

const mutations: readonly (readonly [RegExp, string])[] = [
  [/ \+ /g, " - "],
  [/ - /g, " + "],
  [/ \* /g, " + "],
  [/ == /g, " != "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ < /g, " >= "],
  [/ > /g, " <= "],
  [/ % /g, " // "],
  [/ and /g, " or "],
  [/ or /g, " and "],
  [/\+=/g, "-="],
];

/** The program with one operator changed, one place after the other; docstrings and comments are left alone. */
export function mutants(code: string): string[] {
  const prose = [...code.matchAll(/"""[\s\S]*?"""|'''[\s\S]*?'''|#.*|"[^"\n]*"|'[^'\n]*'/g)].map(
    ({ index, 0: text }) => [index, index + text.length] as const,
  );
  return mutations
    .flatMap(([pattern, replacement]) =>
      [...code.matchAll(pattern)].map(({ index, 0: text }) => ({ index, text, replacement })),
    )
    .filter(({ index }) => !prose.some(([start, end]) => index >= start && index < end))
    .sort((a, b) => a.index - b.index)
    .map(({ index, text, replacement }) => code.slice(0, index) + replacement + code.slice(index + text.length));
}

/** Whether a script runs to its end in the Python of this machine; null when it takes longer than the time. */
function native(python: string, script: string, seconds: number): Promise<boolean | null> {
  return new Promise((resolve) => {
    const child = spawn(python, ["-I", "-"], {
      stdio: ["pipe", "pipe", "ignore"],
      timeout: seconds * 1000,
      killSignal: "SIGKILL",
    });
    // An exit code says nothing: a program that calls exit() has a good one, and none of its tests has run.
    const end = randomUUID();
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-100)));
    child.on("error", () => resolve(null));
    child.on("close", (_code, signal) => resolve(signal === null ? printed.trimEnd().endsWith(end) : null));
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${script}\nprint("${end}")\n`);
  });
}

export interface SetResult {
  readonly set: string;
  readonly problems: number;
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly status: CodeStatus; readonly message: string }[];
  /** Programs with one operator changed; `told`: those that the machine's Python lets fail as well, or pass as well. */
  readonly mutants: number;
  readonly mutantsPassed: number;
  readonly disagreements: readonly {
    readonly name: string;
    readonly status: CodeStatus;
    readonly native: boolean | null;
  }[];
  /** Seconds for the reference solutions. */
  readonly seconds: number;
}

export interface SetSettings {
  readonly runner: SandboxRunner;
  /** Programs that are asked for at the same time. */
  readonly parallel: number;
  /** An interpreter that says what the changed programs must get; null: they are not compared. */
  readonly python: string | null;
  /** At most so many changed programs for each problem. */
  readonly perProblem: number;
}

async function inParallel<T, R>(items: readonly T[], parallel: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}

export async function judgeSet(set: string, problems: readonly Problem[], settings: SetSettings): Promise<SetResult> {
  const { runner, parallel, python, perProblem } = settings;
  const judge = (code: string, { tests }: Problem, timeout: number) => judgeProgram(code, tests, { timeout }, runner);
  const started = performance.now();
  const verdicts = await inParallel(problems, parallel, async (problem) => ({
    name: problem.name,
    verdict: await judge(problem.code, problem, 120),
  }));
  const seconds = (performance.now() - started) / 1000;
  const failures = verdicts
    .filter(({ verdict }) => verdict.status !== "passed")
    .map(({ name, verdict }) => ({
      name,
      status: verdict.status,
      message: verdict.cases.find(({ status }) => status !== "passed")?.message ?? "",
    }));
  const changed = problems.flatMap((problem) =>
    mutants(problem.code.slice(problem.solution))
      .slice(0, perProblem)
      .map((solution) => ({ problem, code: problem.code.slice(0, problem.solution) + solution })),
  );
  const compared = await inParallel(changed, parallel, async ({ problem, code }) => {
    const { status } = await judge(code, problem, 5);
    const told = python === null ? null : await native(python, `${code}\n${problem.script}`, 5);
    return { name: problem.name, status, native: told };
  });
  return {
    set,
    problems: problems.length,
    passed: problems.length - failures.length,
    failures,
    mutants: changed.length,
    mutantsPassed: compared.filter(({ status }) => status === "passed").length,
    // A program that never ends fails, whoever ends it.
    disagreements:
      python === null ? [] : compared.filter(({ status, native: told }) => (status === "passed") !== (told === true)),
    seconds,
  };
}

const adversarialSchema = z.object({
  cases: z.array(
    z.object({
      id: z.string(),
      verifier: z.string(),
      completion: z.string(),
      entry_point: z.string().optional(),
      tests: z.array(z.object({ args: z.array(z.unknown()), expected: z.unknown() })).optional(),
      assert_form: z.string().optional(),
    }),
  ),
});

export interface AdversarialResult {
  readonly id: string;
  readonly status: CodeStatus;
  readonly score: number | null;
}

/** The programs of `adversarial-completions.json`, tested in each way that their language has; none must pass. (One returns what is
 * right for one of its three tests.) */
export async function judgeAdversarial(file: string, runner: SandboxRunner): Promise<AdversarialResult[]> {
  const { cases } = adversarialSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const results: AdversarialResult[] = [];
  for (const { id, verifier, completion, entry_point: name = "", tests = [], assert_form: form = "" } of cases) {
    if (!verifier.startsWith("code:")) continue;
    const language = verifier === "code:javascript" ? "javascript" : "python";
    const ways: CodeTests[] = [
      { function: name, cases: tests.map(({ args, expected }) => ({ arguments: args, expected })) },
      { cases: [{ input: "", output: tests.map(({ expected }) => String(expected)).join("\n") }] },
    ];
    if (language === "python") {
      ways.push({ asserts: form });
      const body = form.replaceAll(/\b\w+(?=\()/g, "candidate").replaceAll("; ", "\n    ");
      ways.push({ check: `def check(candidate):\n    ${body}`, function: name });
    }
    for (const way of ways) {
      const { status, score } = await verifyCodeWith(runner, completion, way, { language, timeout: 1 });
      results.push({ id, status, score });
    }
  }
  return results;
}
