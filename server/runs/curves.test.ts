import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CurvePicture, CurvePictureRequest } from "../protocol/curves";
import type { MetricsRow } from "../protocol/metrics";
import { unpackNumbers } from "../protocol/packed";
import { smooth } from "../statistics/smoothing";
import { curveAnswers, type CurveRun } from "./curve-answers";
import { temporaryFolder } from "./example-run";
import { ColumnsGone } from "./column-file";
import { metricStore } from "./metric-store";
import { openMetricsLog } from "./metrics";
import { columnsPath, metricsPath } from "./paths";
import { openRunMetrics } from "./run-metrics";

const noOverlay = { stamp: "", overlay: () => undefined };

function runOf(rows: readonly MetricsRow[]): CurveRun {
  const store = metricStore();
  for (const row of rows) store.add(Buffer.from(JSON.stringify(row)), row);
  store.settle();
  const version = (): string => String(store.generation());
  return { metrics: { store: () => store, version, progress: () => ({ read: 1, of: 1 }) }, beside: noOverlay };
}

const plain: CurvePictureRequest = {
  axis: "step",
  series: [{ key: "reward", edge: null, smooth: true }],
  smoothing: 0,
  positive: false,
  window: null,
  pixels: 256,
  known: null,
};

function pictureOf(run: CurveRun, stages: string[], change: Partial<CurvePictureRequest> = {}): CurvePicture {
  return curveAnswers().picture({ ...plain, ...change, sources: [{ folder: "/r", stages }] }, new Map([["/r", run]]));
}

const orNull = (values: Float64Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value));
const columnOf = (picture: CurvePicture, series = 0, source = 0, of: "values" | "line" = "values") => {
  const text = picture.columns[source]?.[series]?.[of];
  return text === undefined || text === null ? null : orNull(unpackNumbers(text, picture.places));
};
const xOf = (picture: CurvePicture): number[] => Array.from(unpackNumbers(picture.x, picture.places));

/** What a run recorded of a stage, by step. */
function expected(rows: readonly MetricsRow[], stage: string): Map<number, Record<string, unknown>> {
  const steps = new Map<number, Record<string, unknown>>();
  for (const row of rows) if (row.stage === stage) steps.set(row.step, { ...steps.get(row.step), ...row });
  return new Map([...steps].sort(([a], [b]) => a - b));
}

const anyRow = fc.record(
  {
    stage: fc.constantFrom("a", "b"),
    step: fc.integer({ min: 0, max: 12 }),
    time: fc.nat(),
    reward: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    kl: fc.double({ noNaN: true, noDefaultInfinity: true }),
  },
  { requiredKeys: ["stage", "step", "time"] },
);

test("of a short run each row is drawn as it is, whatever the order of its steps; smoothed as pages smooth rows", () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 40 }), (rows) => {
      const run = runOf(rows);
      for (const stage of ["a", "b"]) {
        const steps = expected(rows, stage);
        const picture = pictureOf(run, [stage], { smoothing: 0.6 });
        expect(xOf(picture)).toEqual([...steps.keys()]);
        const rewards = [...steps.values()].map(({ reward }) => (reward ?? null) as number | null);
        if (!rows.some((row) => row.stage === stage && "reward" in row)) continue;
        expect(columnOf(picture)).toEqual(rewards);
        expect(columnOf(picture, 0, 0, "line")).toEqual(smooth(rewards, 0.6));
      }
    }),
  );
});

test("rows that wait in full blocks are those that were written, also where steps were made again", () => {
  const rows = Array.from({ length: 7000 }, (_, index): MetricsRow => {
    const step = index < 5000 ? index : index - 1000;
    return {
      stage: index % 7 === 0 ? "b" : "a",
      step,
      time: index,
      loss: Math.sin(index),
      ...(index % 50 === 0 && { rare: index }),
    };
  });
  const run = runOf(rows);
  for (const stage of ["a", "b"]) {
    const steps = expected(rows, stage);
    const own = run.metrics.store().stage(stage)!;
    expect([...own.steps()]).toEqual([...steps.keys()]);
    for (const key of ["loss", "rare"]) {
      const values = new Float64Array(own.length());
      own.read(key, 0, own.length(), values);
      expect(orNull(values)).toEqual([...steps.values()].map((row) => row[key] ?? null));
      const part = new Float64Array(900);
      own.read(key, 100, 1000, part);
      expect([...part]).toEqual([...values.subarray(100, 1000)]);
    }
  }
});

