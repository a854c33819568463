/** `verifier-faults.json`: inputs that verifiers once judged wrongly, by kind, with what is right. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { findRewardRuntime } from "../../server/processes/runtime";
import { openSandboxPool } from "../../server/processes/sandboxes/sandbox-pool";
import { verifyCodeWith, type SandboxRunner } from "../../server/verifiers/code/verify-code";
import type { CodeTests } from "../../server/verifiers/code/code-tests";
import { format } from "../../server/verifiers/format/format";
import { verifyMath } from "../../server/verifiers/maths/verify-math";
import { readCases, runCases } from "./case-file";
import type { Environment, FileResult, Mismatch } from "./case-file";

const caseSchema = z.object({
  id: z.string(),
  kind: z.string(),
  verifier: z.string(),
  input: z.string(),
  gold: z.string().nullable(),
  expected: z.union([z.number(), z.string()]),
  tests: z.record(z.string(), z.unknown()).optional(),
});
type Case = z.infer<typeof caseSchema>;

/** Milliseconds that `< 50 ms` allows on a machine that other work shares: what is measured is processor time. */
const mostMilliseconds = 50;

/** Cases in which something else is said on purpose, and why. */
const onPurpose: ReadonlyMap<string, string> = new Map([
  ["v0318", "a gold answer in prose is left out, as no formula in it is the answer"],
  ["v0341", "00 is the number 0"],
  [
    "v0633",
    "an object of a class that the program defines is equal to itself alone: by its fields, a program could give the one it is compared with",
  ],
]);

/** What some tests only describe. */
const described: ReadonlyMap<string, () => string> = new Map([
  ["(5916 digits)", () => String(7n ** 7000n)],
  ["0\n1\n... (1.3 MB)", () => Array.from({ length: 200_000 }, (_, line) => String(line)).join("\n")],
]);

function withOutputs(tests: Record<string, unknown>): CodeTests {
  const { cases } = tests as { cases?: readonly { output?: unknown }[] };
  if (cases === undefined) return tests as unknown as CodeTests;
  const written = cases.map((one) => {
    const text = typeof one.output === "string" ? described.get(one.output) : undefined;
    return text === undefined ? one : { ...one, output: text() };
  });
  return { ...tests, cases: written } as unknown as CodeTests;
}

/** Processor time in milliseconds of the fastest of three runs: the first one may compile code. */
function time(run: () => unknown): number {
  const times = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

async function judge(one: Case, runner: SandboxRunner): Promise<unknown> {
  if (one.verifier === "verifyMath") {
    if (one.expected !== `< ${mostMilliseconds} ms`) return verifyMath(one.input, one.gold ?? "").score;
    const taken = time(() => verifyMath(one.input, one.gold ?? ""));
    return taken < mostMilliseconds ? one.expected : `${Math.round(taken)} ms`;
  }
  if (one.verifier === "verifyCode") {
    const { language, ...tests } = one.tests ?? {};
    const options = language === "javascript" ? ({ language } as const) : {};
    const judged = (timeout: number) => verifyCodeWith(runner, one.input, withOutputs(tests), { ...options, timeout });
    const first = await judged(5);
    // On a machine that other work slows, a right program may need longer.
    const verdict = first.status === "timeout" && one.expected === 1 ? await judged(60) : first;
    if (one.expected === "1 or null")
      return verdict.score === 1 || verdict.score === null ? one.expected : verdict.score;
    // A number where text is meant is its text.
    if (one.expected === "a clear message") return verdict.score === 1 ? one.expected : verdict.score;
    return verdict.score;
  }
  const style = /^format (strict|soft|think)$/.exec(one.verifier)?.[1] as "strict" | "soft" | "think" | undefined;
  if (style !== undefined) return format(one.input, style);
  const opened = (["strict", "soft", "think"] as const).some((each) => format(one.input, each, { opened: true }) === 1);
  return opened ? one.expected : 0;
}

export async function runVerifierFaults(file: string, { kernelsFile }: Environment): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  await using pool = await openPool(dirname(kernelsFile));
  return await runCases(
    cases,
    ({ verifier }) => (/^(?:verifyMath|verifyCode|format.*)$/.test(verifier) ? null : `verifier ${verifier}`),
    async (one): Promise<Mismatch[]> => {
      const actual = await judge(one, pool.run);
      return actual === one.expected ? [] : [{ field: `score (${one.kind})`, expected: one.expected, actual }];
    },
    ({ id }) => onPurpose.get(id) ?? null,
  );
}

/** The sandboxes of the build. `dist`: its folder. */
async function openPool(dist: string): Promise<{ readonly run: SandboxRunner } & AsyncDisposable> {
  const script = join(dist, "sandbox.mjs");
  if (!existsSync(script)) throw new Error("the sandbox is not built: run npm run build first");
  const pool = openSandboxPool({ script, runtime: await findRewardRuntime(""), size: 2 });
  return {
    run: pool.run,
    [Symbol.asyncDispose]: () => {
      pool.close();
      return Promise.resolve();
    },
  };
}
