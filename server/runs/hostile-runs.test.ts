/** Run folders from elsewhere: what stands in place of their files hangs nobody, fills no memory, and spoils no other run. */
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  readdirSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { hostileFiles } from "../files/hostile-files.testing";
import { exampleRollout, exampleRun, temporaryFolder } from "./example-run";
import { claimRun } from "./claim";
import { cleanUp, planCleanUp } from "./clean-up";
import { listRuns, readRun, runReader } from "./list-runs";
import { sendCommand } from "./live-run";
import { newestRow, openMetricsLog, readMetrics } from "./metrics";
import { checkpointInside, metricsPath, recipeFileOf, recordPath, reportPath, tracesPath } from "./paths";
import { readRecord } from "./record";
import { readReport } from "./reports";
import { openTraces } from "./trace-reader";
import { openTraceWriter } from "./trace-writer";

/** A workspace with a good run and one that is made bad. */
function runs(spoil: (folder: string) => void): {
  readonly good: string;
  readonly bad: string;
  readonly workspace: string;
} {
  const workspace = temporaryFolder("hostile");
  const good = exampleRun(workspace);
  const bad = exampleRun(workspace);
  spoil(bad);
  return { good, bad, workspace };
}

function edit(folder: string, change: (record: Record<string, unknown>) => void): void {
  const record = JSON.parse(readFileSync(recordPath(folder), "utf8")) as Record<string, unknown>;
  change(record);
  writeFileSync(recordPath(folder), JSON.stringify(record));
}

describe.each(hostileFiles)("%s", (_name, make, says) => {
  test("as run.json is one broken row with its reason", () => {
    const { good, bad, workspace } = runs((folder) => {
      rmSync(recordPath(folder));
      make(recordPath(folder));
    });
    const read = runReader();
    for (const entries of [
      listRuns(workspace),
      read(workspace).map(({ entry }) => entry),
      read(workspace).map(({ entry }) => entry),
    ]) {
      expect(entries.map(({ folder }) => folder).sort()).toEqual([good, bad].sort());
      expect(entries.find(({ folder }) => folder === good)?.problem).toBe(null);
      expect(entries.find(({ folder }) => folder === bad)).toMatchObject({ record: null, checkpoints: [] });
      expect(entries.find(({ folder }) => folder === bad)?.problem).toMatch(says);
    }
  });

  test("as metrics.jsonl, traces.sqlite or a report is an error with its name", () => {
    const { bad, workspace } = runs((folder) => {
      mkdirSync(dirname(reportPath(folder, "reasoning-rl")), { recursive: true });
      for (const path of [metricsPath(folder), tracesPath(folder), reportPath(folder, "reasoning-rl")]) make(path);
    });
    expect(listRuns(workspace).map(({ problem }) => problem)).toEqual([null, null]);
    expect(() => readMetrics(bad, 0)).toThrow(metricsPath(bad));
    expect(() => newestRow(bad, () => true)).toThrow(metricsPath(bad));
    expect(() => openMetricsLog(bad)).toThrow(metricsPath(bad));
    expect(() => openTraces(bad)).toThrow(tracesPath(bad));
    expect(() => openTraceWriter(bad)).toThrow(tracesPath(bad));
    expect(() => readReport(bad, "reasoning-rl")).toThrow(says);
  });

  test("as traces.sqlite holds nothing that could be deleted", async () => {
    const { bad } = runs((folder) => {
      make(tracesPath(folder));
      edit(folder, (record) => (record["status"] = "completed"));
    });
    expect(await planCleanUp([readRun(bad)], [readRun(bad)], { keepSteps: 0 })).toEqual([]);
    expect(() => cleanUp([{ kind: "numbers", folder: bad, bytes: 0, rollouts: 1, keepSteps: 0 }])).toThrow(
      tracesPath(bad),
    );
  });

  test("beside traces.sqlite is an error, too", () => {
    const { bad } = runs((folder) => {
      openTraceWriter(folder).close();
      make(`${tracesPath(folder)}-wal`);
    });
    // A log that is a file, however large, is SQLite's to judge: it holds nothing that belongs to this store.
    if (says.test("has 8.6 GB; files of its kind are read up to")) expect(openTraces(bad).steps()).toEqual([]);
    else expect(() => openTraces(bad)).toThrow("-wal is no file");
  });
});

