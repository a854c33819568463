import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ColumnMapping, RolloutFile } from "../protocol/rollout-files";
import type { RolloutSummary } from "../protocol/traces";
import { openTraces } from "../runs/trace-reader";
import { rolloutFiles } from "./rollout-files";

const data = join(__dirname, "test-data");
const folder = (): string => mkdtempSync(join(tmpdir(), "reasoning-lab-rollout-files-"));

interface Opened {
  readonly file: RolloutFile;
  readonly store: string | null;
  readonly rollouts: readonly RolloutSummary[];
}

async function open(
  file: string,
  {
    mapping = null,
    whole = false,
    storage = folder(),
  }: { readonly mapping?: ColumnMapping | null; readonly whole?: boolean; readonly storage?: string } = {},
): Promise<Opened> {
  const files = rolloutFiles(storage);
  for (;;) {
    const answer = await files({ file, mapping, whole, look: false });
    if (answer.file.state === "reading") continue;
    if (answer.store === null) return { ...answer, rollouts: [] };
    const traces = openTraces(answer.store);
    try {
      const rollouts = traces
        .steps()
        .flatMap(({ stage, step, purpose }) =>
          traces
            .groups({ stage, step, purpose, group: null, text: "", where: "" }, 0, 100)
            .groups.flatMap((group) => traces.group(group)),
        );
      return { ...answer, rollouts };
    } finally {
      traces.close();
    }
  }
}

const short = ({ step, group, sample, prompt, completion, answer, reward, advantage, correct }: RolloutSummary) => ({
  step,
  group,
  sample,
  prompt,
  completion,
  answer,
  reward,
  advantage,
  correct,
});

test("completions of TRL: messages and texts, NaN for a reward that does not apply, no total of TRL's own", async () => {
  const one = await open(join(data, "completions_00012.parquet"));
  expect(one.file).toMatchObject({ state: "ready", tool: "Completions of TRL", rollouts: 4, series: 2, notes: [] });
  expect(one.rollouts.map(short)).toEqual([
    {
      step: 12,
      group: 0,
      sample: 0,
      prompt: "system: Be brief.\n\nuser: 1+2=?",
      completion: "<think>1+2=3</think>3",
      answer: "3",
      reward: 2,
      advantage: 0.7,
      correct: null,
    },
    expect.objectContaining({ group: 0, sample: 1, completion: "4", reward: 0, advantage: -0.7 }),
    expect.objectContaining({ group: 1, sample: 0, completion: "7", answer: "7", reward: 1.5 }),
    expect.objectContaining({ group: 1, sample: 1, completion: "seven", reward: 0 }),
  ]);
  expect(one.rollouts[3]?.rewards).toEqual({
    accuracy_reward: { kind: "not-applicable" },
    format_reward: { kind: "score", score: 0, extras: {} },
  });
  expect(one.rollouts[0]).toMatchObject({ finishReason: "unknown", length: -1, purpose: "train", stage: "TRL" });
  expect(one.file.state === "ready" ? one.file.became.join(" ") : "").toContain("with weights of 1");
  const all = await open(join(data, "completions_00012.parquet"), { whole: true });
  expect(all.rollouts.map(({ step }) => step)).toEqual([12, 12, 12, 12, 13, 13]);
});

test("generations of verl: score is the total, acc the verdict, the rest rewards by name", async () => {
  const { file, rollouts } = await open(join(data, "7.jsonl"));
  expect(file).toMatchObject({ tool: "Generations of verl", rollouts: 3 });
  expect(rollouts.map(short)).toEqual([
    expect.objectContaining({ step: 7, group: 0, sample: 0, completion: "3", answer: "3", reward: 1, correct: 1 }),
    expect.objectContaining({ step: 7, group: 0, sample: 1, completion: "4", answer: "3", reward: 0, correct: 0 }),
    expect.objectContaining({ step: 7, group: 1, sample: 0, completion: "7", answer: "7", reward: 1, correct: 1 }),
  ]);
  expect(Object.keys(rollouts[0]?.rewards ?? {})).toEqual(["score", "format"]);
});

