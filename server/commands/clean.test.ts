import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { listRuns } from "../runs/list-runs";
import { checkpointsFolder } from "../runs/paths";
import { readRecord, writeRecord } from "../runs/record";
import { runProgram } from "./program";

/** An ended run with four checkpoints of a stage, of which the last is what it gave. */
function workspace(settings?: string): string {
  const folder = temporaryFolder("clean");
  const run = exampleRun(folder);
  for (const step of [10, 20, 30, 40]) {
    const path = join(checkpointsFolder(run), `reasoning-rl-${step}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "model.safetensors"), new Uint8Array(1000));
  }
  writeRecord(run, { ...readRecord(run), status: "completed", process: null });
  if (settings !== undefined) {
    mkdirSync(join(folder, ".vscode"));
    writeFileSync(join(folder, ".vscode", "settings.json"), settings);
  }
  return folder;
}

/** What the command says, and which checkpoints it would delete. */
async function cleaned(folder: string | null, ...typed: string[]): Promise<{ text: string; checkpoints: string[] }> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
  try {
    const line = ["clean", ...(folder === null ? [] : ["--workspace", folder]), ...typed];
    await runProgram({
      installation: { distFolder: join(__dirname, "..", "..", "dist") },
      program: "reasoning-lab",
      typed: line,
    });
  } finally {
    log.mockRestore();
  }
  const text = lines.join("\n");
  return { text, checkpoints: [...text.matchAll(/checkpoint (reasoning-rl-\d+)/g)].map(([, name]) => name!) };
}

test("what stays is as typed, else as the workspace's settings say, and the command names which", async () => {
  const usual = await cleaned(workspace());
  expect(usual.text).toMatch(/last 10 steps \(the default\) and the newest 0 checkpoints \(the default\)/);
  expect(usual.checkpoints).toEqual(["reasoning-rl-10", "reasoning-rl-20", "reasoning-rl-30"]);

  const folder = workspace(`{
    // As the editor reads it.
    "reasoningLab.cleanUp.keepSteps": 3,
    "reasoningLab.cleanUp.keepCheckpoints": 2,
  }`);
  const set = await cleaned(folder);
  expect(set.text).toContain("last 3 steps (reasoningLab.cleanUp.keepSteps in ");
  expect(set.checkpoints).toEqual(["reasoning-rl-10", "reasoning-rl-20"]);

  const typed = await cleaned(folder, "--keep-checkpoints", "3");
  expect(typed.text).toContain("newest 3 checkpoints (--keep-checkpoints)");
  expect(typed.checkpoints).toEqual(["reasoning-rl-10"]);
});

test("settings that say nothing sensible are told, and what is usual stays", async () => {
  const odd = await cleaned(workspace('{ "reasoningLab.cleanUp.keepCheckpoints": "all" }'));
  expect(odd.text).toContain("is no whole number from 0");
  expect(odd.checkpoints).toHaveLength(3);
  expect((await cleaned(workspace("{ no JSON"))).text).toContain("settings.json is not JSON.");
});

test("nothing is deleted by settings that cannot be read, unless how much stays is typed", async () => {
  for (const settings of ['{ "reasoningLab.cleanUp.keepCheckpoints": "all" }', "{ no JSON"]) {
    const folder = workspace(settings);
    await expect(cleaned(folder, "--delete")).rejects.toThrow("Nothing was deleted");
    expect((await cleaned(folder)).checkpoints).toHaveLength(3);
    await cleaned(folder, "--delete", "--keep-steps", "0", "--keep-checkpoints", "3");
    expect((await cleaned(folder)).checkpoints).toEqual(["reasoning-rl-20", "reasoning-rl-30"]);
  }
});

test("of a run that is named the settings of its own workspace hold", async () => {
  const folder = workspace('{ "reasoningLab.cleanUp.keepCheckpoints": 3 }');
  const run = listRuns(folder)[0]!.folder;
  expect((await cleaned(null, run)).checkpoints).toEqual(["reasoning-rl-10"]);
});
