import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { expect, test } from "vitest";
import { usualThresholds } from "../health/thresholds";
import type { Measures } from "../protocol/reports";
import { endingOf, evaluationSummarySchema, type RunRecord, type StageRecord } from "../protocol/run";
import type { TrainerProgress } from "../protocol/trainer";
import { exampleRun } from "../runs/example-run";
import { metricsPath, workspaceOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openRunWriter } from "../runs/writer";
import { batchProgress, batchText } from "./batch";
import { commandText, quoted, typedPath, typedReward } from "./command-text";
import { evaluationTexts } from "./evaluation-text";
import { progressDisplay, progressLine } from "./progress";
import { fullReport } from "./full-report";
import { reportText } from "./report";
import { reportJson } from "./report-json";

const progress = (change: Partial<TrainerProgress> = {}): TrainerProgress => ({
  type: "progress",
  stage: "reasoning-rl",
  phase: "training",
  step: 30,
  steps: 300,
  secondsLeft: 125,
  headline: { name: "reward", value: 0.4312 },
  ...change,
});

function shown(isTTY: boolean, act: (display: ReturnType<typeof progressDisplay>) => void): string {
  let text = "";
  act(progressDisplay({ isTTY, columns: 80, write: (more) => (text += more) }));
  return text;
}

test("a line says stage, steps, the headline and the time left, and never wraps", () => {
  expect(progressLine(progress())).toContain(" 30/300  reward 0.431  2 min 5 s left");
  expect(progressLine(progress({ step: 300 }))).toContain("█".repeat(24));
  expect(progressLine(progress({ phase: "evaluating", secondsLeft: null }))).toMatch(/evaluating held-out prompts$/);
  expect(progressLine(progress(), 40)).toHaveLength(39);
  const drawing = { tokens: 1234, most: 8192, tokensPerSecond: 180.4, secondsLeft: 39.6, atMost: false };
  const line = progressLine(progress({ drawing }), 120);
  expect(line).toContain(
    " 30/300  reward 0.431  drawing 1,234 tokens, 180 tokens/s, about 40 s left  2 min 5 s left in all",
  );
  expect(line.length).toBeLessThan(120);
  expect(progressLine(progress({ drawing: { ...drawing, atMost: true }, headline: null }), 120)).toContain(
    "at most 40 s left",
  );
});

test("a name that holds lines begins none in a report", () => {
  const record = readRecord(exampleRun());
  const text = reportText({ ...record, name: "a\nfake: all passed\r\nb" });
  expect(text.split("\n")[0]).toMatch(/^a fake: all passed b, seed 0/);
});

test("a terminal redraws one line a stage", () => {
  const text = shown(true, (display) => {
    display.show(progress({ stage: "cold-start" }));
    display.show(progress({ stage: "cold-start", step: 31 }));
    display.show(progress());
    display.print("a remark");
    display.end();
  });
  // What stays on the screen: of each line the part after its last clearing.
  const lines = text.split("\n").map((line) => line.split("\u001b[2K").at(-1));
  expect(lines).toHaveLength(4);
  expect(lines[0]).toContain("cold-start");
  expect(lines[0]).toContain(" 31/300");
  expect(lines[1]).toBe("a remark");
  expect(lines[2]).toContain("reasoning-rl");
});

test("without a terminal there are few lines and no escape codes", () => {
  const text = shown(false, (display) => {
    for (let step = 0; step <= 300; step++) display.show(progress({ step }));
    display.end();
  });
  expect(text.trimEnd().split("\n")).toHaveLength(11);
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("\r");
});

