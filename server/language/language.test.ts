/** Text and runs in, LSP out. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { expect, test } from "vitest";
import type { RunEntry } from "../protocol/editor";
import { endingOf, evaluationSummarySchema, type RunRecord, type StageRecord } from "../protocol/run";
import { recipeActions, recipeCompletions, recipeDiagnostics, recipeHover } from "./recipe-features";
import { recipeLenses } from "./recipe-lenses";
import { refusalsOf } from "./refused-versions";
import { lensPlaces } from "./lens-places";
import type { CaseTally, RewardFacts } from "./reward-facts";
import { rewardDiagnostics } from "./reward-diagnostics";
import { resolvedLens, rewardLenses } from "./reward-features";
import { againstFile, ofOlderVersion, resultOfOutcomes, resultOfScoring } from "./reward-results";

const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-language-"));
const rewardText = [
  'import type { Reward } from "reasoning-lab";',
  "export const correct: Reward = ({ completion, answer }) => {",
  "  if (completion === answer) throw new Error();",
  "  return 0;",
  "};",
].join("\n");
writeFileSync(join(folder, "sum.reward.ts"), rewardText);

const documentOf = (name: string, text: string): TextDocument =>
  TextDocument.create(
    pathToFileURL(join(folder, name)).toString(),
    name.endsWith(".ts") ? "typescript" : "lab-recipe",
    1,
    text,
  );

const recipeText = (change = ""): string => `{
  "name": "x", "model": {}, "task": { "name": "chain-sum" },
  "rewards": [{ "function": "sum.reward.ts#correct" }],
  "stages": [
    { "kind": "cold-start" },
    { "kind": "reasoning-rl"${change} }
  ]
}`;

const stage = (fields: Partial<StageRecord> = {}): StageRecord => ({
  name: "reasoning-rl",
  kind: "reasoning-rl",
  status: "running",
  step: 12,
  steps: 100,
  from: null,
  sources: {},
  given: null,
  notes: [],
  remarks: {},
  memory: null,
  seconds: 5,
  before: null,
  after: null,
  ...fields,
});

const run = (
  status: RunRecord["status"],
  stages: readonly StageRecord[],
  progress: RunEntry["progress"] = null,
): RunEntry => ({
  folder: "/w/.reasoning-lab/runs/1",
  workspaceFolder: "/w",
  problem: null,
  checkpoints: [],
  progress,
  live: null,
  record: {
    format: 1,
    id: "1",
    name: "x",
    created: "2026-01-01T00:00:00.000Z",
    recipeFile: "x.lab.json",
    sources: null,
    recipe: {},
    seed: 0,
    versions: {},
    engine: { name: "simd", reason: "" },
    hashes: { recipe: "", rewards: {}, data: {} },
    parent: null,
    accepted: [],
    resumes: [],
    status,
    ...endingOf(null),
    process: null,
    stages: [...stages],
  },
});

const titles = (text: string, runs: readonly RunEntry[]): string[] =>
  recipeLenses(documentOf("x.lab.json", text), runs).map(
    (lens) => `${lens.range.start.line}: ${lens.command?.title ?? ""}`,
  );

test("a recipe without runs offers to run the pipeline and each stage", () => {
  expect(titles(recipeText(), [])).toEqual([
    "3: $(play) Run Pipeline",
    "3: Show Pipeline",
    "4: $(play) Run",
    "5: $(play) Run",
  ]);
});

test("while a stage runs its lens stops it and says how far it is; nothing else can be started", () => {
  const progress = {
    type: "progress" as const,
    stage: "reasoning-rl",
    phase: "training" as const,
    step: 12,
    steps: 100,
    secondsLeft: 200,
    headline: null,
  };
  expect(titles(recipeText(), [run("running", [stage()], progress)])).toEqual([
    "3: $(debug-stop) Stop (reasoning-rl 12/100 · 3 min left)",
    "3: Open Live Curves",
    "3: Show Pipeline",
    "5: $(sync~spin) Stop (reasoning-rl 12/100 · 3 min left)",
  ]);
});

test("a run that was cut off can be resumed from the stage that it was in", () => {
  const cutOff = run("interrupted", [
    stage({ name: "cold-start", kind: "cold-start", status: "completed" }),
    stage({ status: "stopped" }),
  ]);
  expect(titles(recipeText(), [cutOff])).toEqual([
    "3: $(play) Run Pipeline",
    "3: $(debug-continue) Resume",
    "3: Open Live Curves",
    "3: Show Pipeline",
    "4: $(play) Run",
    "5: $(play) Run",
    "5: $(debug-continue) Resume",
  ]);
});

test("a finished stage shows pass@1 and pass@k together", () => {
  const summary = { prompts: 8, samples: 4, greedy: 0, mean_length: 9 };
  const done = stage({
    status: "completed",
    before: evaluationSummarySchema.parse({ ...summary, pass_at_1: 0.5, pass_at_k: 0.9 }),
    after: evaluationSummarySchema.parse({ ...summary, pass_at_1: 0.75, pass_at_k: 1 }),
  });
  expect(titles(recipeText(), [run("completed", [done])])).toContain("5: pass@1 0.50 → 0.75 · pass@4 0.90 → 1.00");
});

test("an error is at its place and names what was meant", () => {
  const document = documentOf("x.lab.json", recipeText(', "num_generatons": 4'));
  const [problem, ...others] = recipeDiagnostics(document, () => true);
  expect(others).toEqual([]);
  expect(document.getText(problem!.range)).toBe('"num_generatons"');
  expect(problem!.message).toContain("num_generations");
});

test("a reward that the file does not export is an error; a right recipe has none", () => {
  expect(recipeDiagnostics(documentOf("x.lab.json", recipeText()), () => true)).toEqual([]);
  const wrong = recipeText().replace("#correct", "#corect");
  expect(recipeDiagnostics(documentOf("x.lab.json", wrong), () => true)[0]?.message).toContain("correct");
});

test("a model of the Hub that is not on this machine can be got where it is named, and nowhere else", () => {
  const named = '"model": { "checkpoint": "hf:org/not-here-at-all" }';
  const text = recipeText().replace(/"model": \{[^}]*\}/, named);
  const document = documentOf("x.lab.json", text);
  const [problem] = recipeDiagnostics(document, () => true);
  expect(problem?.message).toContain("hf:org/not-here-at-all is not on this machine");
  const [action, ...others] = recipeActions(document, problem!.range, () => true);
  expect(others).toEqual([]);
  expect(action).toMatchObject({
    title: "Get hf:org/not-here-at-all",
    command: { command: "reasoningLab.getModel", arguments: ["hf:org/not-here-at-all"] },
    diagnostics: [{ message: problem!.message }],
  });
  const start = { line: 0, character: 0 };
  expect(recipeActions(document, { start, end: start }, () => true)).toEqual([]);
});

test("hovers explain a key; completions offer keys, and rewards of the folder", () => {
  const document = documentOf("x.lab.json", recipeText(', "beta": 0'));
  const at = (needle: string) => document.positionAt(document.getText().indexOf(needle) + 2);
  expect(JSON.stringify(recipeHover(document, at('"beta"'))?.contents)).toContain("KL to the reference policy");
  expect(JSON.stringify(recipeHover(document, at('"beta"'))?.contents)).toContain(
    "Glossary: [KL](command:reasoningLab.openGlossary?%5B%22KL%22%5D) · [reference policy](",
  );
  expect(recipeCompletions(document, at('"beta"')).map(({ label }) => label)).toContain("num_generations");
  expect(JSON.stringify(recipeCompletions(document, at('"sum.reward')))).toContain("sum.reward.ts#correct");
});

const resolved = (document: TextDocument, facts: RewardFacts) =>
  Promise.all(rewardLenses(document, facts, lensPlaces()).map((lens) => resolvedLens(lens, facts)));

test("a reward's lens says mean, spread, time and errors; its error is at its line", async () => {
  const document = documentOf("sum.reward.ts", rewardText);
  const error = { kind: "error" as const, message: "boom", file: "sum.reward.ts", line: 3, column: 31 };
  const scores = [1, 0, 1].map((score) => ({ kind: "score" as const, score, extras: {} }));
  const results = new Map([["correct", resultOfOutcomes([...scores, error, error], 0.25)]]);
  // Words come when a lens is on the screen.
  expect(
    rewardLenses(document, { results, refusals: [], rescored: null }, lensPlaces()).every(
      ({ command }) => command === undefined,
    ),
  ).toBe(true);
  expect(
    (await resolved(document, { results, refusals: [], rescored: null })).map((lens) => lens.command?.title),
  ).toEqual([
    "0.67 ± 0.58 over 5 rollouts · 2 errors (40 %)",
    "$(save) Save a rollout as its first case",
    "$(beaker) Score samples",
    "$(debug-alt) Debug",
    "$(run-coverage) Coverage",
    "$(shield) Audit",
    "0.25 ms per sample",
  ]);
  const [problem] = rewardDiagnostics(document, { results, refusals: [], rescored: null });
  expect(document.getText(problem!.range)).toBe("if (completion === answer) throw new Error();");
  expect(problem!.message).toContain("boom (2 of 5 samples)");
  expect(rewardDiagnostics(document, { results: ofOlderVersion(results), refusals: [], rescored: null })).toEqual([]);
});

test("a lens says when its numbers are of an older version, and opens the rollouts that they come from", async () => {
  const document = documentOf("sum.reward.ts", rewardText);
  const place = { folder: "/w/run", stage: "rl", step: 7, time: 1000 };
  const results = new Map([["correct", resultOfOutcomes([{ kind: "score", score: 1, extras: {} }], 1, place)]]);
  const lens = async (saved: number | null) =>
    (await resolved(document, { results: againstFile(results, saved), refusals: [], rescored: null }))[0]!.command!;
  expect((await lens(999)).title).not.toContain("edit");
  expect((await lens(null)).title).not.toContain("edit");
  expect((await lens(1001)).title).toMatch(/ · before the last edit$/);
  expect((await lens(999)).arguments).toEqual(["/w/run", "rl", 7]);
});

test("a lens runs the cases of a reward, and says how many passed when all of them ran last", async () => {
  const line = (expectation: number): string =>
    JSON.stringify({ reward: "correct", prompt: "p", completion: "c", answer: "a", expect: expectation });
  writeFileSync(join(folder, "cases.reward.cases.jsonl"), [line(0), line(1)].join("\n"));
  const document = documentOf("cases.reward.ts", rewardText);
  const title = async (of: ReadonlyMap<string, CaseTally>) =>
    (await resolved(document, { results: new Map(), refusals: [], tallies: of }))[0]!.command?.title;
  expect(await title(new Map())).toBe("$(testing-run-icon) Run 2 cases");
  expect(await title(new Map([["correct", { passed: 1, all: 2 }]]))).toBe("$(testing-failed-icon) Run cases 1/2");
  // One was written since.
  expect(await title(new Map([["correct", { passed: 1, all: 1 }]]))).toBe("$(testing-run-icon) Run 2 cases");
});

test("lenses stay where they are while a file is half-typed", () => {
  const places = lensPlaces();
  const lines = (text: string) => {
    const lenses = rewardLenses(documentOf("sum.reward.ts", text), { results: new Map(), refusals: [] }, places);
    return [...new Set(lenses.map(({ range }) => range.start.line))];
  };
  const two = `${rewardText}\nexport const other: Reward = () => 1;\n`;
  expect(lines(two)).toEqual([1, 5]);
  expect(lines(two.replace("return 0;", "return (\n"))).toEqual([1, 6]);
  // One whose name is half-typed itself stays on its line.
  expect(lines(two.replace("export const other: Reward = () => 1;", "export const oth: Reward = ("))).toEqual([1, 5]);
  expect(lines(two.replace("return 0;", ""))).toEqual([1, 5]);
  expect(lines(rewardText)).toEqual([1]);
});

test.each([
  ["a line", "boom", 3],
  ["a message that looks like one", "line 7: boom", null],
])("an error of a scoring keeps %s", (_, message, line) => {
  const result = resultOfScoring({
    source: "cases",
    samples: 1,
    mean: null,
    std: null,
    millisecondsPerSample: 1,
    notApplicable: 0,
    errors: 1,
    firstError: { message, line, file: "/w/a.reward.ts", column: null },
    cases: 0,
    notes: [],
    failedCases: [],
  });
  expect(result.errorList).toEqual([{ message, line, count: 1 }]);
});

const scoringWithV2 = (file: string, message: string, line: number | null): RunEntry => ({
  ...run("running", [stage()]),
  live: {
    origin: "editor",
    limits: null,
    outdatedRewards: [
      { file, version: 2, refused: { version: 3, fault: "does not compile", message, line, column: line && 1 } },
    ],
  },
});

test("while a run scores with an older version than the one on disk, lens and warning say so, at the error", () => {
  const halfTyped = rewardText.replace("return 0;", "return (");
  const document = documentOf("sum.reward.ts", halfTyped);
  const file = join(folder, "sum.reward.ts");
  const runs = [scoringWithV2(file, `${file}:5:1: Unexpected "}".`, 5)];
  const refusals = refusalsOf(file, runs, () => true);
  const text = "v3 does not compile: the run x scores with v2";
  expect(rewardLenses(document, { results: new Map(), refusals, rescored: null }, lensPlaces())).toMatchObject([
    {
      range: { start: { line: 1, character: 13 } },
      command: { title: `$(warning) ${text}`, command: "reasoningLab.openCurves", arguments: [runs[0]!.folder] },
    },
  ]);
  const warnings = rewardDiagnostics(document, { results: new Map(), refusals, rescored: null }).filter(
    ({ severity }) => severity === 2,
  );
  expect(warnings).toMatchObject([{ range: { start: { line: 4 } } }]);
  expect(warnings[0]!.message).toBe(`${text} until a version that works is saved. ${file}:5:1: Unexpected "}".`);
  expect(refusalsOf(join(folder, "other.reward.ts"), runs, () => true)).toEqual([]);
  expect(refusalsOf(file, [run("running", [stage()])], () => true)).toEqual([]);
});

test("a version that is refused for no line of its own, or edited since, is warned of at the export", () => {
  const document = documentOf("sum.reward.ts", rewardText);
  const file = join(folder, "sum.reward.ts");
  for (const refusals of [
    refusalsOf(file, [scoringWithV2(file, "helper.ts:1:1: Unexpected.", null)], () => true),
    refusalsOf(file, [scoringWithV2(file, "Unexpected.", 5)], () => false),
  ]) {
    const [warning, ...others] = rewardDiagnostics(document, { results: new Map(), refusals, rescored: null });
    expect(others).toEqual([]);
    expect(document.getText(warning!.range)).toBe("correct");
  }
});
