// What a run ended with, bit for bit, and what two runs differ in.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";

export const runsOf = (workspace) => join(workspace, ".reasoning-lab", "runs");

/** The newest run folder of a workspace that has a record; null: there is none. */
export async function newestRun(workspace) {
  const folder = runsOf(workspace);
  if (!existsSync(folder)) return null;
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, "run.json"))).sort();
  return names.length === 0 ? null : join(folder, names.at(-1));
}

export const recordOf = async (folder) => JSON.parse(await readFile(join(folder, "run.json"), "utf8"));

const isClock = (name) => name === "step_time" || /^(time|memory)(\/|$)|milliseconds$/.test(name);

/** Rows of a stage's step made one, without the clock. A line that a kill has torn is cut off by the next writer. */
async function metricsOf(folder) {
  const rows = new Map();
  for (const line of (await readFile(join(folder, "metrics.jsonl"), "utf8")).trimEnd().split("\n")) {
    const row = JSON.parse(line);
    const key = `${row.stage} ${row.step}`;
    const kept = Object.fromEntries(Object.entries(row).filter(([name]) => !isClock(name)));
    rows.set(key, { ...rows.get(key), ...kept });
  }
  return Object.fromEntries(rows);
}

const sha256 = (data) => createHash("sha256").update(data).digest("hex");

/** A report without how long something took. */
const timeless = (text) => JSON.parse(text, (key, value) => (key === "seconds" ? undefined : value));

const namesIn = async (folder, part) => (existsSync(join(folder, part)) ? readdir(join(folder, part)) : []);

/** Names of checkpoints that are the last of their stage. */
const lastCheckpoints = (names) => {
  const steps = new Map();
  for (const name of names) {
    const [, stage, step] = /^(.*)-(\d+)$/.exec(name) ?? [, name, "0"];
    if (Number(step) >= (steps.get(stage) ?? -1)) steps.set(stage, Number(step));
  }
  return new Set([...steps].map(([stage, step]) => `${stage}-${step}`));
};

/**
 * Names of all files of a run but those that matter only while it lives. A trainer that lost its supervisor saves a checkpoint more: those within a stage are
 * not the same ones.
 */
async function namesOf(folder, last) {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return (
    found
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        join(parentPath, name)
          .slice(folder.length + 1)
          .replaceAll("\\", "/"),
      )
      .filter((name) => {
        const [part, checkpoint] = name.split("/");
        return part !== "checkpoints" || last.has(checkpoint) || !/-\d+$/.test(checkpoint);
      })
      // Who was killed while it read traces leaves what SQLite works with; the next who opens them uses or deletes it.
      .filter((name) => !/^live\/(?:log(?:\.old)?\.jsonl|[a-z]+\.lock)$|^traces\.sqlite-(?:wal|shm)$/.test(name))
      .sort()
  );
}

/** Of all rollouts what they are and what was said of them. */
function rolloutsOf(folder) {
  const database = new DatabaseSync(join(folder, "traces.sqlite"), { readOnly: true });
  try {
    const columns =
      "stage, step, purpose, group_index, sample, prompt, completion, rewards, reward, advantage, tags, correct";
    const rows = database
      .prepare(`SELECT ${columns} FROM rollouts ORDER BY stage, step, purpose, group_index, sample`)
      .all();
    return { count: rows.length, sha256: sha256(JSON.stringify(rows)) };
  } finally {
    database.close();
  }
}

/** All that a run ended with. */
export async function outcome(folder) {
  const record = await recordOf(folder);
  const files = {};
  const within = {};
  const names = await namesIn(folder, "checkpoints");
  const last = lastCheckpoints(names);
  for (const name of names)
    for (const file of ["model.safetensors", "trainer/optimizer.tensors"]) {
      const path = join(folder, "checkpoints", name, file);
      if (existsSync(path))
        (last.has(name) ? files : within)[`checkpoints/${name}/${file}`] = sha256(await readFile(path));
    }
  for (const name of await namesIn(folder, "datasets"))
    files[`datasets/${name}`] = sha256(await readFile(join(folder, "datasets", name)));
  for (const name of await namesIn(folder, "samples")) {
    // A batch that is drawn again after a resume stands there again.
    const lines = (await readFile(join(folder, "samples", name), "utf8")).trimEnd().split("\n").map(timeless);
    const batches = new Map(lines.map((line) => [line.batch, line]));
    files[`samples/${name}`] = sha256(JSON.stringify([...batches.values()]));
  }
  for (const name of await namesIn(folder, "reports"))
    files[`reports/${name}`] = timeless(await readFile(join(folder, "reports", name), "utf8"));
  return {
    metrics: await metricsOf(folder),
    stages: record.stages.map(({ name, status, step, before, after, notes }) => ({
      name,
      status,
      step,
      before,
      after,
      notes,
    })),
    rollouts: rolloutsOf(folder),
    files,
    names: await namesOf(folder, last),
    within,
  };
}

/** In what two outcomes differ: the first few places. Of checkpoints within a stage those count that both have. */
export function differencesOf(expected, actual) {
  const common = (own, other) => Object.fromEntries(Object.entries(own).filter(([name]) => name in other));
  return differences(
    { ...expected, within: common(expected.within, actual.within) },
    { ...actual, within: common(actual.within, expected.within) },
  );
}

function differences(a, b, path = "", found = []) {
  if (isDeepStrictEqual(a, b) || found.length >= 10) return found;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    found.push(`${path}: ${JSON.stringify(a)} ≠ ${JSON.stringify(b)}`);
  else
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      differences(a[key], b[key], `${path}/${key}`, found);
  return found;
}

/** Locks of a run that somebody has. */
export async function heldLocks(folder) {
  const held = [];
  for (const name of (await namesIn(folder, "live")).filter((each) => each.endsWith(".lock"))) {
    const database = new DatabaseSync(join(folder, "live", name), { timeout: 0 });
    try {
      database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch {
      held.push(name);
    } finally {
      database.close();
    }
  }
  return held;
}