interface RewardRow {
  readonly [key: string]: string | number;
  readonly stage: string;
  readonly step: number;
  readonly time: number;
  readonly reward: number;
}
const long = (count: number, of: (step: number) => number = (step) => Math.sin(step / 900)): RewardRow[] =>
  Array.from({ length: count }, (_, step) => ({ stage: "rl", step, time: 1000 * step, reward: of(step) }));

test("a picture of a long run is as wide as the page, and keeps every extreme of every part", () => {
  const rows = long(20_000, (step) => (step === 7777 ? 1e6 : step === 13_131 ? -5 : Math.sin(step / 900)));
  const run = runOf(rows);
  const picture = pictureOf(run, ["rl"]);
  expect(picture.places).toBeLessThan(4 * plain.pixels + 2);
  const [x, values] = [xOf(picture), columnOf(picture)!];
  for (let place = 0; place < x.length; place++)
    expect(place === 0 || x[place]! >= x[place - 1]!, String(place)).toBe(true);
  for (let start = 0; start < 20_000; start += picture.width) {
    const drawn = values.filter((_value, place) => x[place]! >= start && x[place]! < start + picture.width);
    const recorded = rows.slice(start, start + picture.width).map(({ reward }) => reward);
    expect([Math.min(...(drawn as number[])), Math.max(...(drawn as number[]))]).toEqual([
      Math.min(...recorded),
      Math.max(...recorded),
    ]);
  }
  const near = pictureOf(run, ["rl"], { window: [7700, 7900] });
  expect(near.width).toBe(0);
  expect(xOf(near)).toEqual(Array.from({ length: 201 }, (_, at) => 7700 + at));
  expect(columnOf(near)).toEqual(rows.slice(7700, 7901).map(({ reward }) => reward));
});