test("of more runs than anybody makes the newest are watched", () => {
  const { workspace } = runs(() => undefined);
  for (let run = 0; run < 20; run++) mkdirSync(join(workspace, ".reasoning-lab", "runs", `2020-01-01T000000-${run}`));
  expect(runReader()(workspace)).toHaveLength(22);
  expect(runReader(3)(workspace).map(({ entry }) => entry.folder)).toEqual(
    listRuns(workspace)
      .slice(0, 3)
      .map(({ folder }) => folder),
  );
});

test("checkpoints that are a pipe, and a folder of runs that is a file, are none", () => {
  const { bad } = runs((folder) => {
    rmSync(join(folder, "checkpoints"), { recursive: true });
    hostileFiles[0]![1](join(folder, "checkpoints"));
  });
  expect(readRun(bad)).toMatchObject({ problem: null, checkpoints: [] });
  const workspace = temporaryFolder("hostile");
  mkdirSync(join(workspace, ".reasoning-lab"));
  hostileFiles[0]![1](join(workspace, ".reasoning-lab", "runs"));
  expect(listRuns(workspace)).toEqual([]);
});

test("rows of metrics behind gigabytes of nothing are not looked for", () => {
  const { bad } = runs((folder) => {
    const log = openMetricsLog(folder);
    log.append({ stage: "reasoning-rl", step: 1, time: 0, reward: 1 });
    log.close();
    truncateSync(metricsPath(folder), 8 * 2 ** 30);
    writeFileSync(metricsPath(folder), "\n{}\n", { flag: "a" });
  });
  expect(() => readMetrics(bad, 0)).toThrow("has a line of more than 17 MB");
  expect(() => newestRow(bad, ({ reward }) => reward === 1)).toThrow("has a line of more than 17 MB");
});

test("metrics that are larger than what is read at once come whole", () => {
  const { bad } = runs((folder) => {
    const rows = Array.from({ length: 30 }, (_, step) =>
      JSON.stringify({ stage: "a", step, time: 0, note: "x".repeat(400_000) }),
    );
    writeFileSync(metricsPath(folder), `${rows.join("\n")}\n{"stage":"a","st`);
  });
  const all = readMetrics(bad, 0);
  expect(all.rows.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, step) => step));
  expect(all.more).toBe(false);
  const steps: number[] = [];
  for (let cursor = 0, more = true; more;) {
    const part = readMetrics(bad, cursor, 1 << 20);
    steps.push(...part.rows.map(({ step }) => step));
    ({ cursor, more } = part);
  }
  expect(steps).toEqual(all.rows.map(({ step }) => step));
});

test("a record that is nested deeply spoils no list", () => {
  const { good, bad, workspace } = runs((folder) => {
    const text = readFileSync(recordPath(folder), "utf8");
    writeFileSync(
      recordPath(folder),
      text.replace('"recipe": {}', `"recipe": ${"[".repeat(50_000)}${"]".repeat(50_000)}`),
    );
  });
  const entries = listRuns(workspace);
  expect(entries.find(({ folder }) => folder === good)?.problem).toBe(null);
  expect(entries.find(({ folder }) => folder === bad)?.problem).toContain("nested deeper than 100 levels");
  expect(() => JSON.stringify(entries)).not.toThrow();
});