test("traces of prime-rl: an agent's messages, weighted rewards, tokens and advantage", async () => {
  const { file, rollouts } = await open(join(data, "traces.jsonl"));
  expect(file).toMatchObject({ tool: "Traces of prime-rl", rollouts: 2 });
  expect(rollouts.map(short)).toEqual([
    {
      step: 42,
      group: 0,
      sample: 0,
      prompt: "system: Be brief.\n\nuser: 1+2=?",
      completion: "<think>1+2=3</think>3",
      answer: "3",
      reward: 1.5,
      advantage: 0.5,
      correct: null,
    },
    expect.objectContaining({ group: 0, sample: 1, reward: 0.5, advantage: -0.5 }),
  ]);
  expect(rollouts.map(({ finishReason, length, stage }) => [finishReason, length, stage])).toEqual([
    ["stop", 2, "solver"],
    ["length", 2, "solver"],
  ]);
  expect(rollouts[0]?.rewards["late"]).toEqual({ kind: "not-applicable" });
  expect(file).toMatchObject({ notes: ["Metrics beside the rewards are not shown: 2, first at traces.jsonl:1."] });
});

test.each(["sums.eval", "sums.json"])(
  "a log of Inspect, %s: samples with their epochs, scorers and verdicts",
  async (name) => {
    const { file, rollouts } = await open(join(data, name));
    expect(file).toMatchObject({ tool: "Log of Inspect", rollouts: 4, shape: null });
    const byGroup = rollouts.map(({ prompt, completion, answer, correct, finishReason, length, purpose, stage }) => ({
      prompt,
      completion,
      answer,
      correct,
      finishReason,
      length,
      purpose,
      stage,
    }));
    expect(new Set(byGroup.map(({ prompt }) => prompt))).toEqual(
      new Set(["system: Be brief.\n\nuser: 1+2=?", "system: Be brief.\n\nuser: 3+4=?"]),
    );
    expect(byGroup.every(({ purpose, stage }) => purpose === "evaluation" && stage === "sums")).toBe(true);
    expect(new Set(byGroup.map(({ completion }) => completion))).toEqual(
      new Set(["<think>1+2=3</think>\nANSWER: 3", "I think 7", "ANSWER: 12", "no idea"]),
    );
    const cut = byGroup.find(({ completion }) => completion === "ANSWER: 12");
    expect(cut).toMatchObject({ finishReason: "length", correct: 0, length: 7 });
    expect(rollouts.find(({ completion }) => completion === "I think 7")?.rewards).toMatchObject({
      match: { kind: "score" },
      includes: { kind: "score" },
    });
  },
);

test("a file whose columns say nothing waits for a choice, and is read by it", async () => {
  const path = join(folder(), "mine.jsonl");
  const rows = [
    { frage: "1+1", antwort: "2", punkte: 1, runde: 3 },
    { frage: "1+1", antwort: "3", punkte: "kaputt", runde: 3 },
  ];
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  const waiting = await open(path);
  expect(waiting.file).toMatchObject({
    state: "unmapped",
    columns: [
      { name: "frage", holds: "text", example: "1+1" },
      { name: "antwort", holds: "text", example: "2" },
      { name: "punkte", holds: "number or text", example: "1" },
      { name: "runde", holds: "number", example: "3" },
    ],
  });
  const nothing = {
    answer: null,
    correct: null,
    reward: null,
    rewards: [],
    advantage: null,
    group: null,
    tokens: null,
  };
  const mapping = { ...nothing, prompt: "frage", completion: "antwort", rewards: ["punkte"], step: "runde" };
  const { file, rollouts } = await open(path, { mapping });
  expect(rollouts.map(({ step, reward, completion }) => [step, reward, completion])).toEqual([
    [3, 1, "2"],
    [3, null, "3"],
  ]);
  expect(file).toMatchObject({
    notes: ["Values of punkte left out, for they are no numbers (reward): 1, first at mine.jsonl:2."],
  });
});

