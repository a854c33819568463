import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c";
import { nameTable, trlNameList } from "./documents";
import { readTracker } from "./read-tracker";

const data = join(__dirname, "test-data");
const folder = (): string => mkdtempSync(join(tmpdir(), "reasoning-lab-trackers-"));
const file = (name: string, text: string | Uint8Array): string => {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
};
const wall = 1764480000.25;

test("event files of tensorboardX: numbers, steps and times as they were given, under our names", () => {
  const { tool, rows, notes } = readTracker(join(data, "tensorboardX.tfevents"));
  expect(tool).toBe("TensorBoard");
  expect(rows).toEqual(
    [1, 2, 3, 4, 5].map((step) => ({
      stage: "test-data",
      step,
      time: (wall + step) * 1000,
      reward: step / 8,
      grad_norm: step === 3 ? null : Math.fround(1 / step),
    })),
  );
  expect(notes).toEqual([
    "Not read, for they are no numbers: 1 value of the kind histogram (weights).",
    "Not read, for they are no numbers: 1 value of the kind text (note/text_summary).",
    "Gaps where 1 number would be not finite (NaN or infinite).",
  ]);
});

test("numbers as TensorFlow 2 writes them: tensors without dimensions", () => {
  const { rows, notes } = readTracker(join(data, "tensors.tfevents"));
  expect(rows.map(({ step, loss }) => [step, loss])).toEqual([1, 2, 3].map((step) => [step, Math.fround(1 / step)]));
  expect(notes).toEqual([]);
});

test("a project of Trackio: each run apart, what is not finite a gap", () => {
  const { tool, rows, notes } = readTracker(join(data, "trackio.db"));
  expect(tool).toBe("Trackio");
  expect(rows.map(({ stage, step, reward, kl }) => [stage, step, reward, kl])).toEqual(
    ["run-a", "run-b"].flatMap((run) =>
      [1, 2, 3].map((step) => [run, step, step / 8, step === 2 ? null : 0.01 * step]),
    ),
  );
  expect(rows.every(({ time }) => time > 1.7e12)).toBe(true);
  expect(notes).toContain("Not read, for they are no numbers: 6 values of the kind text (note).");
});

test("trainer_state.json of a checkpoint, and the newest in a folder of them", () => {
  const { tool, rows, notes } = readTracker(join(data, "trainer_state.json"));
  expect(tool).toBe("TRL");
  expect(rows.map(({ step, loss, reward }) => [step, loss, reward])).toEqual([
    [1, 0.5, 0.125],
    [2, null, 0.25],
    [3, 0.5 / 3, 0.375],
  ]);
  expect(rows[2]).toMatchObject({ "eval/loss": 0.7, eval_reward: 0.4, "completions/mean_length": 103 });
  expect(notes).toEqual(["Gaps where 1 number would be not finite (NaN or infinite)."]);
  const out = folder();
  for (const step of [5, 40, 200]) mkdirSync(join(out, `checkpoint-${step}`));
  copyFileSync(join(data, "trainer_state.json"), join(out, "checkpoint-200", "trainer_state.json"));
  writeFileSync(join(out, "checkpoint-40", "trainer_state.json"), '{"log_history":[{"step":1,"loss":9}]}');
  expect(readTracker(out).rows).toHaveLength(3);
});

test("verl's file logger", () => {
  const { tool, rows } = readTracker(join(data, "verl.jsonl"));
  expect(tool).toBe("verl");
  expect(rows[1]).toEqual({
    stage: "verl",
    step: 2,
    time: 0,
    reward: 0.25,
    "critic/rewards/mean": 0.24,
    kl: 0.02,
    "completions/mean_length": 90.5,
    learning_rate: 1e-6,
  });
});

