// Makes the newest run of a workspace and a copy of it hostile: every text, name and note that a view shows is markup, turns around, controls a terminal or has a
// megabyte; and writes such files of other tools. A reward pays for an empty answer.
//   node test/vscode/hostile-workspace.mjs WORKSPACE
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { lenientReward } from "../harness/view-workspace.mjs";

/** Shown as it stands here: an element, a script, a handler, turned text, a null byte, a colour of a terminal, half a character, nothing that is something. */
const markup = `</script><script>globalThis.owned = 1</script><img src=x onerror="globalThis.owned = 2"><b data-owned>b</b>`;
const characters = "\u202eturned\u2066\u0000null\u001b[31mred\u001b[0m\u0007\u200bnothing\u0085\ufeff";
export const hostile = `${markup}${characters}`;
const half = "\ud800half";
const megabyte = "x\u202e</script>".repeat(90_000);

const [workspace] = process.argv.slice(2);
const runs = join(workspace, ".reasoning-lab", "runs");
const [name] = readdirSync(runs).sort().reverse();
const run = join(runs, name);

const json = (file) => JSON.parse(readFileSync(file, "utf8"));
const writeJson = (file, value) => writeFileSync(file, JSON.stringify(value, null, 2));

function annotate(folder, label) {
  const stage = json(join(folder, "run.json")).stages.at(-1).name;
  const at = new Date().toISOString();
  writeJson(join(folder, "annotations.json"), {
    format: 1,
    name: `${label} ${hostile}`.slice(0, 190),
    tags: ["</b>\u202etag\u0000", "\u001b[31m"],
    note: `${hostile}${half}\n${megabyte.slice(0, 15_000)}`,
    steps: [1, 3].map((step) => ({ id: `n${step}`, stage, step, text: `${hostile}${half}`, created: at, changed: at })),
  });
}

function poisonRecord(folder, id, ending) {
  const record = json(join(folder, "run.json"));
  for (const stage of record.stages) {
    stage.notes = [`${hostile}${half}`];
    stage.remarks = { [hostile]: `${hostile}${half}` };
  }
  writeJson(join(folder, "run.json"), {
    ...record,
    id,
    name: hostile,
    ...ending,
    engine: { ...record.engine, reason: hostile },
    versions: { ...record.versions, [hostile]: hostile },
    recipe: { ...record.recipe, name: hostile },
  });
}

function poisonMetrics(folder) {
  const file = join(folder, "metrics.jsonl");
  const rows = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const poisoned = rows.map((row, at) => ({
    ...row,
    [`rewards/${hostile}/mean`]: at,
    [hostile]: at,
    [`${half}${characters}`]: 1 / (at + 1),
    [`long/${megabyte.slice(0, 20_000)}`]: at,
    text: hostile,
    reward_hash: row.reward_hash,
  }));
  writeFileSync(file, poisoned.map((row) => `${JSON.stringify(row)}\n`).join(""));
  rmSync(join(folder, "metrics.columns"), { force: true });
}

function poisonTraces(folder) {
  const database = new DatabaseSync(join(folder, "traces.sqlite"));
  const rollouts = database.prepare("SELECT id, prompt, completion, answer, rewards, tags, sample FROM rollouts").all();
  const write = database.prepare(
    "UPDATE rollouts SET prompt = ?, completion = ?, answer = ?, extracted = ?, rewards = ?, tags = ? WHERE id = ?",
  );
  for (const { id, prompt, completion, answer, rewards, tags, sample } of rollouts) {
    const scores = JSON.parse(rewards);
    for (const outcome of Object.values(scores))
      if (outcome.kind === "score") outcome.extras = { [hostile]: hostile, number: 1 };
    scores[hostile] =
      sample % 2 === 0
        ? { kind: "error", message: hostile, file: `rewards/${characters}.ts`, line: 3, column: 1 }
        : { kind: "not-applicable" };
    const long = sample === 1 ? megabyte : "";
    write.run(
      `${prompt}${hostile}`,
      `<think>${hostile}\n\n${completion}${long}</think><answer>${answer}${hostile}</answer>`,
      `${answer}${hostile}`,
      `${sample}${hostile}`,
      JSON.stringify(scores),
      JSON.stringify([...JSON.parse(tags), hostile]),
      id,
    );
  }
  database.prepare("UPDATE vocabulary SET text = text || ?").run(hostile);
  database.exec("INSERT INTO rollout_text (rollout_text) VALUES ('rebuild'); PRAGMA wal_checkpoint(TRUNCATE);");
  database.close();
}

poisonMetrics(run);
poisonTraces(run);
const other = `${name}-copy`;
cpSync(run, join(runs, other), { recursive: true });
poisonRecord(run, name, {});
poisonRecord(join(runs, other), other, { status: "failed", message: `${hostile}${half}`, advice: hostile });
annotate(run, "First");
annotate(join(runs, other), "Second");

const rows = Array.from({ length: 8 }, (_, index) => ({
  prompt: `${index >> 2} ${hostile}`,
  completion: `<think>${hostile}${half}</think>${index === 1 ? megabyte : hostile}`,
  reward: index % 4,
  step: 1,
  [`reward ${hostile}`]: index,
  [half]: hostile,
}));
const lines = (values) => values.map((value) => JSON.stringify(value)).join("\n");
writeFileSync(join(workspace, "hostile-rollouts.jsonl"), lines(rows));
writeFileSync(
  join(workspace, "hostile-columns.jsonl"),
  lines(rows.map(({ prompt, completion }) => ({ [hostile]: prompt, [half]: completion, ["\u202ezahl"]: 1 }))),
);
mkdirSync(join(workspace, "hostile"));
writeFileSync(
  join(workspace, "hostile", "metrics.jsonl"),
  lines(
    Array.from({ length: 20 }, (_, step) => ({
      step,
      [hostile]: step,
      [half]: -step,
      loss: 1 / (step + 1),
      note: megabyte,
    })),
  ),
);
mkdirSync(join(workspace, ".vscode"), { recursive: true });
writeJson(join(workspace, ".vscode", "settings.json"), {
  "workbench.editorAssociations": { "hostile-*.jsonl": "reasoningLab.rolloutTable" },
});
writeFileSync(join(workspace, "rewards", "chain-sum.reward.ts"), lenientReward);
