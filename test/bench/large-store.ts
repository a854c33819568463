/**
 * Writes a finished run with as many rollouts as somebody asks for into a project: groups of eight, steps of 128, completions of some hundred characters. The
 * rows go past the writer, in one transaction, and the full text is indexed at the end: a million in minutes in place of an hour. Tokens are recorded of none.
 *   node large-store.cjs PROJECT ROLLOUTS
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { parseRecipe } from "../../server/recipes/parse";
import { exampleRollout, exampleRun } from "../../server/runs/example-run";
import { tracesPath } from "../../server/runs/paths";
import { countedSteps, traceTables } from "../../server/runs/trace-schema";
import { openRunWriter } from "../../server/runs/writer";
import { randomInteger, randomStream } from "../../server/shared/random";

const [project, count] = z.tuple([z.string(), z.coerce.number().int().positive()]).parse(process.argv.slice(2));
const recipeFile = "chain-sum.lab.json";
const { recipe } = parseRecipe(readFileSync(join(project, recipeFile), "utf8"));
if (!recipe) throw new Error(`${recipeFile} is no recipe.`);
const [samples, groups] = [8, 16];
const steps = Math.ceil(count / (samples * groups));
const stage = "reasoning-rl";
const folder = exampleRun(project, {
  recipe,
  name: recipe.name,
  recipeFile,
  stages: [{ name: stage, kind: "reasoning-rl", steps, from: null }],
});
const writer = openRunWriter(folder);
// One row by the writer, which makes the tables.
writer.recordRollouts([exampleRollout({ stage, step: 0 })]);
writer.appendMetrics({ stage, step: 1, time: Date.now(), reward: 0.6, reward_hash: "hash", loss: 0 });
writer.update((record) => ({
  ...record,
  status: "completed",
  process: null,
  stages: record.stages.map((one) => ({ ...one, status: "completed", step: steps })),
}));
writer.close();

const words =
  "so then first add carry the next digit wait check again therefore we get sum of both numbers which gives".split(" ");
const random = randomStream("bench", "large store");
const pick = <T>(list: readonly T[]): T => list[randomInteger(random, 0, list.length - 1)]!;

const database = new DatabaseSync(tracesPath(folder));
database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; BEGIN;");
database.exec(
  "DROP TRIGGER rollout_added; DROP TRIGGER rollout_removed; DELETE FROM rollouts; DELETE FROM rollout_tokens;",
);
const triggers = z.array(z.object({ name: z.string(), sql: z.string() })).parse(memoryTriggers());
const insert =
  database.prepare(`INSERT INTO rollouts (stage, step, purpose, group_index, sample, prompt, completion, answer,
  extracted, finish_reason, rewards, errors, reward, advantage, reward_hash, checkpoint, tags, length, correct, row_id, seen_id)
  VALUES (?, ?, 'train', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'hash', NULL, '[]', ?, ?, NULL, 0)`);

let left = count;
for (let step = 1; step <= steps; step++)
  for (let group = 0; group < groups && left > 0; group++) {
    const [a, b] = [randomInteger(random, 100, 9999), randomInteger(random, 100, 9999)];
    const answer = String(a + b);
    const prompt = `What is ${a} + ${b}? Answer in <answer> tags.`;
    for (let sample = 0; sample < samples && left > 0; sample++, left--) {
      const right = randomInteger(random, 0, steps) < step;
      const said = right ? answer : String(a + b + randomInteger(random, 1, 99));
      const length = randomInteger(random, 20, 60);
      const thinking = Array.from({ length }, () => pick(words)).join(" ");
      const cut = randomInteger(random, 0, 99) === 0;
      const error = randomInteger(random, 0, 4999) === 0;
      const form = randomInteger(random, 0, 10) / 10;
      const completion = `<think>${thinking}</think>${cut ? "" : `<answer>${said}</answer>`}`;
      const rewards = JSON.stringify({
        correct: error
          ? { kind: "error", message: "no such row", file: null, line: 3, column: null }
          : { kind: "score", score: right ? 1 : 0, extras: {} },
        form: { kind: "score", score: form, extras: {} },
      });
      const reward = (right && !error ? 1 : 0) + 0.1 * form;
      insert.run(
        stage,
        step,
        group,
        sample,
        prompt,
        completion,
        answer,
        cut ? null : said,
        cut ? "length" : "stop",
        rewards,
        error ? 1 : 0,
        reward,
        reward - 0.5,
        length + 12,
        right ? 1 : 0,
      );
    }
  }
database.exec("INSERT INTO rollout_text (rollout_text) VALUES ('rebuild');");
database.exec(`INSERT INTO rollout_steps ${countedSteps}`);
for (const { sql } of triggers) database.exec(sql);
database.exec("COMMIT; PRAGMA journal_mode = WAL;");
database.close();
process.stdout.write(`${folder}\n`);

/** The triggers of a store, to be put back. */
function memoryTriggers(): unknown[] {
  const other = new DatabaseSync(":memory:");
  try {
    other.exec(traceTables);
    return other.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all();
  } finally {
    other.close();
  }
}
