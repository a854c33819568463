/** Reward cases: what comes of each, also where rewards fail, hang or cannot be used. */
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { CaseOutcome } from "../protocol/cases";
import { rewardScript, type Installation } from "../processes/installation";
import { projectFolder, testInstallation } from "../processes/installation.testing";
import { startRewardProcess } from "../processes/rewards/reward-child";
import { spareProcesses } from "../processes/rewards/spare-processes";
import { findRewardRuntime } from "../processes/runtime";
import { runCases, type CaseRunOptions } from "./run-cases";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
});

const line = (reward: string, expectation: unknown, completion = "c"): string =>
  JSON.stringify({ reward, prompt: "p", completion, answer: "1", expect: expectation });

const source = `
import { half } from "./half";
export const length = ({ completion }) => completion.length;
export const some = ({ completion }) => (completion === "" ? null : half());
export const broken = ({ completion }) => {
  if (completion === "end") process.exit(3);
  throw new Error("no such thing");
};
`;

function project(cases: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const folder = projectFolder({
    "a.reward.ts": source,
    "half.ts": "export const half = () => 0.5;",
    "a.reward.cases.jsonl": cases.join("\n"),
    ...files,
  });
  const file = join(folder, "a.reward.ts");
  const run = (options: Partial<CaseRunOptions> = {}) =>
    runCases({ workspaceFolder: folder, file, installation, nodePath: "", ...options });
  return { folder, file, run };
}

const brief = ({ line: at, verdict, actual }: CaseOutcome) => `${at} ${verdict} ${actual}`;

test("each case has its outcome, in the order of the file, with the time of its call", async () => {
  const { run, folder } = project([
    line("length", 1),
    line("length", [0, 2], "abc"),
    "",
    line("some", null, ""),
    line("some", [0.5, 0.5]),
    line("some", 0.4999999),
    line("some", "error"),
    line("broken", "error"),
    line("broken", 1),
  ]);
  const told: number[] = [];
  const { outcomes, inputs, problems } = await run({ ended: ({ line: at }) => told.push(at) });
  expect(outcomes.map(brief)).toEqual([
    "1 passed 1",
    "2 failed 3",
    "4 passed null",
    "5 passed 0.5",
    "6 passed 0.5",
    "7 failed 0.5",
    "8 passed error: Error: no such thing",
    "9 failed error: Error: no such thing",
  ]);
  expect(outcomes.at(-1)?.error).toMatchObject({ line: 7, file: join(folder, "a.reward.ts") });
  expect(outcomes.every(({ milliseconds }) => milliseconds !== null && milliseconds < 1000)).toBe(true);
  expect(told.toSorted()).toEqual([1, 2, 4, 5, 6, 7, 8, 9]);
  expect(problems).toEqual([]);
  expect(inputs).toEqual(expect.arrayContaining(["a.reward.ts", "half.ts"].map((name) => join(folder, name))));
  expect(inputs).toContain(join(folder, "a.reward.cases.jsonl"));
});

test("one reward, or some lines", async () => {
  const { run } = project([line("length", 1), line("some", 0.5), line("length", 2)]);
  expect((await run({ rewards: ["length"] })).outcomes.map(brief)).toEqual(["1 passed 1", "3 failed 1"]);
  expect((await run({ lines: [2, 3] })).outcomes.map(brief)).toEqual(["2 passed 0.5", "3 failed 1"]);
});

test("a case whose reward cannot be used is not one that expects an error: the others run", async () => {
  const { run } = project([line("gone", "error"), line("length", 1)]);
  const { outcomes } = await run();
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(["not-run", "passed"]);
  expect(outcomes[0]?.actual).toMatch(/exports no function gone/);
});

test("a file that does not compile says where", async () => {
  const { run, file } = project([line("length", "error")]);
  writeFileSync(file, "export const length = () => {\n  return (;\n};\n");
  const [outcome] = (await run()).outcomes;
  expect(outcome).toMatchObject({ verdict: "not-run", error: { file, line: 2, column: 11 } });
});

test("what ends its process costs its own case only", async () => {
  const { run } = project([line("broken", "error", "end"), line("broken", "error"), line("broken", 0, "end")]);
  const { outcomes } = await run();
  expect(outcomes.map(brief)).toEqual([
    "1 passed error: ended its process (exit code 3)",
    "2 passed error: Error: no such thing",
    "3 failed error: ended its process (exit code 3)",
  ]);
});

test("lines that are no cases are told beside the others", async () => {
  const { run } = project(["{", line("length", 1)]);
  const { outcomes, problems } = await run();
  expect(outcomes.map(brief)).toEqual(["2 passed 1"]);
  expect(problems.map(({ line: at }) => at)).toEqual([1]);
});

test("it is ended early, also while a reward never returns", async () => {
  const { run } = project([line("length", 1)], { "a.reward.ts": "export const length = () => { for (;;); };" });
  const abort = new AbortController();
  const ended = run({ signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 300);
  const began = performance.now();
  await expect(ended).rejects.toThrow("enough");
  expect(performance.now() - began).toBeLessThan(4000);
});

test("processes that are ready give the same outcomes, for each version of the source", async () => {
  const { run, file } = project([line("length", 1), line("some", 0.5)]);
  const runtime = await findRewardRuntime("");
  const started: string[] = [];
  const spares = spareProcesses((folder, handlers) => {
    started.push(folder);
    return startRewardProcess({ runtime, script: rewardScript(installation) }, folder, handlers);
  });
  onTestFinished(() => spares.close());
  expect((await run({ spares })).outcomes.map(brief)).toEqual(["1 passed 1", "2 passed 0.5"]);
  expect(started.length).toBe(2);
  writeFileSync(file, source.replace("completion.length", "-completion.length"));
  expect((await run({ spares })).outcomes.map(brief)).toEqual(["1 failed -1", "2 passed 0.5"]);
  // What was ready was used, and others are.
  expect(started.length).toBe(4);
  // One that has ended meanwhile is none that is ready.
  spares.close();
  expect((await run({ spares })).outcomes.map(brief)).toEqual(["1 failed -1", "2 passed 0.5"]);
});