test("a store is made once, again when the file changes or other columns are chosen, and old ones go", async () => {
  const storage = folder();
  const path = join(storage, "7.jsonl");
  copyFileSync(join(data, "7.jsonl"), path);
  const first = await open(path, { storage });
  expect((await open(path, { storage })).store).toBe(first.store);
  writeFileSync(path, `${readFileSync(path, "utf8")}{"input":"a","output":"b","score":1,"step":7}\n`);
  const second = await open(path, { storage });
  expect(second.store).not.toBe(first.store);
  expect(second.rollouts).toHaveLength(4);
  expect(readdirSync(join(storage, "rollout-files"))).toHaveLength(2);
});

test("what cannot be a rollout is left out and counted with its place; texts are kept whole", async () => {
  const path = join(folder(), "odd.jsonl");
  const lines = [
    '{"prompt":"p","completion":"null \\u0000 and bidi \\u202e","reward":NaN}',
    '{"prompt":"p","completion":"half \\ud83d","reward":Infinity}',
    '{"prompt":"p","completion":{"a":1},"reward":1}',
    '{"prompt":5,"completion":"number","reward":"high"}',
    "not json",
    "[1,2]",
    '{"prompt":"p","completion":"__proto__","__proto__":{"reward":9},"step":-1}',
    `{"prompt":"p","completion":${"[".repeat(500)}${"]".repeat(500)}}`,
  ];
  writeFileSync(path, lines.join("\n"));
  const { file, rollouts } = await open(path);
  expect(rollouts.map(({ prompt, completion, reward }) => [prompt, completion, reward])).toEqual([
    ["p", "null \0 and bidi \u202e", null],
    ["p", "half \ufffd", null],
    ["5", "number", null],
  ]);
  const notes = file.state === "ready" ? file.notes.join("\n") : "";
  expect(notes).toContain("Half characters shown as � (completion): 1, first at odd.jsonl:2.");
  expect(notes).toContain("neither text nor messages: 1, first at odd.jsonl:3.");
  expect(notes).toContain("left out, for they are no numbers (reward): 1, first at odd.jsonl:4.");
  expect(notes).toMatch(/cannot be read .*: 1, first at odd\.jsonl:5\./);
  expect(notes).toContain("first at odd.jsonl:7.");
  expect(notes).toContain("first at odd.jsonl:8.");
});

test("what is no file of rollouts says what it is", async () => {
  const inside = folder();
  const write = (name: string, text: string | Buffer): string => {
    const path = join(inside, name);
    writeFileSync(path, text);
    return path;
  };
  mkdirSync(join(inside, "folder.jsonl"));
  for (const [path, message] of [
    [write("empty.jsonl", ""), "has no rows that can be read"],
    [write("a.parquet", "PAR1 but not to its end"), "no whole Parquet file"],
    [write("b.eval", "PK no zip"), /is no zip archive: .* is truncated\.$/],
    [write("c.jsonl", Buffer.from([0xff, 0xfe, 0, 0])), "UTF-16"],
    [join(inside, "none.jsonl"), "There is no file"],
    [join(inside, "folder.jsonl"), "is a folder"],
    [write("d.json", '{"version":2,"eval":{"task":"t","samples":[1]}}'), "No rollouts could be read"],
  ] as const)
    await expect(open(path), path).rejects.toThrow(message);
});

/** An archive of one stored header and one sample of this many zero bytes, deflated; `says`: what the archive says of its size. */
function archive(sample: Buffer, says: number): Buffer {
  const header = Buffer.from('{"eval":{"task":"bomb"}}');
  const files = [
    { name: "header.json", method: 0, data: header, size: header.length },
    { name: "samples/a_epoch_1.json", method: 8, data: sample, size: says },
  ];
  const [parts, central]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, method, data, size } of files) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, rest, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

test("an archive that unpacks to more than it may is left alone, whatever it says of itself", async () => {
  const path = join(folder(), "bomb.eval");
  const bomb = deflateRawSync(Buffer.alloc(65 << 20));
  for (const says of [100, 65 << 20]) {
    writeFileSync(path, archive(bomb, says));
    await expect(open(path), String(says)).rejects.toThrow("Samples left out, for they cannot be read");
  }
});
