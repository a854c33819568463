import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import fc from "fast-check";
import type { TraceFilter } from "../protocol/traces";
import { lineOfShow, type Show } from "../protocol/rollout-filter/saved";
import { exampleRollout, exampleRun } from "./example-run";
import { tracesPath } from "./paths";
import { openTraceWriter } from "./trace-writer";
import { openTraces } from "./trace-reader";

const all: TraceFilter = { stage: null, step: null, purpose: null, group: null, text: "", where: "" };

function recorded(rollouts: Parameters<ReturnType<typeof openTraceWriter>["recordRollouts"]>[0]) {
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  writer.recordVocabulary(["<think>", "b", "6"]);
  writer.recordRollouts(rollouts);
  return { folder, writer, reader: openTraces(folder) };
}

test("a rollout comes back as it was recorded, down to its tokens", () => {
  const rollout = exampleRollout({ tags: ["long"] });
  const { reader } = recorded([rollout]);
  const { perToken, row, ...summary } = rollout;
  expect(reader.group(rollout)).toEqual([summary]);
  expect(reader.newest(1)).toEqual([{ ...summary, row }]);
  const stored = reader.tokens(rollout);
  expect(Array.from(stored.tokens, (id) => stored.texts.get(id))).toEqual(["6", "<think>", "b"]);
  expect(stored).toMatchObject({ ...perToken, damaged: [] });
  expect(reader.steps()).toEqual([{ stage: "reasoning-rl", step: 1, purpose: "train", rollouts: 1 }]);
  reader.close();
});

test("rows and prompts as the model read them are stored once, whatever they hold", () => {
  const row = JSON.stringify({ tests: ["12345678901234567891", "\u2028"] }).replace(
    '"12345678901234567891"',
    "12345678901234567891",
  );
  const promptAsSeen = "<|bos|>user: a6b+4=";
  const { reader, folder } = recorded([
    ...[0, 1, 2].map((sample) => exampleRollout({ sample, row, promptAsSeen, correct: sample === 0 ? 1 : 0 })),
    exampleRollout({ group: 1, correct: null, extracted: null }),
  ]);
  expect(reader.newest(9).map((one) => [one.row, one.promptAsSeen, one.correct])).toEqual([
    [row, promptAsSeen, 1],
    [row, promptAsSeen, 0],
    [row, promptAsSeen, 0],
    ["{}", "a6b+4=", null],
  ]);
  const texts = new DatabaseSync(tracesPath(folder)).prepare("SELECT text FROM shared_texts ORDER BY id").all();
  expect(texts.map(({ text }) => text)).toEqual([row, promptAsSeen, "{}"]);
});

test("a store of an older version is read, and goes on, without what it did not record", () => {
  const folder = exampleRun();
  const older = new DatabaseSync(tracesPath(folder));
  older.exec(`CREATE TABLE rollouts (
    id INTEGER PRIMARY KEY,
    stage TEXT NOT NULL, step INTEGER NOT NULL, purpose TEXT NOT NULL, group_index INTEGER NOT NULL, sample INTEGER NOT NULL,
    prompt TEXT NOT NULL, completion TEXT NOT NULL, answer TEXT NOT NULL, extracted TEXT,
    finish_reason TEXT NOT NULL, rewards TEXT NOT NULL, errors INTEGER NOT NULL, reward REAL, advantage REAL,
    reward_hash TEXT, checkpoint TEXT, tags TEXT NOT NULL, length INTEGER NOT NULL,
    UNIQUE (stage, step, purpose, group_index, sample)
  );
  CREATE VIRTUAL TABLE rollout_text USING fts5 (prompt, completion, content = 'rollouts', content_rowid = 'id', tokenize = 'trigram');
  INSERT INTO rollouts VALUES (1, 'reasoning-rl', 1, 'train', 0, 0, 'a6b+4=', '<answer>10</answer>', '10', '10', 'stop', '{}', 0, 1, 0.5,
    'hash', NULL, '[]', 3);
  PRAGMA user_version = 1;`);
  older.close();
  const reader = openTraces(folder);
  const unknown = { step: 1, correct: 1, row: null, promptAsSeen: null };
  expect(reader.newest(9)).toMatchObject([unknown]);
  expect(reader.group(exampleRollout())).toMatchObject([{ correct: 1, promptAsSeen: null }]);
  const writer = openTraceWriter(folder);
  writer.recordRollouts([exampleRollout({ step: 2 })]);
  writer.close();
  expect(reader.newest(9)).toMatchObject([unknown, { step: 2, correct: 1, row: "{}", promptAsSeen: "a6b+4=" }]);
});