test("the report sets before and after of each stage side by side", () => {
  const summary = evaluationSummarySchema.parse({
    prompts: 256,
    samples: 8,
    pass_at_1: 0.6051,
    pass_at_k: 0.996,
    greedy: 0.9,
    mean_length: 24.12,
    maj_at_k: 0.75,
    thinking_length: 18.5,
    self_correction: 0.125,
  });
  const stage: Omit<StageRecord, "name" | "before" | "after"> = {
    kind: "cold-start",
    status: "completed",
    step: 1,
    steps: 1,
    from: null,
    seconds: 40,
    sources: {},
    given: null,
    notes: [],
    remarks: {},
    memory: null,
  };
  const record: RunRecord = {
    format: 1,
    id: "x",
    name: "Chain sum",
    created: "",
    recipeFile: "",
    sources: null,
    recipe: {},
    seed: 3,
    versions: {},
    engine: { name: "simd", reason: "" },
    hashes: { recipe: "", rewards: {}, data: {} },
    parent: null,
    accepted: [],
    resumes: [],
    status: "completed",
    ...endingOf(null),
    process: null,
    stages: [
      { ...stage, name: "cold-start", before: null, after: summary },
      {
        ...stage,
        name: "rl",
        kind: "reasoning-rl",
        before: summary,
        after: { ...summary, pass_at_1: 0.93, refusal: 0.9, wrong_refusal: 0.01 },
      },
      { ...stage, name: "safe", kind: "reward-model", seconds: 100, before: null, after: null, notes: ["800 pairs"] },
    ],
  };
  expect(reportText(record).split("\n")).toEqual([
    "Chain sum, seed 3, engine simd, 3 min",
    "Held-out results on 256 prompts, 8 samples each; thinking in tokens; refusals of unanswerable prompts and, wrongly, of others.",
    "",
    "stage              pass@1         pass@8  maj@8  thinking  self-corr.  refused  wrongly        time",
    "──────────  ─────────────  ─────────────  ─────  ────────  ──────────  ───────  ───────  ──────────",
    "cold-start          0.605          0.996  0.750      18.5       0.125        –        –        40 s",
    "rl          0.605 → 0.930  0.996 → 0.996  0.750      18.5       0.125    0.900    0.010        40 s",
    "safe                    –              –      –         –           –        –        –  1 min 40 s",
    "",
    "safe: 800 pairs",
    "",
    "Completed",
  ]);
  const endOf = (message: string) =>
    reportText({ ...record, message })
      .split("\n")
      .at(-1);
  expect(endOf("the reward failed")).toBe("The reward failed");
  expect(endOf("max_completion_length (512) is too much")).toBe("max_completion_length (512) is too much");
});

test("a command is told as it was started", () => {
  const clone = join(sep, "clone");
  expect(commandText("node", join(clone, "dist", "cli.js"), clone)).toBe(`node ${join("dist", "cli.js")}`);
  expect(commandText("node", join(clone, "my dist", "cli.js"), sep)).toBe(
    `node "${join("clone", "my dist", "cli.js")}"`,
  );
  expect(commandText("node", join(clone, "bin", "reasoning-lab"), clone)).toBe("reasoning-lab");
  expect(typedPath(join(sep, "elsewhere"), clone)).toBe(join(sep, "elsewhere"));
  expect(quoted('a "b" $c')).toBe('"a \\"b\\" \\$c"');
});

test("a batch shows its progress now and then, and its end always", () => {
  const reward = {
    name: "correct",
    scores: 3,
    mean: 0.5,
    std: 0.25,
    notApplicable: 0,
    errors: 1,
    firstError: "a:4: no",
  };
  const asked = { calls: 1, cached: 3, cost: 0.00312, seconds: 1, pairs: 0, disagreed: 0 };
  const at = (samples: number) => ({ samples, total: 4, seconds: 2, rewards: [reward], judges: { fair: asked } });
  let time = 0;
  const text = shown(false, (display) => {
    const show = batchProgress(display, () => time);
    for (const samples of [1, 2, 3, 4]) {
      show(at(samples));
      time += 40;
    }
  });
  const steps = text.trimEnd().split("\n");
  expect(steps.map((line) => /(\d)\/4/.exec(line)?.[1])).toEqual(["1", "4"]);
  expect(steps[0]).toMatch(/^scoring .* correct 0\.500 {2}6 s left$/);
  expect(batchText(at(4)).split("\n")).toEqual([
    "4 rollouts in 2 s, 2 a second",
    "correct: 0.500 ± 0.250 (3 scores, 0 not applicable, 1 error)",
    "  First error: a:4: no",
    "Judge fair: 1 call, 3 answers known, cost 0.00312",
  ]);
});

test("an evaluation is told in full: pass@1 and pass@k together, with intervals, by difficulty", () => {
  const estimate = (mean: number) => ({ mean, low: mean - 0.1, high: mean + 0.1, count: 8 });
  const measures = (pass_at_1: number): Measures => ({
    prompts: 8,
    k: 4,
    pass_at_1: estimate(pass_at_1),
    pass_at_k: estimate(0.8),
    maj_at_k: estimate(0.5),
    best_of_k: null,
    length: estimate(12),
    pass_at: [1, 2, 4].map((k) => ({ k, mean: 0.2 * k, low: 0, high: 1 })),
  });
  const folder = exampleRun(undefined, {
    stages: [{ name: "evaluation", kind: "evaluation", steps: 1, from: null }],
  });
  expect(evaluationTexts(folder, readRecord(folder))).toEqual([]);
  const run = openRunWriter(folder);
  const byDifficulty = [{ difficulty: 3, measures: measures(0.2) }];
  const report = { all: measures(0.25), byDifficulty };
  run.saveReport("evaluation", { kind: "evaluation", best_of: "reward", report });
  run.close();
  const [text] = evaluationTexts(folder, readRecord(folder));
  expect(text).toContain("8 held-out prompts, 4 samples each");
  expect(text).toMatch(/pass@1 +pass@4 +maj@4 +best of 4/);
  expect(text).toMatch(/all +8 +0\.250 \[0\.150, 0\.350\] +0\.800 \[0\.700, 0\.900\]/);
  expect(text).toMatch(/difficulty 3 +8 +0\.200/);
  expect(text).toMatch(/\npass@k: @1 0\.200 {2}@2 0\.400 {2}@4 0\.800$/);
});

