/** Damages files of a run folder as disks, other programs and strangers do. */
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { hostileFiles } from "../../server/files/hostile-files.testing";
import { hostileTexts, hostileValue, jsonText, mutated, mutatedText } from "./mutate";
import type { Random } from "./random";

/** Regular files of a folder, at any depth. */
export function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function flip(bytes: Buffer, random: Random): Buffer {
  for (let times = random.pick([1, 3, 50]); times > 0 && bytes.length > 0; times--)
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  return bytes;
}

function spliced(bytes: Buffer, random: Random): Buffer {
  const from = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + random.below(random.pick([3, 100, 5000])));
  const more = random.pick([
    Buffer.alloc(0),
    Buffer.alloc(random.below(300), random.below(256)),
    bytes.subarray(to, to + random.below(5000)),
    Buffer.from(random.pick(hostileTexts)),
  ]);
  return Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(to)]);
}

function otherJson(text: string, random: Random): string {
  const value: unknown = JSON.parse(text);
  return jsonText(mutated(value, random, { size: 3 }), random.pick([0, 2]));
}

/** One line of many is other JSON. */
function otherLine(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  if (lines[at] !== "") lines[at] = otherJson(lines[at]!, random);
  return lines.join("\n");
}

/** What is written into columns: of another type, too long, or JSON that is not what it should be. */
function otherCell(random: Random): string | number | Uint8Array | null {
  return random.pick<() => string | number | Uint8Array | null>([
    () => null,
    () => random.pick(hostileTexts),
    () => random.pick([-1, 0.5, 2 ** 40, 1e300]),
    () => new Uint8Array(random.below(50)),
    () => jsonText(hostileValue(random)),
    () => "[".repeat(5000),
    () => `{"correct":{"kind":"score","score":${random.pick(["1e999", "null", '"1"', "{}"])},"extras":{"a":[]}}}`,
  ])();
}

function damageStore(path: string, random: Random): string {
  // SQLite would wait at a pipe for ever.
  for (const beside of ["-wal", "-shm", "-journal"])
    if (lstatSync(path + beside, { throwIfNoEntry: false })?.isFile() === false) return "left";
  const database = new DatabaseSync(path, { timeout: 1000 });
  try {
    const table = random.pick(["rollouts", "vocabulary", "shared_texts", "tokens"]);
    const columns = database
      .prepare("SELECT name FROM pragma_table_info(?)")
      .all(table)
      .map(({ name }) => String(name));
    const column = columns.length === 0 ? "id" : random.pick(columns);
    const statement = random.pick([
      `UPDATE ${table} SET "${column}" = ?`,
      `UPDATE ${table} SET "${column}" = ? WHERE rowid % 7 = 3`,
      `DELETE FROM ${table} WHERE rowid % 2 = 1 AND ? IS NOT 5`,
    ]);
    const others = [
      `ALTER TABLE ${table} DROP COLUMN "${column}"`,
      `DROP TABLE ${table}`,
      `CREATE VIEW more AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n`,
      "PRAGMA user_version = 7",
      "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'rollouts', 'r')",
      "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2",
      "PRAGMA journal_mode = DELETE",
    ];
    try {
      if (random.chance(0.6)) database.prepare(statement).run(otherCell(random));
      else {
        const other = random.pick(others);
        database.exec(other);
        return other;
      }
    } catch (error) {
      return `${statement} (${String(error)})`;
    }
    return `${statement} of ${table}`;
  } finally {
    database.close();
  }
}

/** Bytes of a file that is damaged further. */
const largest = 1 << 26;

/** Damages one file; says which and how. */
function damageOne(folder: string, files: readonly string[], random: Random): string {
  const path = random.pick(files);
  const name = relative(folder, path);
  const said = (what: string): string => `${name}: ${what}`;
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > largest) return said("is something else already");
  if (name.endsWith(".sqlite") && random.chance(0.6)) {
    try {
      return said(damageStore(path, random));
    } catch (error) {
      return said(`cannot be damaged (${String(error)})`);
    }
  }
  if (/\.jsonl?$/.test(name) && random.chance(0.6)) {
    try {
      const text = readFileSync(path, "utf8");
      writeFileSync(path, name.endsWith("l") ? otherLine(text, random) : otherJson(text, random));
      return said("other JSON");
    } catch (error) {
      return said(`no JSON (${String(error)})`);
    }
  }
  const bytes = readFileSync(path);
  const kinds: readonly (() => string)[] = [
    () => (truncateSync(path, random.below(bytes.length + 1)), "truncated"),
    () => (writeFileSync(path, flip(bytes, random)), "bits flipped"),
    () => (writeFileSync(path, spliced(bytes, random)), "spliced"),
    () => (writeFileSync(path, mutatedText(bytes.toString("latin1"), random), "latin1"), "other text"),
    () => (writeFileSync(path, '{"a":['.repeat(20_000)), "nested without end"),
    () => {
      const other = random.pick(files);
      const stats = lstatSync(other, { throwIfNoEntry: false });
      if (other === path || !stats?.isFile() || stats.size > largest) return "left";
      copyFileSync(other, path);
      return `has ${relative(folder, other)}`;
    },
    () => (rmSync(path), "deleted"),
    () => {
      const [what, make] = random.pick(hostileFiles);
      // Tensors may be as large as that: it takes a while until they are found to be others.
      if (what.includes("sparse") && name.endsWith("tensors")) return "left";
      rmSync(path);
      make(path);
      return what;
    },
    () => {
      rmSync(path);
      symlinkSync(random.pick([folder, path, join(folder, "run.json"), "/nowhere/at/all"]), path);
      return "a link";
    },
  ];
  return said(random.pick(kinds)());
}

/** Things that stand where none of ours does. */
function addOdd(folder: string, random: Random): string {
  const name = random.pick([
    "checkpoints/reasoning-rl-99999999999999999999",
    "checkpoints/a-1",
    "checkpoints/.reasoning-rl-7.tmp",
    "live/commands/x.json",
    "live/state.json",
    "live/log.jsonl",
    "reports/reasoning-rl.json",
    "samples/x.jsonl",
    "traces.sqlite-wal",
    "traces.sqlite-shm",
    "traces.sqlite-journal",
    "datasets/cold-start.jsonl",
  ]);
  const path = join(folder, ...name.split("/"));
  if (lstatSync(path, { throwIfNoEntry: false })) return `${name}: left`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (random.chance(0.5)) {
      const [what, make] = random.pick(hostileFiles);
      make(path);
      return `${name}: ${what}`;
    }
    writeFileSync(
      path,
      random.pick([() => Buffer.alloc(4096, random.below(256)), () => jsonText(hostileValue(random))])(),
    );
    return `${name}: added`;
  } catch (error) {
    return `${name}: cannot be added (${String(error)})`;
  }
}

/** Damages a run folder in one to three places; says how. */
export function damage(folder: string, random: Random): string[] {
  // Where the run is known by lies more than its share of faults.
  const all = filesOf(folder);
  const central = all.filter((path) => /(?:run\.json|metrics\.jsonl|traces\.sqlite)$/.test(path));
  return Array.from({ length: 1 + random.below(3) }, () => {
    if (random.chance(0.15)) return addOdd(folder, random);
    return damageOne(folder, random.chance(0.6) ? central : all, random);
  });
}
