/** A run that paused for its rewards, and the save that lets it go on. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readRun } from "../runs/list-runs";
import { waitForGoodSave } from "./good-save";
import { resumeOnSave } from "./resume-on-save";
import type { RunHandle } from "./run";
import { temporaryFolder } from "../processes/installation.testing";
import { project, started } from "./runs.testing";

test("the run goes on by itself with the next save that works, and with no other", async () => {
  const options = project("failing", [{ kind: "reasoning-rl", steps: 3 }]);
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  const good = readFileSync(reward, "utf8");
  writeFileSync(reward, "export const correct = () => false;");
  const run = await started(options);
  expect(await run.ended).toMatchObject({ status: "paused" });
  const log: string[] = [];
  const resumed: RunHandle[] = [];
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const over = resumeOnSave(
    run,
    () => options,
    { log: (_, text) => log.push(text) },
    {
      resumed: (next) => resumed.push(next),
      signal: end.signal,
    },
  );
  await expect
    .poll(() => log)
    .toEqual(["failing is waiting for its rewards. It continues when you save ones that work."]);
  writeFileSync(reward, "export const correct = () => {");
  writeFileSync(reward, 'throw new Error("at load"); export const correct = () => 1;');
  await expect.poll(() => log.at(-1), { timeout: 5000 }).toMatch(/does not continue yet:  .* Error: at load/);
  expect(resumed).toEqual([]);
  writeFileSync(reward, good);
  await over;
  expect(resumed).toHaveLength(1);
  expect(readRun(run.folder).record).toMatchObject({ status: "completed", pausedFor: null });
});

test("an import that appears later lets the run go on", async () => {
  const options = project("failing", [{ kind: "reasoning-rl", steps: 1 }]);
  const rewards = join(options.workspaceFolder, "recipes", "rewards");
  const reward = join(rewards, "chain-sum.reward.ts");
  writeFileSync(reward, "export const correct = () => false;");
  const run = await started(options);
  await run.ended;
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const bundled: (string | null)[] = [];
  const over = waitForGoodSave(run.folder, options, run.rewardHash, end.signal).then((hash) => bundled.push(hash));
  writeFileSync(reward, 'import { half } from "./half"; export const correct = () => half;');
  // Two looks of the wait, at least one of them at the reward as it is now.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(bundled).toEqual([]);
  writeFileSync(join(rewards, "half.ts"), "export const half = 0.5;");
  await expect.poll(() => bundled, { timeout: 5000 }).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  await over;
});

test("the wait can be ended, and ends when the run waits for no reward", async () => {
  const options = project("failing", [{ kind: "reasoning-rl", steps: 1 }]);
  const reward = join(options.workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  writeFileSync(reward, "export const correct = () => false;");
  const run = await started(options);
  await run.ended;
  const none = { resumed: () => expect.fail("It must not go on."), signal: AbortSignal.timeout(100) };
  await resumeOnSave(run, () => options, {}, none);
  const done = await started(project("plain", [{ kind: "reasoning-rl", steps: 1 }]));
  await done.ended;
  await resumeOnSave(done, () => options, {}, { ...none, signal: new AbortController().signal });
});

test("the rewards of a run that is recorded elsewhere are waited for where its recipe lies", async () => {
  const { workspaceFolder: sources, ...options } = project("failing", [{ kind: "reasoning-rl", steps: 1 }]);
  const reward = join(sources, "recipes", "rewards", "chain-sum.reward.ts");
  const good = readFileSync(reward, "utf8");
  writeFileSync(reward, "export const correct = () => false;");
  const elsewhere = { ...options, workspaceFolder: temporaryFolder("elsewhere"), sources };
  const run = await started(elsewhere);
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const resumed: RunHandle[] = [];
  const over = resumeOnSave(run, () => elsewhere, {}, { resumed: (next) => resumed.push(next), signal: end.signal });
  await run.ended;
  writeFileSync(reward, good);
  await over;
  expect(resumed).toHaveLength(1);
  expect(readRun(run.folder).record?.status).toBe("completed");
});
