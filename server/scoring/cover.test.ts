/** What of a reward's source runs, as V8 counts it in the reward process, at the places of its TypeScript. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { CoveredFile, RolloutCoverage } from "../protocol/coverage";
import type { Installation } from "../processes/installation";
import { projectFolder, testInstallation } from "../processes/installation.testing";
import { coverCases, coverRollouts } from "./cover";

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
});

const source = `import type { Reward } from "reasoning-lab";
import { helper } from "./helper";

interface Unused { readonly of: string }

export const graded: Reward = ({ completion, answer }) => {
  if (completion === "") return 0;
  else if (completion.length > 3) {
    return 0.5;
  }
  const bonus = completion.startsWith("a") && helper(completion);
  return completion === answer ? (1 as number) : bonus ? 0.25 : null;
};

export const short: Reward = ({ completion }) => (completion.length < 3 ? 1 : 0);
`;
const helper = `export function helper(text: string): boolean {
  for (const sign of text) {
    if (sign === "z") return false;
  }
  return true;
}

export function never(): number {
  return 1;
}
`;

const line = (reward: string, completion: string): string =>
  JSON.stringify({ reward, prompt: "p", completion, answer: "b", expect: [0, 1] });

function project(cases: readonly string[]) {
  const folder = projectFolder({
    "a.reward.ts": source,
    "helper.ts": helper,
    "a.reward.cases.jsonl": cases.join("\n"),
  });
  return { workspaceFolder: folder, file: join(folder, "a.reward.ts"), installation, nodePath: "" };
}

const fileOf = (files: readonly CoveredFile[], name: string): CoveredFile =>
  files.find(({ file }) => file.endsWith(name))!;
/** `text of the line: count` of statements, in the order of the source. */
const statements = ({ statements: all }: CoveredFile, text: string): string[] =>
  all
    .toSorted((a, b) => a.start.line - b.start.line || a.start.character - b.start.character)
    .map(({ start, end, count }) => {
      const lines = text.split("\n");
      const rest =
        start.line === end.line
          ? lines[start.line]!.slice(start.character, end.character)
          : `${lines[start.line]!.slice(start.character)}…`;
      return `${count} ${rest}`;
    });
const returns = ({ returns: all }: CoveredFile): string[] =>
  all.map(({ count, text, reward }) => `${count} ${reward ?? "-"}: ${text}`);

test("lines, branches and returns of the TypeScript, with how often each ran", async () => {
  const options = project([
    line("graded", ""),
    line("graded", "b"),
    line("graded", "ab"),
    line("graded", "c"),
    line("short", "b"),
  ]);
  const { files, outcomes, byCase } = await coverCases(options);
  expect(outcomes.map(({ verdict }) => verdict)).toEqual(["passed", "passed", "passed", "failed", "passed"]);
  const own = fileOf(files, "a.reward.ts");
  expect(returns(own)).toEqual([
    "1 graded: return 0",
    "0 graded: return 0.5",
    "1 graded: return 1 as number",
    "1 graded: return 0.25",
    "1 graded: return null",
    "1 short: return 1",
    "0 short: return 0",
  ]);
  expect(statements(own, source)).toEqual([
    // Two processes have loaded the module: one for each reward.
    "2 const graded: Reward = ({ completion, answer }) => {…",
    '4 if (completion === "") return 0;…',
    "1 return 0;",
    "3 if (completion.length > 3) {…",
    "0 return 0.5;",
    '3 const bonus = completion.startsWith("a") && helper(completion);',
    "3 return completion === answer ? (1 as number) : bonus ? 0.25 : null;",
    "2 const short: Reward = ({ completion }) => (completion.length < 3 ? 1 : 0);",
    "1 completion.length < 3 ? 1 : 0",
  ]);
  const branches = own.statements.flatMap((one) => one.branches.map(({ label, count }) => `${count} ${label}`));
  expect(branches).toContain("1 && helper(completion)");
  expect(branches).toContain("0 0");
  expect(own.functions.map(({ name, count }) => `${count} ${name}`)).toEqual(["4 graded", "1 short"]);

  const help = fileOf(files, "helper.ts");
  expect(returns(help)).toEqual(["0 -: return false", "1 -: return true"]);
  expect(statements(help, helper)).toContain('2 if (sign === "z") return false;');

  // By itself, the third case ran the helper; the others did not.
  expect(byCase.map(({ line: at, files: ran }) => [at, fileOf(ran, "helper.ts").functions[0]?.count ?? 0])).toEqual([
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 0],
    [5, 0],
  ]);
});

test("what the newest rollouts never reach, and how many ran", async () => {
  const options = project([]);
  const group = (completions: string[]) => ({ prompt: "p", answer: "b", row: {}, completions });
  const coverage: RolloutCoverage = await coverRollouts({
    ...options,
    export: "graded",
    samples: () => Promise.resolve({ groups: [group(["", "b"]), group(["c"])], notes: [] }),
  });
  expect([coverage.calls, coverage.unit, coverage.notes]).toEqual([3, "rollout", []]);
  // Nobody asked the other reward.
  expect(fileOf(coverage.files, "a.reward.ts").functions.map(({ name }) => name)).toEqual(["graded"]);
  expect(returns(fileOf(coverage.files, "a.reward.ts")).filter((one) => one.startsWith("0"))).toEqual([
    "0 graded: return 0.5",
    "0 graded: return 0.25",
  ]);
});

test("rollouts whose process was lost are not counted as if they had run", async () => {
  const folder = projectFolder({
    "a.reward.ts": 'export const r = ({ completion }) => { if (completion === "end") process.exit(1); return 1; };',
  });
  const coverage = await coverRollouts({
    workspaceFolder: folder,
    file: join(folder, "a.reward.ts"),
    installation,
    nodePath: "",
    export: "r",
    samples: () =>
      Promise.resolve({
        groups: ["a", "end", "b"].map((one) => ({ prompt: "p", answer: "b", row: {}, completions: [one] })),
        notes: [],
      }),
  });
  expect(coverage.calls).toBeLessThan(3);
  expect(coverage.notes).toEqual([
    `${3 - coverage.calls} of 3 rollouts are not counted: calls of them hung, or ended the process`,
  ]);
});

test("code of the reward reaches what counts as little as anything of Node", async () => {
  const folder = projectFolder({
    "a.reward.ts": `export const r = () => {
      const inspector = process.getBuiltinModule("node:inspector") as any;
      new inspector.Session().connect();
      return 1;
    };`,
    "a.reward.cases.jsonl": line("r", "c"),
  });
  const { outcomes } = await coverCases({
    workspaceFolder: folder,
    file: join(folder, "a.reward.ts"),
    installation,
    nodePath: "",
  });
  expect(outcomes[0]?.actual).toMatch(/^error: .*(has no node:inspector|closed to rewards)/);
});
