/** Rows longer than the model's positions: refused with their place before the first step, left out, or cut. */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import type { Recipe } from "../recipes/schema";
import { latestCheckpoint } from "../runs/checkpoints";
import { readMetrics } from "../runs/metrics";
import { readRecord } from "../runs/record";
import { readReport } from "../runs/reports";
import { isHeldOut } from "../tasks/splits";
import { fitRows, fittedNotes } from "./lengths";
import { pairs, recipeOf, rl, sampling, sft } from "./recipe.testing";
import { newRun, runStages, score } from "./run.testing";

testEngine("simd");

const limit = { tokens: 6, text: "six" };
const row = (prompt: number, ...completions: number[]) => ({
  asked: { prompt: "p", place: { file: "/f.jsonl", line: prompt } },
  sides: completions.map((length) => ({
    prompt: Array<number>(prompt).fill(1),
    completion: Array<number>(length).fill(2),
  })),
});
const settings = (overlong_rows: "refuse" | "drop" | "cut") => ({ name: "s", overlong_rows });

test("a row is too long when one of its sides is, prompt and completion together", () => {
  const rows = [row(3, 3, 3), row(2, 2, 5), row(4, 3, 1), row(6, 1, 1)];
  expect(() => fitRows(rows, settings("refuse"), limit, "pairs")).toThrow(
    /^\/f\.jsonl:2: a row of stage s has 7 tokens, prompt and completion together, more than six\. 3 of 4 pairs are too long; the longest has 7\. Set overlong_rows of the stage to "drop"/,
  );
  expect(fitRows(rows, settings("drop"), limit, "pairs")).toEqual({ kept: [rows[0]], dropped: rows.slice(1), cut: 0 });
  // The end goes, and where the prompt leaves no room for a token of the completion the row.
  expect(fitRows(rows, settings("cut"), limit, "pairs")).toEqual({
    kept: [rows[0], row(2, 2, 4), row(4, 2, 1)],
    dropped: [rows[3]],
    cut: 2,
  });
  expect(fittedNotes(fitRows(rows, settings("cut"), limit, "pairs"), limit, "pairs")).toEqual([
    "1 of 4 pairs left out: longer than six.",
    "2 of 4 pairs cut off at their end, without an end token: longer than six.",
  ]);
  expect(fitRows([rows[0]!], settings("refuse"), limit, "pairs")).toEqual({ kept: [rows[0]], dropped: [], cut: 0 });
});

const long = "1+".repeat(60);
const small = { prompts: 4, samples: 1, every: 0, max_completion_length: 8, during_prompts: 1, general_prompts: 2 };

interface Ran {
  readonly folder: string;
  readonly error: string;
  readonly notes: readonly string[];
  /** Rows of metrics, evaluations included: what was done before the run ended. */
  readonly steps: number;
}

async function run(of: Recipe, files: Readonly<Record<string, readonly object[]>>, folder = newRun(of)): Promise<Ran> {
  for (const [name, rows] of Object.entries(files))
    writeFileSync(join(folder, name), rows.map((each) => `${JSON.stringify(each)}\n`).join(""));
  const error = String(await runStages(folder, { of }).catch((cause: unknown) => cause));
  const { stages } = readRecord(folder);
  return {
    folder,
    error,
    notes: stages.flatMap(({ notes, remarks }) => [
      ...Object.entries(remarks).flatMap(([about, sentence]) => (about.startsWith("overlong") ? [sentence] : [])),
      ...notes,
    ]),
    steps: readMetrics(folder, 0).rows.length,
  };
}

const quick = { ...pairs, pairs: 0, steps: 1, batch_size: 2, eval_steps: 0, save_steps: 1, logging_steps: 1 };
const pair = (prompt: string, chosen: string) => ({ prompt, chosen, rejected: "2" });
// Prompts of both sides of the split, one of them with a completion that is too long.
const trained = Array.from({ length: 40 }, (_, index) => `p${index}`).filter((prompt) => !isHeldOut(prompt));
const pairRows = [...trained.slice(0, 20).map((prompt) => pair(prompt, "1+1")), pair(trained[20]!, long)];