test("what is drawn of new rows alone is what is drawn of all", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4000 }),
      fc.integer({ min: 1, max: 900 }),
      fc.constantFrom(0, 0.9),
      (first, more, smoothing) => {
        const store = metricStore();
        const run: CurveRun = {
          metrics: { store: () => store, version: () => "1", progress: () => ({ read: 1, of: 1 }) },
          beside: noOverlay,
        };
        const rows = long(first + more);
        const answers = curveAnswers();
        const ask = (known: CurvePictureRequest["known"]): CurvePicture =>
          answers.picture(
            { ...plain, smoothing, known, sources: [{ folder: "/r", stages: ["rl"] }] },
            new Map([["/r", run]]),
          );
        for (const row of rows.slice(0, first)) store.add(Buffer.from("x"), row);
        const before = ask(null);
        for (const row of rows.slice(first)) store.add(Buffer.from("x"), row);
        const last = xOf(before).at(-1)!;
        const from = before.width > 0 ? Math.floor(last / before.width) * before.width : last;
        const next = ask({ version: before.version, width: before.width, from });
        const whole = ask(null);
        if (next.from === null || next.width !== whole.width) return;
        const kept = xOf(before).filter((x) => x < from).length;
        const of = smoothing === 0 ? "values" : "line";
        expect([...xOf(before).slice(0, kept), ...xOf(next)]).toEqual(xOf(whole));
        expect([...columnOf(before, 0, 0, of)!.slice(0, kept), ...columnOf(next, 0, 0, of)!]).toEqual(
          columnOf(whole, 0, 0, of),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("a band is the mean less and with the spread of each row, before anything is left out", () => {
  const rows = long(9000).map((row) => ({ ...row, reward_std: row.step === 4321 ? 40 : 0.5 }));
  const series = (["low", "high"] as const).map((side) => ({
    key: "reward",
    edge: { spread: "reward_std", side },
    smooth: true,
  }));
  const picture = pictureOf(runOf(rows), ["rl"], { series });
  const recorded = rows[4321]!.reward;
  expect(Math.min(...(columnOf(picture, 0) as number[]))).toBe(recorded - 40);
  expect(Math.max(...(columnOf(picture, 1) as number[]))).toBe(recorded + 40);
});

test("over tokens rows stand where the stage counted them, over hours on the clock since the first; stages go on from each other", () => {
  const rows: MetricsRow[] = [
    { stage: "sft", step: 1, time: 3_600_000, loss: 1, num_tokens: 100 },
    { stage: "sft", step: 2, time: 7_200_000, loss: 1, num_tokens: 250 },
    { stage: "rl", step: 0, time: 7_200_000, "eval/pass@1": 0.5 },
    { stage: "rl", step: 1, time: 5_400_000, reward: 1, num_tokens: 60 },
  ];
  const run = runOf(rows);
  expect(xOf(pictureOf(run, ["sft", "rl"], { axis: "tokens" }))).toEqual([100, 250, 250, 310]);
  // A clock that was set back: nothing is drawn backwards.
  expect(xOf(pictureOf(run, ["sft", "rl"], { axis: "hours" }))).toEqual([0, 1, 1, 1]);
  const whole = pictureOf(run, ["sft", "rl"]);
  expect(xOf(whole)).toEqual([0, 1, 2, 3]);
  expect(whole.borders).toEqual([["rl", 2]]);
  expect(whole.stages).toEqual([
    ["sft", 0],
    ["rl", 2],
  ]);
  expect(pictureOf(runOf(long(5)), ["rl"], { axis: "tokens" })).toMatchObject({ places: 0, unplaced: [0] });
});

test("over hours a row without a time stands with the one before it, and what has no times at all has no place", () => {
  const hour = 3_600_000;
  const at = (...times: number[]) => {
    const run = runOf(times.map((time, index) => ({ stage: "rl", step: index + 1, time, reward: 1 })));
    return pictureOf(run, ["rl"], { axis: "hours" });
  };
  const epoch = 480_000 * hour;
  expect(xOf(at(0, epoch, epoch + hour, 0, epoch + 2 * hour))).toEqual([0, 0, 1, 1, 2]);
  expect(at(0, 0, 0).unplaced).toEqual([0]);
  expect(at(epoch).unplaced).toEqual([]);
});

test("numbers that a logarithmic scale cannot show are left out, and that is said", () => {
  const rows = long(4, (step) => step - 1);
  const picture = pictureOf(runOf(rows), ["rl"], { positive: true });
  expect(columnOf(picture)).toEqual([null, null, 1, 2]);
  expect(picture.columns[0]![0]!.left).toBe(true);
  expect(pictureOf(runOf(long(4, () => 1)), ["rl"], { positive: true }).columns[0]![0]!.left).toBe(false);
});

test("edits of the rewards stand at the first step that they scored, numbered over the whole run", () => {
  const row = (stage: string, step: number, reward_hash?: string): MetricsRow => ({
    stage,
    step,
    time: 1,
    ...(reward_hash === undefined ? {} : { reward_hash }),
  });
  const rows = [
    row("rl", 1, "a"),
    row("rl", 2),
    row("rl", 3, "b"),
    row("rl", 3, "c"),
    row("more", 1, "c"),
    row("more", 2, "a"),
  ];
  const run = runOf(rows);
  const edit = { stage: "rl", step: 3, version: 3, before: "a", after: "c" };
  expect(pictureOf(run, ["rl"]).edits).toEqual([{ x: 3, ...edit }]);
  expect(pictureOf(run, ["rl", "more"]).edits).toEqual([
    { x: 2, ...edit },
    { x: 4, stage: "more", step: 2, version: 1, before: "c", after: "a" },
  ]);
});

test("what is drawn beside a run stands at its steps, and is no metric of the run", () => {
  const run = runOf(long(3));
  const beside = new Map([["rescored/reward", new Map([[1, 9]])]]);
  const overlaid: CurveRun = {
    ...run,
    beside: { stamp: "1", overlay: (stage) => (stage === "rl" ? beside : undefined) },
  };
  const series = [{ key: "rescored/reward", edge: null, smooth: true }];
  expect(columnOf(pictureOf(overlaid, ["rl"], { series }))).toEqual([null, 9, null]);
  expect(
    curveAnswers()
      .overview(overlaid, null)
      .metrics.map(({ key }) => key),
  ).toEqual(["reward", "rescored/reward"]);
  expect(pictureOf(run, ["rl"], { series }).columns).toEqual([[null]]);
});

test("seeds have a mean and a band as far as all have come", () => {
  const seed = (count: number, of: number): CurveRun => runOf(long(count, () => of));
  const runs = new Map([
    ["/a", seed(5, 1)],
    ["/b", seed(3, 2)],
    ["/c", seed(4, 6)],
  ]);
  const sources = [
    ...[...runs.keys()].map((folder) => ({ folder, stages: ["rl"] })),
    ...(["mean", "low", "high"] as const).map((value) => ({ of: [0, 1, 2], value, band: "deviation" as const })),
    { of: [0, 1, 2], value: "low" as const, band: "range" as const },
  ];
  const picture = curveAnswers().picture({ ...plain, sources }, runs);
  const at = (source: number) => columnOf(picture, 0, source);
  const deviation = Math.sqrt((4 + 1 + 9) / 2);
  expect(at(0)).toEqual([1, 1, 1, 1, 1]);
  expect(at(3)).toEqual([3, 3, 3, null, null]);
  expect(at(4)![0]).toBeCloseTo(3 - deviation);
  expect(at(5)![2]).toBeCloseTo(3 + deviation);
  expect(at(6)).toEqual([1, 1, 1, null, null]);
});

test("of seeds whose rows stand elsewhere the mean is of the straight lines between them", () => {
  const at = (steps: readonly number[], of: (step: number) => number): CurveRun =>
    runOf(steps.map((step) => ({ stage: "rl", step, time: 0, reward: of(step) })));
  const runs = new Map([
    ["/a", at([0, 1, 2, 3, 4], () => 0)],
    ["/b", at([0, 2, 4], (step) => step)],
  ]);
  const sources = [
    { folder: "/a", stages: ["rl"] },
    { folder: "/b", stages: ["rl"] },
    { of: [0, 1], value: "mean" as const, band: "range" as const },
  ];
  expect(columnOf(curveAnswers().picture({ ...plain, sources }, runs), 0, 2)).toEqual([0, 0.5, 1, 1.5, 2]);
});

test("a row says what it recorded, and of rare metrics what was recorded last before it", () => {
  const rows = long(5000).map((row) => (row.step === 3 ? { ...row, "eval/pass@1": 0.25 } : row));
  const runs = new Map([["/r", runOf(rows)]]);
  const asked = {
    runs: [{ folder: "/r", stages: ["rl"] }],
    axis: "step" as const,
    keys: ["reward", "eval/pass@1", "none"],
  };
  const answers = curveAnswers();
  expect(answers.rows({ ...asked, at: { stage: "rl", step: 4000 } }, runs)).toEqual([
    { stage: "rl", step: 4000, time: 4_000_000, values: [rows[4000]!.reward, 0.25, null] },
  ]);
  expect(answers.rows({ ...asked, at: { x: 2.5 } }, runs)).toMatchObject([
    { step: 2, values: [rows[2]!.reward, null, null] },
  ]);
  expect(answers.rows({ ...asked, at: { x: -1 } }, runs)).toEqual([null]);
  expect(answers.rows({ ...asked, at: { x: 5000 } }, runs)).toEqual([null]);
});

test("metrics are read in parts and go on with what is appended; a file that was replaced is read anew", () => {
  const folder = join(temporaryFolder("curves"), "run");
  mkdirSync(folder);
  const path = join(folder, "metrics.jsonl");
  const text = (rows: readonly MetricsRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const metrics = openRunMetrics(folder);
  expect(metrics.read(1000)).toBe(false);
  writeFileSync(path, `${text(long(30))}{"broken\n\n${text(long(31).slice(30))}{"stage":"rl","st`);
  let parts = 1;
  while (metrics.read(200)) parts++;
  expect(parts).toBeGreaterThan(5);
  const rowsNow = (): number[] => [...(metrics.store().stage("rl")?.steps() ?? [])];
  expect(rowsNow()).toEqual(long(31).map(({ step }) => step));
  expect(metrics.store().damaged()).toEqual({ count: 1, first: 31 });
  const version = metrics.version();
  appendFileSync(path, `ep":31,"time":0,"reward":1}\n`);
  expect(metrics.read(1e9)).toBe(false);
  expect(rowsNow()).toHaveLength(32);
  expect(metrics.version()).toBe(version);
  writeFileSync(path, text(long(200, () => 0.25)));
  metrics.read(1e9);
  expect(metrics.version()).not.toBe(version);
  expect(rowsNow()).toHaveLength(200);
});

const textOf = (rows: readonly MetricsRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** All that is read of a run, in few words. */
function readAll(folder: string): {
  readonly steps: number[];
  readonly rewards: (number | null)[];
  readonly parts: number;
} {
  const metrics = openRunMetrics(folder);
  let parts = 1;
  while (metrics.read(1 << 20)) parts++;
  while (metrics.verify());
  while (metrics.read(1 << 20)) parts++;
  const stage = metrics.store().stage("rl");
  const values = new Float64Array(stage?.length() ?? 0);
  stage?.read("reward", 0, values.length, values);
  return { steps: [...(stage?.steps() ?? [])], rewards: orNull(values), parts };
}

/** A run that was written with its columns: two full blocks, and what was left at its end. */
function writtenRun(rows: readonly MetricsRow[]): string {
  const folder = join(temporaryFolder("columns"), "run");
  mkdirSync(folder);
  const log = openMetricsLog(folder);
  for (const row of rows) log.append(row);
  log.close();
  return folder;
}

test("who writes a run keeps its columns, which are what its lines say, also after a resume", () => {
  const rows = long(5000);
  const folder = writtenRun(rows);
  const read = readAll(folder);
  expect(read.parts).toBe(3);
  expect(read.rewards).toEqual(rows.map(({ reward }) => reward));
  // A line that a kill tore, and steps that are made again.
  appendFileSync(metricsPath(folder), `{"stage":"rl","st`);
  const log = openMetricsLog(folder);
  for (const row of long(5100, () => 0.5).slice(4900)) log.append(row);
  const live = readAll(folder);
  expect(live.steps).toHaveLength(5100);
  expect(live.rewards.slice(4898, 4902)).toEqual([rows[4898]!.reward, rows[4899]!.reward, 0.5, 0.5]);
  log.close();
  expect(readAll(folder).rewards).toEqual(live.rewards);
});

test("columns that are damaged, of other lines or of no lines at all are passed over: the lines have the say", () => {
  const rows = long(5000);
  const expected = rows.map(({ reward }) => reward);
  const folder = writtenRun(rows);
  const whole = readFileSync(columnsPath(folder));
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= flip;
      writeFileSync(columnsPath(folder), damaged);
      expect(readAll(folder).rewards).toEqual(expected);
    }),
    { numRuns: 25 },
  );
  for (const cut of [0, 10, whole.length - 1]) {
    writeFileSync(columnsPath(folder), whole.subarray(0, cut));
    expect(readAll(folder).rewards).toEqual(expected);
  }
  // Edited in the middle, as long as before.
  writeFileSync(columnsPath(folder), whole);
  const edited = rows.map((row) =>
    row.step === 700 ? { ...row, reward: Number(String(row.reward).replace("7", "8")) } : row,
  );
  expect(textOf(edited)).toHaveLength(textOf(rows).length);
  writeFileSync(metricsPath(folder), textOf(edited));
  expect(readAll(folder).rewards).toEqual(edited.map(({ reward }) => reward));
  rmSync(columnsPath(folder));
  mkdirSync(columnsPath(folder));
  expect(readAll(folder).rewards).toEqual(edited.map(({ reward }) => reward));
  // Nor does it keep anybody from going on.
  const log = openMetricsLog(folder);
  log.append({ stage: "rl", step: 5000, time: 0, reward: 1 });
  log.close();
  expect(readAll(folder).steps).toHaveLength(5001);
});

test("of an ended run without columns who has read its lines writes them; a read-only folder costs time alone", () => {
  const rows = long(5000);
  const folder = join(temporaryFolder("columns"), "run");
  mkdirSync(folder);
  writeFileSync(metricsPath(folder), textOf(rows));
  const metrics = openRunMetrics(folder);
  while (metrics.read(1 << 16));
  const version = metrics.version();
  metrics.save();
  while (metrics.read(1 << 16));
  expect(metrics.version()).not.toBe(version);
  expect(readAll(folder)).toMatchObject({ parts: 3, rewards: rows.map(({ reward }) => reward) });
});

test("columns that vanish while they are read are an error that says so, and are read anew", () => {
  const folder = writtenRun(long(5000));
  const metrics = openRunMetrics(folder);
  while (metrics.read(1 << 20));
  rmSync(columnsPath(folder));
  const values = new Float64Array(10);
  const read = () => metrics.store().stage("rl")!.read("reward", 0, 10, values);
  // Within a moment the file may still be held open.
  return new Promise((resolve) => setTimeout(resolve, 10)).then(() => {
    expect(read).toThrow(ColumnsGone);
    metrics.startOver();
    while (metrics.read(1 << 20));
    read();
    expect(values[3]).toBe(Math.sin(3 / 900));
  });
});

test.each<[string, [number, number]]>([
  ["before the numbers", [-9, -3]],
  ["behind them", [50, 60]],
  ["that ends before it begins", [4, 1]],
])("a window %s has nothing in it, and is no fault", (_, window) => {
  const rows = [1, 2, 3, 4, 5].map((step): MetricsRow => ({ stage: "a", step, time: 0, reward: step }));
  const picture = pictureOf(runOf(rows), ["a"], { window });
  expect(picture.places).toBe(0);
  expect(columnOf(picture)).toEqual([]);
});