test.each<readonly [what: string, change: (record: Record<string, unknown>) => void]>([
  ["recipeFile", (record) => (record["recipeFile"] = "../../other/x.lab.json")],
  ["recipeFile", (record) => (record["recipeFile"] = "/etc/passwd")],
  ["recipeFile", (record) => (record["recipeFile"] = "\\\\host\\share\\x.lab.json")],
  ["recipeFile", (record) => (record["recipeFile"] = "//host/share/x.lab.json")],
  ["recipeFile", (record) => (record["recipeFile"] = "C:/x.lab.json")],
  ["stages.0.name", (record) => ((record["stages"] as { name: string }[])[0]!.name = "../../../outside")],
  ["stages.0.name", (record) => ((record["stages"] as { name: string }[])[0]!.name = "a/b")],
  ["stages.0.given", (record) => ((record["stages"] as { given: string }[])[0]!.given = "../../other/checkpoints/a-1")],
  ["stages.0.from", (record) => ((record["stages"] as { from: string }[])[0]!.from = "../secret")],
  ["stages.0.sources.a", (record) => ((record["stages"] as { sources: object }[])[0]!.sources = { a: "/root/model" })],
])("a record whose %s climbs out is damaged, and says where", (what, change) => {
  const { bad } = runs((folder) => edit(folder, change));
  const { record, problem } = readRun(bad);
  expect(record).toBe(null);
  expect(problem).toContain(`damaged at \`${what}\``);
});

test("links do not lead a record's paths out of the workspace folder", () => {
  const { bad, workspace } = runs(() => undefined);
  const outside = temporaryFolder("outside");
  writeFileSync(join(outside, "x.lab.json"), "{}");
  mkdirSync(join(outside, "model"));
  symlinkSync(outside, join(workspace, "linked"));
  expect(recipeFileOf(bad, readRecord(bad))).toBe(join(workspace, "chain-sum.lab.json"));
  expect(() => recipeFileOf(bad, { recipeFile: "linked/x.lab.json", sources: null })).toThrow("is outside of");
  expect(() => checkpointInside(workspace, "linked/model")).toThrow("is outside of");
  expect(checkpointInside(workspace, ".reasoning-lab/runs/a/checkpoints/b-1")).toBe(
    join(workspace, ".reasoning-lab", "runs", "a", "checkpoints", "b-1"),
  );
  // A name on this system, whatever it is on others: the workspace is where it is.
  const odd = join(workspace, "back\\slash");
  expect(checkpointInside(odd, ".reasoning-lab/runs/a/checkpoints/b-1")).toBe(
    join(odd, ".reasoning-lab", "runs", "a", "checkpoints", "b-1"),
  );
  // All runs on another disk, by a link of the user's own.
  const moved = temporaryFolder("moved");
  symlinkSync(join(workspace, ".reasoning-lab"), join(moved, ".reasoning-lab"));
  expect(checkpointInside(moved, ".reasoning-lab/runs/a/checkpoints/b-1")).toContain("b-1");
});

test.each([
  "live",
  "live/state.json.new",
  "live/commands",
  "live/log.jsonl",
  "metrics.jsonl",
  "traces.sqlite",
  "run.json",
  "reports",
  "reports/reasoning-rl.json",
  "datasets",
  "samples/reasoning-rl.jsonl",
  "checkpoints",
  "checkpoints/reasoning-rl-5",
])("a run whose %s is a link to a place of somebody's is not claimed, and nothing is written there", (name) => {
  const { bad } = runs(() => undefined);
  const outside = temporaryFolder("outside");
  const kept = join(outside, "kept");
  mkdirSync(join(kept, "commands"), { recursive: true });
  writeFileSync(join(kept, "commands", "1.json"), "mine");
  mkdirSync(dirname(join(bad, name)), { recursive: true });
  rmSync(join(bad, name), { recursive: true, force: true });
  symlinkSync(kept, join(bad, name));
  expect(() => claimRun(bad)).toThrow(`${join(bad, name)} is a link that leads out of the run's folder`);
  expect(() => sendCommand(bad, "token", { type: "stop" })).toThrow("is a link that leads out");
  expect(readdirSync(kept)).toEqual(["commands"]);
  expect(readdirSync(join(kept, "commands"))).toEqual(["1.json"]);
  rmSync(join(bad, name));
  symlinkSync(join(bad, "other"), join(bad, name));
  if (!name.startsWith("live")) claimRun(bad).release();
});