test("a step that is run again replaces its rollouts, in the full text too", () => {
  const { writer, reader, folder } = recorded([exampleRollout({ completion: "first words" })]);
  writer.recordRollouts([exampleRollout({ completion: "second words" })]);
  expect(reader.groups({ ...all, text: "first" }, 0, 10).total).toBe(0);
  expect(reader.groups({ ...all, text: "second" }, 0, 10).total).toBe(1);
  expect(openTraces(folder).tokens(exampleRollout()).tokens).toHaveLength(3);
});

test("a step is recorded whole or not at all", () => {
  const { writer, reader } = recorded([]);
  const bad = { ...exampleRollout({ sample: 1 }), prompt: null };
  // @ts-expect-error a row that the table refuses
  expect(() => writer.recordRollouts([exampleRollout(), bad])).toThrow(/could not write/i);
  expect(reader.steps()).toEqual([]);
  writer.recordRollouts([exampleRollout()]);
  expect(reader.steps()).toHaveLength(1);
});

test("what rejection sampling refused is found by its reason", () => {
  const tagged = (group: number, ...tags: string[]) => exampleRollout({ group, purpose: "sampling", tags });
  const { reader } = recorded([
    tagged(0, "kept"),
    tagged(1, "refused", "near-duplicate: nearly the same as #0 of group 0"),
    tagged(2, "refused", "wrong-answer: the verifier says so"),
    tagged(3, "wrong-answer: not refused"),
  ]);
  const found = (show: Show): number[] =>
    reader.groups({ ...all, where: lineOfShow(show) }, 0, 50).groups.map(({ group }) => group);
  expect(found("refused")).toEqual([1, 2]);
  expect(found("near-duplicate")).toEqual([1]);
  expect(found("wrong-answer")).toEqual([2]);
  expect(found("unreadable")).toEqual([]);
});

test("groups are summed up and filtered", () => {
  const scored = (group: number, rewards: readonly (number | null)[], more = {}) =>
    rewards.map((reward, sample) => exampleRollout({ group, sample, reward, correct: reward === 1 ? 1 : 0, ...more }));
  const { reader } = recorded([
    ...scored(0, [1, 0, 0, 1]),
    ...scored(1, [1, 1]),
    ...scored(2, [0, 0], { finishReason: "length" }),
    ...scored(3, [0, null], {
      rewards: { correct: { kind: "error", message: "bad", file: null, line: null, column: null } },
    }),
    ...scored(0, [0.25, 0.5], { step: 2 }),
    ...scored(0, [1, 0], { purpose: "evaluation" }),
  ]);
  const found = (filter: Partial<TraceFilter>) =>
    reader.groups({ ...all, step: 1, purpose: "train", ...filter }, 0, 50);
  expect(found({}).groups.map(({ group }) => group)).toEqual([0, 1, 2, 3]);
  expect(found({ where: "right" }).groups.map(({ group }) => group)).toEqual([0, 1]);
  expect(found({ where: "wrong" }).groups.map(({ group }) => group)).toEqual([0, 2, 3]);
  expect(found({ where: "truncated" }).groups.map(({ group }) => group)).toEqual([2]);
  expect(found({ where: "error" }).groups.map(({ group }) => group)).toEqual([3]);
  expect(found({ where: "flat" }).groups.map(({ group }) => group)).toEqual([1, 2, 3]);
  expect(found({ group: 2 }).total).toBe(1);
  const [first] = found({}).groups;
  expect(first).toMatchObject({ samples: 4, rewardMean: 0.5, errors: 0 });
  expect(first?.rewardStd).toBeCloseTo(Math.sqrt(1 / 3));
  // 0.5 is the best of step 2, whatever other steps reached, and wrong.
  expect(reader.groups({ ...all, step: 2, where: "best" }, 0, 50).total).toBe(1);
  expect(reader.groups({ ...all, step: 2, where: "right" }, 0, 50).total).toBe(0);
  expect(reader.groups(all, 0, 50).groups.map(({ step }) => step)).toEqual([2, 1, 1, 1, 1, 1]);
  expect(reader.groups(all, 4, 1).groups).toHaveLength(1);
  expect(reader.groups(all, 4, 1).total).toBe(6);
});

