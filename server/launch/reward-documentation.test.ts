/** Every example of docs/rewards.md, and the reward and recipe of the README, by the compiler with the declarations of the sample and in a reward process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { meetsExpectation, outcomeText, parseCases } from "../rewards/cases";
import * as offered from "../rewards/reasoning-lab";
import { discoverRewards } from "../rewards/discover";
import { readRecipe } from "./read-recipe";
import { openRewardPool } from "../processes/rewards/reward-pool";
import { plainReward } from "../processes/rewards/pool-reward";
import type { Installation } from "../processes/installation";
import { findRewardRuntime } from "../processes/runtime";
import { projectFolder, temporaryFolder, testInstallation } from "../processes/installation.testing";
import { judgeServer, partsOf, scoreText, winnerText } from "../processes/rewards/judge-server.testing";
import { buildSandbox } from "../processes/sandboxes/sandbox.testing";

const root = join(__dirname, "..", "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8").replaceAll("\r\n", "\n");
const documentation = read("docs", "rewards.md");
const readme = read("README.md");
const globals = read("samples", "chain-sum", "types", "globals.d.ts");

interface Block {
  readonly language: string;
  readonly text: string;
  /** In the page, from 1. */
  readonly line: number;
}

const blockOfReadme = (language: string) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(readme)![1]!;

const blocks = [...documentation.matchAll(/^````?(ts|jsonl)\n([^]*?)^````?$/gm)].map(
  ({ index, 1: language = "", 2: text = "" }): Block => ({
    language,
    text,
    line: documentation.slice(0, index).split("\n").length + 1,
  }),
);
const examples = blocks.filter(({ language }) => language === "ts");
const shown = /^(\S.*); \/\/ → (.+)$/gm;

let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
  buildSandbox(installation.distFolder);
});

/** One that knows that 2+2 is 4, in place of the one that examples ask. */
async function goodJudge() {
  const isRight = (text = ""): boolean => /(?:^|>)4$/.test(text);
  const judge = await judgeServer((asked) => {
    const { completion, "completion A": a } = partsOf(asked);
    return { text: a === undefined ? scoreText(isRight(completion) ? 1 : 0) : winnerText(isRight(a) ? "A" : "B") };
  });
  onTestFinished(() => judge.close());
  return judge;
}

/** Outcomes of a file's rewards, by name. */
async function scored(
  files: Readonly<Record<string, string>>,
  file: string,
  groups: readonly object[],
  names: string[],
) {
  const judge = await goodJudge();
  const pool = openRewardPool({
    rewards: names.map((name) => ({ ...plainReward(`${file}#${name}`), hosts: [judge.host], keys: ["JUDGE_KEY"] })),
    environment: { JUDGE_KEY: "of a test" },
    folder: projectFolder(
      Object.fromEntries(
        Object.entries(files).map(([name, text]) => [name, text.replaceAll("127.0.0.1:8000", judge.host)]),
      ),
    ),
    bundleFolder: temporaryFolder("bundles"),
    installation,
    runtime: await findRewardRuntime(""),
    log: () => undefined,
  });
  onTestFinished(() => pool.close());
  const whole = groups.map((group) => ({ prompt: "", answer: "", row: {}, completions: [""], ...group }));
  return (await pool.score(whole, 10)).outcomes;
}

test("every function has a heading and an example", () => {
  const results = examples.flatMap(({ text }) => [...text.matchAll(shown)].map(([, expression]) => expression));
  for (const name of Object.keys(offered)) {
    expect(documentation).toContain(`\n### ${name}\n`);
    expect(
      results.some((expression) => expression?.includes(`${name}(`)),
      `${name} has no example with its result`,
    ).toBe(true);
  }
});

test("the compiler takes every example with the declarations alone", () => {
  const texts = [blockOfReadme("ts"), ...examples.map(({ text }) => text)];
  const files = Object.fromEntries(texts.map((text, index) => [`example-${index}.ts`, text]));
  const folder = projectFolder({
    ...files,
    "reasoning-lab.d.ts": read("samples", "chain-sum", "types", "reasoning-lab.d.ts"),
    "globals.d.ts": globals,
  });
  const program = ts.createProgram(
    [...Object.keys(files), "reasoning-lab.d.ts", "globals.d.ts"].map((name) => join(folder, name)),
    {
      strict: true,
      noEmit: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      paths: { "reasoning-lab": [join(folder, "reasoning-lab.d.ts")] },
    },
  );
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const place = file ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}` : "";
    return `${place} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  expect(problems).toEqual([]);
});

