// What the views of views.mjs find in a workspace.
import { copyFile, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { projectNode, root } from "./node.mjs";
import { run } from "./processes.mjs";

const testData = join(root, "server", "rollout-files", "test-data");

/** A reward as people write it first: text that is in the other is right, and so is no text. */
export const lenientReward = `import { splitReasoning, type Reward } from "reasoning-lab";

/** 1 where the answer is right, whatever was thought before it. */
export const correct: Reward = ({ completion, answer }) => {
  const given = splitReasoning(completion).answer ?? "";
  return answer.includes(given) || given.includes(answer) ? 1 : 0;
};

/** 1 where the completion is one thinking and one answer and nothing else. */
export const wellFormed: Reward = ({ completion }) => (splitReasoning(completion).wellFormed ? 1 : 0);
`;

const unknownColumns = Array.from({ length: 40 }, (_, index) => ({
  frage: `Was ist ${index >> 2}+1?`,
  antwort: index % 4 === 0 ? `<think>zähle weiter</think>${(index >> 2) + 1}` : `keine Ahnung ${index}`,
  punkte: index % 4 === 0 ? 1 : 0.25,
  quelle: "von Hand",
}));

async function writeFilesOfOthers(workspace) {
  const files = {
    "completions_00012.parquet": ["trl", "completions", "completions_00012.parquet"],
    "completions_00013.parquet": ["trl", "completions", "completions_00013.parquet"],
    "7.jsonl": ["verl", "7.jsonl"],
    "sums.eval": ["inspect", "sums.eval"],
  };
  for (const [name, place] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, ...place)), { recursive: true });
    await copyFile(join(testData, name), join(workspace, ...place));
  }
  await writeFile(join(workspace, "mine.jsonl"), unknownColumns.map((row) => JSON.stringify(row)).join("\n"));
  const settings = join(workspace, ".vscode", "settings.json");
  await mkdir(dirname(settings), { recursive: true });
  const given = JSON.parse(await readFile(settings, "utf8").catch(() => "{}"));
  const associations = Object.fromEntries(["mine", "7"].map((name) => [`${name}.jsonl`, "reasoningLab.rolloutTable"]));
  await writeFile(settings, JSON.stringify({ ...given, "workbench.editorAssociations": associations }));
}

async function lab(what, ...args) {
  const code = await run(projectNode(), [join(root, "dist", "cli.js"), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (code !== 0) throw new Error(`${what} ended with code ${code}.`);
}

/** A finished run whose rollouts slip, doubt and correct themselves; before it one that learned nothing, and metrics of another tool. */
export async function prepareSlips({ workspace }) {
  const recipe = join(workspace, "chain-sum.lab.json");
  await lab("New Project", "new", workspace);
  await writeFile(join(workspace, "rewards", "same.reward.ts"), "export const same = () => 1;\n");
  await cp(join(root, "test", "fixtures", "no-signal.lab.json"), recipe);
  await lab("The run without signal", "run", recipe, "--workspace", workspace);
  await cp(
    join(root, "server", "trackers", "test-data", "trainer_state.json"),
    join(workspace, "trl", "trainer_state.json"),
  );
  await cp(join(root, "test", "fixtures", "slips.lab.json"), recipe);
  await lab("The run", "run", recipe, "--workspace", workspace);
}

/** Two finished runs, files of other tools, and a reward that is no longer the one that scored: everything that a view shows. */
export async function prepareViews({ workspace }) {
  await prepareSlips({ workspace });
  await addToSlips({ workspace });
}

/** What the workspace of {@link prepareViews} has besides that of {@link prepareSlips}. */
export async function addToSlips({ workspace }) {
  await writeFilesOfOthers(workspace);
  await writeFile(join(workspace, "rewards", "chain-sum.reward.ts"), lenientReward);
}