test.each(["dpo", "reward-model"])(
  "%s names the pair that is too long, and trains without it or on its beginning",
  async (kind) => {
    const of = (overlong: object) =>
      recipeOf([{ kind, labels: ["pairs.jsonl"], ...quick, ...overlong }], { evaluation: small });
    const refused = await run(of({}), { "pairs.jsonl": pairRows });
    expect(refused.error).toMatch(
      /pairs\.jsonl:21: a row of stage [a-z-]+ has 124 tokens, .*more than the model's 80 positions \(max_position_embeddings\)/,
    );
    expect(refused.steps).toBe(0);
    const dropped = await run(of({ overlong_rows: "drop" }), { "pairs.jsonl": pairRows });
    expect(dropped.error).toBe("completed");
    expect(dropped.notes.join("\n")).toMatch(
      /1 of \d+ (?:held-out )?pairs left out: longer than the model's 80 positions/,
    );
    const cut = await run(of({ overlong_rows: "cut", max_length: 5 }), { "pairs.jsonl": pairRows });
    expect(cut.error).toBe("completed");
    expect(cut.notes.join("\n")).toMatch(
      /pairs cut off at their end, without an end token: longer than max_length \(5\)\./,
    );
    // The policy is the reference, and the rewards are 0.
    const [first] = readMetrics(cut.folder, 0).rows.filter(({ loss }) => loss !== undefined);
    expect(first!["loss"]).toBeCloseTo(Math.log(2), 6);
  },
);

test.each(["dpo", "reward-model"])("%s leaves out pairs that a cut makes equal, and counts them", async (kind) => {
  const of = recipeOf([{ kind, labels: ["pairs.jsonl"], ...quick, overlong_rows: "cut", max_length: 5 }], {
    evaluation: small,
  });
  const alike = { prompt: trained[20]!, chosen: "1+1+1+12", rejected: "1+1+1+13" };
  const cut = await run(of, { "pairs.jsonl": [...pairRows.slice(0, 20), alike] });
  expect(cut.error).toBe("completed");
  expect(cut.notes.join("\n")).toMatch(
    /1 of \d+ (?:held-out )?pairs left out: chosen and rejected are the same tokens as the model reads them, .*pairs\.jsonl:21\)/,
  );
  expect(readReport(cut.folder, kind)).toMatchObject({ leftOut: [{ line: 21, reason: "identical" }] });
});

const examples = [
  ...Array.from({ length: 5 }, (_, index) => ({
    prompt: `p${index}`,
    completion: "<think>a</think><answer>1</answer>",
  })),
  { prompt: "p9", completion: `<think>${long}</think><answer>1</answer>` },
];

test("a cold start names the example that is too long, counts it among the dropped, or cuts it", async () => {
  const of = (overlong: object) =>
    recipeOf(
      [
        {
          kind: "cold-start",
          ...sft,
          steps: 1,
          eval_steps: 0,
          examples_file: "examples.jsonl",
          filters: { max_repetition: null, near_duplicates: null },
          ...overlong,
        },
      ],
      { evaluation: small },
    );
  const refused = await run(of({}), { "examples.jsonl": examples });
  expect(refused.error).toMatch(/examples\.jsonl:6: a row of stage cold-start has 128 tokens, .*80 positions/);
  expect(refused.steps).toBe(0);
  const dropped = await run(of({ overlong_rows: "drop" }), { "examples.jsonl": examples });
  expect(dropped.error).toBe("completed");
  expect(dropped.notes.at(-1)).toContain("dropped: 1 too-long");
  const report = readReport(dropped.folder, "cold-start");
  expect(report?.kind === "filter" && report.dropped).toEqual([
    {
      ...examples[5],
      reason: "too-long",
      detail: "128 tokens with its prompt, more than the model's 80 positions (max_position_embeddings)",
    },
  ]);
  const none = await run(of({ overlong_rows: "drop", max_length: 2 }), { "examples.jsonl": examples });
  expect(none.error).toContain("examples are too long. Raise max_length, or shorten them.");
  const cut = await run(of({ overlong_rows: "cut" }), { "examples.jsonl": examples });
  expect(cut.error).toBe("completed");
  expect(cut.notes[0]).toMatch(/^1 of 6 examples cut off at their end/);
});

const task = { name: "dataset", train: "train.jsonl", held_out: "held.jsonl" };
const rows = (...prompts: string[]) => prompts.map((prompt) => ({ prompt, answer: "1" }));
const files = { "train.jsonl": rows("a", "b", "c", long, "d"), "held.jsonl": rows("e", "f", "g", "h") };
const inRl = (change: object, evaluation: object = {}): Recipe =>
  recipeOf([{ kind: "reasoning-rl", ...rl, steps: 2, prompts_per_step: 2, ...change }], {
    task,
    general_task: undefined,
    evaluation: { ...small, ...evaluation },
  });