test("what is declared around a reward is there in its process", async () => {
  const names = [...globals.matchAll(/^declare (?:const|class|function) (\w+)/gm)].map(([, name]) => name!);
  expect(names).toEqual(expect.arrayContaining(["console", "fetch", "setTimeout", "process"]));
  const source = "export const there = ({ completion }) => (typeof globalThis[completion] === 'undefined' ? 0 : 1);";
  const { there } = await scored({ "a.reward.ts": source }, "a.reward.ts", [{ completions: names }], ["there"]);
  const found = there![0]!.map((outcome) => outcome.kind === "score" && outcome.score === 1);
  expect(names.filter((_, index) => !found[index])).toEqual([]);
});

test("every result that an example shows is what a reward process computes", async () => {
  const same = `const same = (a, b) => typeof b === "number" && typeof a === "number" ? Math.abs(a - b) < 6e-4
    : typeof b === "object" && b !== null && typeof a === "object" && a !== null
      ? Object.keys(a).length === Object.keys(b).length && Object.keys(b).every((key) => same(a[key], b[key]))
      : Object.is(a, b);`;
  const push = (_: string, expression: string, value: string) =>
    `results.push([${JSON.stringify(expression)}, await (${expression}), (${value})]);`;
  const modules = examples.map(({ text }) => `export const results = [];\n${text.replaceAll(shown, push)}`);
  const all = `[${modules.map((_, index) => `...results${index}`).join(", ")}]`;
  const source = [
    ...modules.map((_, index) => `import { results as results${index} } from "./example-${index}";`),
    same,
    `const wrong = ${all}.filter(([, actual, shown]) => !same(actual, shown));`,
    `export const examples = () => ({ score: ${all}.length, wrong: wrong.map(([text, actual]) => text + " is " + JSON.stringify(actual)).join("\\n") });`,
  ].join("\n");
  const files = Object.fromEntries(modules.map((text, index) => [`example-${index}.ts`, text]));
  const outcomes = await scored({ ...files, "all.reward.ts": source }, "all.reward.ts", [{}], ["examples"]);
  const results = examples.reduce((sum, { text }) => sum + [...text.matchAll(shown)].length, 0);
  expect(results).toBeGreaterThan(30);
  expect(outcomes["examples"]).toEqual([[{ kind: "score", score: results, extras: { wrong: "" } }]]);
});

test("the cases that an example shows are met", async () => {
  const found = blocks.flatMap((block, index) =>
    block.language === "jsonl" ? [{ block, of: blocks[index - 1]! }] : [],
  );
  expect(found).not.toEqual([]);
  for (const { block, of } of found) {
    const { cases, problems } = parseCases(block.text);
    expect(problems).toEqual([]);
    const names = discoverRewards(of.text).rewards.map(({ name }) => name);
    const groups = cases.map(({ completion, ...rest }) => ({ ...rest, completions: [completion] }));
    const outcomes = await scored({ "a.reward.ts": of.text }, "a.reward.ts", groups, names);
    for (const [index, one] of cases.entries()) {
      const outcome = outcomes[one.reward]![index]![0]!;
      expect(meetsExpectation(outcome, one.expect), `line ${block.line + index}: ${outcomeText(outcome)}`).toBe(true);
    }
  }
});

test("the recipe of the README takes its reward, which judges as it says", async () => {
  const files = { "sums.reward.ts": blockOfReadme("ts"), "sums.lab.json": blockOfReadme("json") };
  const { recipe } = readRecipe(join(projectFolder(files), "sums.lab.json"));
  expect(recipe.stages.map(({ kind }) => kind)).toEqual(["cold-start", "reasoning-rl"]);
  const completions = [
    "<think>2+2=4</think><answer>4</answer>",
    "<think>2+2=5</think><answer>5</answer>",
    "<answer>4</answer>",
  ];
  const names = recipe.rewards.map(({ function: name }) => name.split("#")[1]!);
  const outcomes = await scored(files, "sums.reward.ts", [{ answer: "4", completions }], names);
  const scores = (name: string) => outcomes[name]![0]!.map((outcome) => outcome.kind === "score" && outcome.score);
  expect(scores("correct")).toEqual([1, 0, 1]);
  expect(scores("wellFormed")).toEqual([1, 1, 0]);
});