test("a greedy completion is a sample of its group that no mean, spread or rate counts", () => {
  const held = { purpose: "evaluation" as const };
  const right = (score: number) => ({ right: { kind: "score" as const, score, extras: {} } });
  const { reader } = recorded([
    ...[1, 0].map((reward, sample) => exampleRollout({ ...held, sample, reward, rewards: right(reward) })),
    exampleRollout({ ...held, sample: 2, reward: 1, rewards: right(1), length: 99, tags: ["greedy"] }),
    ...[0, 1].map((sample) => exampleRollout({ ...held, group: 1, sample, reward: 0, rewards: right(0) })),
    exampleRollout({ ...held, group: 1, sample: 2, reward: 1, rewards: right(1), tags: ["greedy"] }),
  ]);
  const { groups } = reader.groups(all, 0, 10);
  expect(groups).toMatchObject([
    { group: 0, samples: 2, rewardMean: 0.5, lengthMean: 3 },
    { group: 1, samples: 2, rewardMean: 0, rewardStd: 0 },
  ]);
  expect(reader.group(groups[0]!).map(({ sample, tags }) => [sample, tags])).toEqual([
    [0, []],
    [1, []],
    [2, ["greedy"]],
  ]);
  expect(reader.tokens({ ...groups[0]!, sample: 2 }).tokens).toHaveLength(3);
  expect(reader.groups({ ...all, where: "flat" }, 0, 10).groups.map(({ group }) => group)).toEqual([1]);
  const scanned = reader.rollouts({ stage: "reasoning-rl", step: 1, purpose: "evaluation" });
  expect(scanned.map(({ group, sample }) => [group, sample])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
});

test("groups are listed from the stage that began last, and the best is that of the step", () => {
  const at = (stage: string, step: number, rewards: readonly number[]) =>
    rewards.map((reward, sample) => exampleRollout({ stage, step, sample, reward }));
  const { reader } = recorded([...at("zoo", 1, [0, 3]), ...at("ark", 1, [1, 1]), ...at("ark", 2, [0, 0.5])]);
  const found = (filter: Partial<TraceFilter>, offset = 0) => {
    const { total, groups } = reader.groups({ ...all, ...filter }, offset, 2);
    return [total, ...groups.map(({ stage, step }) => `${stage} ${step}`)];
  };
  expect(found({})).toEqual([3, "ark 2", "ark 1"]);
  expect(found({}, 2)).toEqual([3, "zoo 1"]);
  expect(found({}, 9)).toEqual([3]);
  expect(found({ where: "best", stage: "ark", step: 1 })).toEqual([1, "ark 1"]);
  expect(found({ where: "best" })).toEqual([3, "ark 2", "ark 1"]);
});

test("right and wrong are the task's verdict, whatever the rewards say", () => {
  const { reader } = recorded([
    exampleRollout({ group: 0, correct: 1, reward: 0.1 }),
    exampleRollout({ group: 1, correct: 0, reward: 1 }),
    exampleRollout({ group: 2, correct: 1, reward: 1 }),
    exampleRollout({ group: 3, correct: 0, reward: 0 }),
    exampleRollout({ group: 4, correct: null, reward: 1, extracted: "11" }),
    // A step that is all wrong has no best that is right.
    exampleRollout({ step: 2, correct: 0, reward: 0.1 }),
  ]);
  const found = (where: TraceFilter["where"], step = 1): number[] =>
    reader.groups({ ...all, step, where }, 0, 50).groups.map(({ group }) => group);
  expect(found("right")).toEqual([0, 2]);
  expect(found("wrong")).toEqual([1, 3]);
  expect(found("unjudged")).toEqual([4]);
  expect(found("best")).toEqual([1, 2, 4]);
  expect(found("high and wrong")).toEqual([1]);
  expect(found("low and right")).toEqual([0]);
  expect([found("right", 2), found("wrong", 2), found("high and wrong", 2)]).toEqual([[], [0], []]);
});

test("of rollouts without a stored verdict only what is certain is said", () => {
  const older = [
    exampleRollout({ group: 0, correct: null }),
    exampleRollout({ group: 1, correct: null, extracted: "9" }),
    exampleRollout({ group: 2, correct: null, finishReason: "length" }),
    exampleRollout({ group: 3, correct: null, extracted: null }),
    exampleRollout({
      group: 4,
      correct: null,
      extracted: "9",
      purpose: "sampling",
      rewards: { right: { kind: "score", score: 1, extras: {} } },
    }),
  ];
  const verdicts = (task: object): (number | null)[] => {
    const folder = exampleRun(undefined, { recipe: { task } });
    const writer = openTraceWriter(folder);
    writer.recordRollouts(older);
    writer.close();
    const reader = openTraces(folder);
    return older.map((one) => reader.group(one)[0]!.correct);
  };
  expect(verdicts({ name: "dataset" })).toEqual([1, null, 0, null, 1]);
  expect(verdicts({ name: "chain-sum" })).toEqual([1, 0, 0, 0, 1]);
});

test("search finds what stands there, and nothing in the text is an operator", () => {
  const text = fc.string({ unit: "grapheme-ascii", minLength: 0, maxLength: 12 });
  fc.assert(
    fc.property(text, text, fc.array(text, { minLength: 1, maxLength: 4 }), (before, needle, others) => {
      const { reader, writer } = recorded([
        exampleRollout({ prompt: "p", completion: before + needle }),
        ...others.map((completion, index) => exampleRollout({ group: index + 1, prompt: "p", completion })),
      ]);
      const groups = reader.groups({ ...all, text: needle }, 0, 50).groups.map(({ group }) => group);
      const expected = [before + needle, ...others].flatMap((completion, group) =>
        completion.toLowerCase().includes(needle.toLowerCase()) || "p".includes(needle.toLowerCase()) ? [group] : [],
      );
      reader.close();
      writer.close();
      expect(groups).toEqual(expected);
    }),
    {
      numRuns: 15,
      examples: [
        ["x", `"b6" OR c*`, ["b6"]],
        ["", "NEAR(a b)", ["a b"]],
        ["", `+4=1`, ["+4", "4=1"]],
      ],
    },
  );
});

test("the newest rollouts of training come in order", () => {
  const { reader } = recorded([1, 2, 3].map((step) => exampleRollout({ step })));
  expect(reader.newest(2).map(({ step }) => step)).toEqual([2, 3]);
});

test("a writer waits for a reader that holds the file when it is opened", async () => {
  const folder = exampleRun();
  const holder = spawn(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "-e",
    `const database = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
     database.exec("BEGIN EXCLUSIVE");
     console.log("held");
     setTimeout(() => database.exec("COMMIT"), 200);`,
    tracesPath(folder),
  ]);
  onTestFinished(() => void holder.kill());
  await once(holder.stdout, "data");
  const writer = openTraceWriter(folder);
  writer.recordRollouts([exampleRollout()]);
  writer.close();
  expect(openTraces(folder).steps()).toHaveLength(1);
});