test("RL names the prompt that leaves no room for a completion before it samples any", async () => {
  const refused = await run(inRl({ steps: 400 }), files);
  expect(refused.error).toMatch(
    /train\.jsonl:4: a prompt of stage reasoning-rl has 120 tokens, and with max_completion_length 8 there is room for 72 in the model's 80 positions\./,
  );
  expect(refused.steps).toBe(0);
  const dropped = await run(inRl({ overlong_rows: "drop" }), files);
  expect([dropped.error, dropped.notes]).toEqual([
    "completed",
    ["1 of 5 training prompts left out: longer than 72 tokens."],
  ]);
  const cut = await run(inRl({ overlong_rows: "cut", steps: 3 }), files);
  expect([cut.error, cut.notes]).toEqual([
    "completed",
    ["1 of 5 training prompts without their beginning: cut to 72 tokens."],
  ]);
  expect((await run(inRl({ max_prompt_length: 100 }), files)).error).toContain("train.jsonl:4");
  expect((await run(inRl({ max_prompt_length: 119 }), files)).error).toContain("there is room for 72");
});

test("held-out prompts that an evaluation asks are found as early, and others are asked in their place", async () => {
  const heldOut = { ...files, "train.jsonl": rows("a", "b"), "held.jsonl": rows("e", "f", long, "h", "i") };
  const refused = await run(inRl({}, { prompts: 5 }), heldOut);
  expect(refused.error).toMatch(/held\.jsonl:3: a prompt of the evaluation has 120 tokens/);
  expect(refused.steps).toBe(0);
  const dropped = await run(inRl({}, { overlong_rows: "drop" }), heldOut);
  expect(dropped.error).toBe("completed");
  const cut = await run(inRl({}, { overlong_rows: "cut", prompts: 5 }), heldOut);
  expect([cut.error, cut.notes]).toEqual([
    "completed",
    ["1 of 5 held-out prompts without their beginning: longer than 72 tokens."],
  ]);
});

test("where no others can be asked in their place, the held-out prompts that fit are, and it is said", async () => {
  const evaluation = { overlong_rows: "drop", prompts: 5 };
  const heldOut = { ...files, "train.jsonl": rows("a", "b"), "held.jsonl": rows("e", "f", long, "h", "i") };
  const fewer = await run(inRl({}, evaluation), heldOut);
  expect([fewer.error, fewer.notes]).toEqual([
    "completed",
    ["1 of 5 held-out prompts left out: longer than 72 tokens. There are no others in their place: 4 are asked."],
  ]);
  const [{ before, after } = {}] = readRecord(fewer.folder).stages;
  expect([before?.prompts, after?.prompts]).toEqual([4, 4]);
  const none = await run(inRl({}, { ...evaluation, prompts: 2 }), { ...heldOut, "held.jsonl": rows(long, `${long}1`) });
  expect(none.error).toMatch(/All held-out prompts of the evaluation are longer than 72 tokens/);
  expect(none.steps).toBe(0);
  // More than there are is no matter of lengths.
  expect((await run(inRl({}, { ...evaluation, prompts: 6 }), heldOut)).error).toMatch(
    /has 5 held-out rows; .* asks for 6/,
  );
});

test("a stage to come is looked at before the first one trains", async () => {
  const first = { kind: "cold-start", ...sft, steps: 1, eval_steps: 0, examples_file: "examples.jsonl" };
  const of = recipeOf([first, { kind: "reasoning-rl", ...rl, steps: 1, prompts_per_step: 2 }], {
    task,
    general_task: undefined,
    evaluation: small,
  });
  const refused = await run(of, { ...files, "examples.jsonl": examples.slice(0, 5) });
  expect(refused.error).toContain("train.jsonl:4");
  expect(refused.steps).toBe(0);
});

describe("before the stages in front of it train, is told what a stage cannot use:", () => {
  let checkpoint: string;
  beforeAll(async () => {
    const { folder } = await run(inRl({ steps: 1 }), { ...files, "train.jsonl": rows("a", "b") });
    checkpoint = latestCheckpoint(folder, "reasoning-rl")!;
  });

  const right = { prompt: "a", completion: "b", chosen: "b", rejected: "c" };
  const jsonl = (wrong: object): string => `${JSON.stringify(right)}\n${JSON.stringify(wrong)}\n`;
  test.each<[string, string, string | Buffer, string]>([
    ["dpo", "l.jsonl", jsonl({ prompt: "", chosen: "b", rejected: "c" }), 'l.jsonl:2: "prompt" is empty.'],
    ["reward-model", "l.jsonl", jsonl({ prompt: "a", chosen: "b" }), 'l.jsonl:2: "rejected" is missing'],
    ["cold-start", "e.jsonl", jsonl({ prompt: "a", completion: "" }), 'e.jsonl:2: "completion" is empty'],
    ["dpo", "l.csv", 'prompt,chosen,rejected\na,b,c\nd,"e,f\n', "l.csv:3: this is not CSV: a quote opens"],
    ["cold-start", "e.csv", "prompt,completion\na,b\nd,e,f\n", "e.csv:3: this row has 3 cells"],
    ["dpo", "l.parquet", "PAR1", "l.parquet: it is no whole Parquet file"],
    ["reward-model", "l.jsonl", Buffer.from([0x7b, 0x22, 0xe9]), "l.jsonl:1: it is not text in UTF-8"],
    ["reward-model", "l.jsonl", "PK\u0003\u0004", "l.jsonl is a ZIP archive"],
  ])("%s, %s %#", async (kind, file, content, message) => {
    const rl1 = { kind: "reasoning-rl", ...rl, steps: 1, prompts_per_step: 2 };
    const later =
      kind === "cold-start" ? { ...sft, steps: 1, eval_steps: 0, examples_file: file } : { ...quick, labels: [file] };
    const of = recipeOf([rl1, { kind, ...later }], {
      model: { checkpoint, chat_template: false },
      task,
      general_task: undefined,
      evaluation: small,
    });
    const folder = newRun(of);
    writeFileSync(join(folder, file), content);
    const refused = await run(of, { ...files, "train.jsonl": rows("a", "b") }, folder);
    expect(refused.error).toContain(message);
    expect(refused.steps).toBe(0);
  });
});