test("a reward is typed as a file, or with one of its exports; folders may have a # in their names", () => {
  expect(typedReward("a.reward.ts")).toEqual({ file: "a.reward.ts", name: null });
  expect(typedReward("a.reward.ts#correct")).toEqual({ file: "a.reward.ts", name: "correct" });
  expect(typedReward("/c#/a.reward.ts")).toEqual({ file: "/c#/a.reward.ts", name: null });
  expect(typedReward("/c#/x#y.reward.ts#$a_1")).toEqual({ file: "/c#/x#y.reward.ts", name: "$a_1" });
});

test("a report says which rows of metrics cannot be read", () => {
  const folder = exampleRun();
  const run = openRunWriter(folder);
  run.appendMetrics({ stage: "reasoning-rl", step: 1, time: 0 });
  run.close();
  const whole = { text: fullReport(folder, readRecord(folder)), json: reportJson(folder, readRecord(folder)) };
  expect(whole.text).toBe(reportText(readRecord(folder)));
  expect(whole.json.damaged_metrics).toBeNull();
  appendFileSync(metricsPath(folder), '{"stage":"reasoning-rl"}\n');
  const sentence = `${metricsPath(folder)}:2 is damaged: what it held is missing here.`;
  expect(fullReport(folder, readRecord(folder))).toBe(`${whole.text}\n\n${sentence}`);
  expect(reportJson(folder, readRecord(folder)).damaged_metrics).toBe(sentence);
});

test("a report says what the numbers show of the run's health, with evidence, remedy and settings", () => {
  const folder = exampleRun();
  const run = openRunWriter(folder);
  for (let step = 1; step <= 20; step++)
    run.appendMetrics({ stage: "reasoning-rl", step, time: 0, "verifier/errors": 2, "verifier/correct/errors": 2 });
  run.close();
  const record = readRecord(folder);
  const text = fullReport(folder, record).slice(reportText(record).length);
  expect(text.split("\n").slice(2, 5)).toEqual([
    "Health:",
    "  Alarm: reasoning-rl: Rewards fail. 40 reward errors (correct 40) in 20 of the last 20 steps: their samples were left out.",
    "    verifier/errors at step 20: 40 (errors in all)",
  ]);
  expect(text).toContain("Settings: rewards, reward_timeout, max_reward_errors");
  expect(reportJson(folder, record).health.map(({ id, kind, step }) => [id, kind, step])).toEqual([
    ["verifier-errors", "alarm", 20],
  ]);
});

test("a report warns where the workspace's settings draw the line, and says which of them it could not take", () => {
  const folder = exampleRun();
  const run = openRunWriter(folder);
  for (let step = 1; step <= 20; step++)
    run.appendMetrics({ stage: "reasoning-rl", step, time: 0, "verifier/errors": step > 16 ? 2 : 0 });
  run.close();
  const settings = join(workspaceOf(folder), ".vscode", "settings.json");
  const write = (text: string) => {
    mkdirSync(dirname(settings), { recursive: true });
    writeFileSync(settings, text);
  };
  const record = readRecord(folder);
  expect(reportJson(folder, record).health.map(({ id }) => id)).toEqual(["verifier-errors"]);
  write('{ "reasoningLab.health.errorSteps": 0.5, "reasoningLab.health.window": 2.5 }');
  const fault = `${settings}: reasoningLab.health.window is no whole number from 5 to 1000: 20 is used.`;
  expect(fullReport(folder, record)).toBe(`${reportText(record)}\n\n${fault}`);
  const { health, health_thresholds, health_settings_problems } = reportJson(folder, record);
  expect([health, health_thresholds, health_settings_problems]).toEqual([
    [],
    { ...usualThresholds, errorSteps: 0.5 },
    [fault],
  ]);
  write("{");
  expect(reportJson(folder, record).health_settings_problems).toEqual([`${settings} is not JSON.`]);
});