test("a checkpoint is deleted by its name, not by a path to another", () => {
  const { good, bad } = runs((folder) => edit(folder, (record) => (record["status"] = "completed")));
  const other = join(good, "checkpoints", "reasoning-rl-5");
  mkdirSync(other, { recursive: true });
  const name = relative(join(bad, "checkpoints"), other);
  expect(() => cleanUp([{ kind: "checkpoint", folder: bad, name, bytes: 1 }])).toThrow("is not a checkpoint of a run");
  expect(readdirSync(dirname(other))).toEqual(["reasoning-rl-5"]);
});

/** A store of ours with one rollout, to which statements are added. */
function store(statements: string): string {
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  writer.recordRollouts([exampleRollout()]);
  writer.close();
  const database = new DatabaseSync(tracesPath(folder));
  database.exec(statements);
  database.close();
  return folder;
}

const endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, * FROM n";

test.each([
  [
    "an endless view in place of the rollouts",
    `ALTER TABLE rollouts RENAME TO kept; CREATE VIEW rollouts AS ${endless}`,
  ],
  [
    "an endless view in place of the tokens",
    `DROP TRIGGER rollout_removed; DROP TABLE rollout_tokens; CREATE VIEW rollout_tokens AS ${endless.replace("SELECT x AS id, *", "SELECT 1 AS id, x AS logprobs, 1 AS old_logprobs, 1 AS reference_logprobs, 1 AS entropy, 1 AS ratio, 1 AS clipped")}`,
  ],
  ["another view", `CREATE VIEW more AS ${endless}`],
  ["another table", "CREATE TABLE more (x)"],
  ["an index with an expression", "CREATE INDEX more ON rollouts (length(prompt))"],
  ["another trigger", "CREATE TRIGGER more AFTER INSERT ON rollouts BEGIN SELECT 1; END"],
  [
    "a trigger that is not as ours is",
    `DROP TRIGGER rollout_added; CREATE TRIGGER rollout_added AFTER INSERT ON rollouts BEGIN DELETE FROM vocabulary; END`,
  ],
  ["a computed column", "ALTER TABLE vocabulary ADD COLUMN more AS (length(zeroblob(1000000000)))"],
  ["a table of another kind", "DROP TABLE vocabulary; CREATE VIRTUAL TABLE vocabulary USING fts5 (id, text)"],
])("a store with %s is not read, and not written to", async (_name, statements) => {
  const folder = store(statements);
  edit(folder, (record) => (record["status"] = "completed"));
  expect(() => openTraces(folder)).toThrow(tracesPath(folder));
  expect(() => openTraceWriter(folder)).toThrow(tracesPath(folder));
  expect(await planCleanUp([readRun(folder)], [], { keepSteps: 0 })).toEqual([]);
  expect(() => cleanUp([{ kind: "numbers", folder, bytes: 0, rollouts: 1, keepSteps: 0 }])).toThrow(tracesPath(folder));
});

test("a store of an older version is read, also once its columns were added", () => {
  const folder = store(
    [
      "DROP INDEX rollout_numbers; DROP INDEX rollout_unjudged;",
      ...["correct", "row_id", "seen_id"].map((column) => `ALTER TABLE rollouts DROP COLUMN ${column};`),
    ].join(" "),
  );
  const old = openTraces(folder);
  expect(old.steps()).toHaveLength(1);
  old.close();
  openTraceWriter(folder).close();
  const grown = openTraces(folder);
  expect(grown.newest(5)).toHaveLength(1);
  grown.close();
});

test("a file that is no store says so", () => {
  const folder = exampleRun();
  copyFileSync(recordPath(folder), tracesPath(folder));
  expect(() => openTraces(folder)).toThrow("cannot be read");
});