test("a run without traces answers with nothing, a damaged file with its name", () => {
  const folder = exampleRun();
  expect(openTraces(folder).groups(all, 0, 10)).toEqual({ total: 0, groups: [] });
  writeFileSync(tracesPath(folder), "this is not a database, whatever its name says".repeat(100));
  expect(() => openTraces(folder)).toThrow(/traces\.sqlite cannot be/);
  expect(() => openTraceWriter(folder)).toThrow(/traces\.sqlite is damaged .* Move it away and resume/);
});

test("the rollouts of a prompt are found over the run, by the whole prompt and whatever stands in it", () => {
  for (const prompt of [
    'What is "2+2"? OR NOT',
    "ab",
    "x".repeat(500),
    "half \ud800",
    "null \0 inside",
    "日本語の質問です",
  ]) {
    const others = [`${prompt}!`, `x${prompt}`, prompt.toUpperCase() === prompt ? "other" : prompt.toUpperCase()];
    const { reader, writer } = recorded([
      exampleRollout({ step: 1, prompt, extracted: "1" }),
      ...others.map((other, at) => exampleRollout({ step: 2, group: at + 5, prompt: other })),
      exampleRollout({ step: 3, prompt, extracted: "2", tags: ["greedy"] }),
    ]);
    const key = { stage: "reasoning-rl", step: 1, purpose: "train", group: 0 } as const;
    const { rollouts, more } = reader.samePrompt(key, 10);
    expect(rollouts.map(({ step, extracted, greedy }) => [step, extracted, greedy])).toEqual([
      [1, "1", false],
      [3, "2", true],
    ]);
    expect(more).toBe(false);
    expect(reader.samePrompt(key, 1)).toMatchObject({ rollouts: [{ step: 3 }], more: true });
    expect(reader.samePrompt({ ...key, step: 99 }, 1)).toEqual({ rollouts: [], more: false });
    reader.close();
    writer.close();
  }
});