test("a run that has begun says how it can go on", async () => {
  const of = inRl({ steps: 4, save_steps: 1 });
  const fitting = { ...files, "train.jsonl": rows("a", "b", "c") };
  const folder = newRun(of);
  await run(of, fitting, folder).catch(() => undefined);
  const stopped = newRun(of);
  for (const [name, all] of Object.entries(fitting))
    writeFileSync(join(stopped, name), all.map((each) => `${JSON.stringify(each)}\n`).join(""));
  await runStages(stopped, { of, stop: (_, step) => step === 2, scorer: score });
  appendFileSync(join(stopped, "train.jsonl"), `${JSON.stringify(rows(long)[0])}\n`);
  const error = String(await runStages(stopped, { of }).catch((cause: unknown) => cause));
  expect(error).toMatch(/train\.jsonl:4: .* fork the run with --set STAGE\.overlong_rows=drop/);
});

test("rejection sampling knows before it samples what would be too long", async () => {
  const of = (change: object, more: object = {}) =>
    recipeOf([{ ...sampling, prompts: 3, steps: 1, eval_steps: 0, general_share: 0, ...change }], {
      task,
      evaluation: small,
      ...more,
    });
  const short = { ...files, "train.jsonl": rows("a", "b", "c") };
  const prompt = await run(of({ prompts: 5 }), files);
  expect(prompt.error).toMatch(/train\.jsonl:4: a prompt of stage rejection-sampling has 120 tokens/);
  const own = await run(of({ max_length: 8 }), short);
  expect(own.error).toMatch(/a prompt of 1 tokens with a completion of up to 8 may be longer than max_length \(8\)/);
  const general = { name: "dataset", train: "general.jsonl", held_out: "apart.jsonl", completion_column: "completion" };
  const given = (...completions: string[]) =>
    completions.map((completion, index) => ({ prompt: `g${index}`, answer: "1", completion }));
  const mixed = await run(of({ general_share: 0.9, num_generations: 8 }, { general_task: general }), {
    ...short,
    "general.jsonl": given("1", "1", "1", long, "1"),
    "apart.jsonl": given("1", "1").map((each) => ({ ...each, prompt: `${each.prompt}?` })),
  });
  expect(mixed.error).toMatch(/general\.jsonl:4: a row of stage rejection-sampling has 12\d tokens/);
  for (const { steps } of [prompt, own, mixed]) expect(steps).toBe(0);
});

test("a procedural task's prompts are looked at by a sample", async () => {
  const change = { evaluation: { ...small, overlong_rows: "drop" } };
  const stage = { kind: "reasoning-rl", ...rl, max_completion_length: 70, steps: 1, prompts_per_step: 2 };
  const refused = await run(recipeOf([stage], change), {});
  expect(refused.error).toMatch(
    /^Error: The prompt ".*": a prompt of stage reasoning-rl has 1\d tokens, .*of 2,000 prompts are too long/,
  );
  const dropped = await run(recipeOf([{ ...stage, overlong_rows: "drop" }], change), {});
  expect([dropped.error, dropped.notes.length]).toEqual(["completed", 1]);
  expect(dropped.notes[0]).toMatch(
    /^About \d+\.\d % of the prompts of chain-sum are not drawn: longer than 10 tokens\.$/,
  );
  const none = await run(recipeOf([{ ...stage, max_completion_length: 80 }], change), {});
  expect(none.error).toContain("leaves no room for a prompt");
});