test("any table with a step: JSONL with a line being written, CSV with empty cells", () => {
  const jsonl = file(
    "run.jsonl",
    '{"_step":1,"acc":0.5,"_timestamp":1700000000}\n{"_step":2,"acc":NaN,"who":"x"}\n{"_st',
  );
  const { rows, notes } = readTracker(jsonl);
  expect(rows).toEqual([
    { stage: "run", step: 1, time: 1.7e12, acc: 0.5 },
    { stage: "run", step: 2, time: 0, acc: null },
  ]);
  expect(notes[0]).toMatch(/^Left out: 1 line that cannot be read, the first of them line 3: /);
  const csv = readTracker(file("run.csv", "step,loss,note\n10,0.5,a\n20,,b\n30,0.25,c\n"));
  expect(csv.rows.map(({ step, loss }) => [step, loss])).toEqual([
    [10, 0.5],
    [30, 0.25],
  ]);
  expect(csv.notes).toEqual(["Not read, for they are no numbers: 3 values of the kind text (note)."]);
});

test("what is no metrics is refused with what it is and what would be", () => {
  const refused = (name: string, text: string | Uint8Array): string => {
    try {
      readTracker(file(name, text));
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("It was read.");
  };
  expect(refused("a.csv", "a,b\n1,2\n")).toContain(
    "no column of steps (step, global_step, _step, train/global_step or iteration)",
  );
  expect(refused("a.csv", "a,b\n1,2\n")).toContain("it has a, b");
  expect(refused("a.json", "{}")).toContain('no "log_history"');
  expect(refused("a.json", "{")).toContain("no JSON");
  expect(refused("events.out.tfevents.1", "hello hello hello")).toContain("its first record is damaged");
  expect(refused("a.jsonl", "nonsense\n")).toContain("no row that can be read: line 1");
  expect(refused("a.jsonl", "")).toContain("no column of steps");
  expect(refused("a.db", "SQLite format 3\0 and no more")).toContain("project of Trackio");
  expect(() => readTracker(folder())).toThrow("neither event files of TensorBoard nor a trainer_state.json");
});

test("a table that only calls itself one is no table of Trackio", () => {
  const path = join(folder(), "odd.db");
  const store = new DatabaseSync(path);
  store.exec(
    "create view metrics as with recursive n(i) as (select 1 union all select i + 1 from n) select i as id from n",
  );
  store.close();
  expect(() => readTracker(path)).toThrow('it has no table "metrics"');
});

test("a torn or damaged event file is read up to there, and says where", () => {
  const whole = readFileSync(join(data, "tensorboardX.tfevents"));
  const path = file("events.out.tfevents.1", whole);
  const all = readTracker(path).rows.length;
  truncateSync(path, whole.length - 3);
  const torn = readTracker(path);
  expect(torn.rows).toHaveLength(all);
  expect(torn.notes[0]).toMatch(/at byte [\d,]+ a record is not whole yet; what follows was not read/);
  fc.assert(
    fc.property(fc.integer({ min: 40, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= change;
      writeFileSync(path, damaged);
      const { rows, notes } = readTracker(path);
      expect(rows.length).toBeLessThanOrEqual(all);
      expect(notes.join()).toMatch(/damaged|not whole/);
    }),
    { numRuns: 50 },
  );
});

test("bytes of any kind are read or refused, never a fault", () => {
  const path = join(folder(), "events.out.tfevents.1");
  const head = readFileSync(join(data, "tensorboardX.tfevents")).subarray(0, 60);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, begins) => {
      writeFileSync(path, begins ? Buffer.concat([head, bytes]) : bytes);
      try {
        readTracker(path);
      } catch (error) {
        expect((error as Error).message).toContain(path);
      }
    }),
    { numRuns: 100 },
  );
});

test("names that rows have anyway are no metrics, and later numbers of a step win", () => {
  const path = file("a.jsonl", '{"step":1,"stage":3,"__proto__":1,"loss":1}\n');
  appendFileSync(path, '{"step":1,"loss":2}\n');
  expect(readTracker(path).rows).toEqual([{ stage: "a", step: 1, time: 0, loss: 2 }]);
});

test("CRC-32C of the known text", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
});

test("the documentation names what gets a name of ours", () => {
  const page = readFileSync(join(__dirname, "..", "..", "docs", "other-tools.md"), "utf8");
  for (const line of nameTable().split("\n")) expect(page).toContain(line);
  expect(page.replaceAll(/\s+/g, " ")).toContain(trlNameList());
});
