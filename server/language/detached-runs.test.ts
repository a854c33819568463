/** What windows know of runs that go on without them. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { isTaken } from "../runs/os-lock";
import { mendingLock } from "../runs/paths";
import { begun, buildSupervisor, ends, moves } from "../launch/detached.testing";
import { project } from "../launch/runs.testing";
import { attachToRuns } from "./attached-runs";
import { refusalsOf } from "./refused-versions";
import { watchRuns } from "./run-watch";

beforeAll(buildSupervisor);

/** A window on the workspace, as the language server is one. */
function windowOn(workspaceFolder: string) {
  const printed: string[] = [];
  const attached = attachToRuns(({ text }) => printed.push(text));
  const watch = watchRuns(
    [workspaceFolder],
    () => undefined,
    (runs) => attached.look(runs),
  );
  watch.check();
  onTestFinished(() => {
    watch.dispose();
    attached.dispose();
  });
  return { run: () => watch.list()[0], printed };
}

test("a run that paused for its reward goes on once that is mended, in its own process; windows know that it will", async () => {
  const { workspaceFolder, recipeFile } = project("failing", [{ kind: "reasoning-rl", steps: 3 }]);
  const reward = join(workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  const good = readFileSync(reward, "utf8");
  writeFileSync(reward, 'export const correct = () => { throw new Error("boom"); };');
  const window = windowOn(workspaceFolder);
  const { folder } = await begun({ kind: "start", workspaceFolder, recipeFile, stage: null, seed: null });
  await ends(folder, "paused");
  expect(window.run()).toMatchObject({ record: { pausedFor: "reward" }, goesOnWhenMended: true });
  const later = windowOn(workspaceFolder);
  writeFileSync(reward, 'throw new Error("at load"); export const correct = () => 1;');
  await expect
    .poll(() => later.printed.join("\n"), { timeout: 20_000 })
    .toMatch(/failing does not continue yet:  .*Error: at load/);
  writeFileSync(reward, good);
  await ends(folder, "completed");
  // Nobody waits any more.
  await expect.poll(() => isTaken(mendingLock(folder)), { timeout: 20_000 }).toBe(false);
  expect(window.run()).not.toHaveProperty("goesOnWhenMended");
});

test("windows hear at once which version scores while the one on disk cannot be used, and until when", async () => {
  const { workspaceFolder, recipeFile } = project("endless", [{ kind: "reasoning-rl", steps: 10_000 }]);
  const reward = join(workspaceFolder, "recipes", "rewards", "chain-sum.reward.ts");
  const good = readFileSync(reward, "utf8");
  const window = windowOn(workspaceFolder);
  const { folder } = await begun({ kind: "start", workspaceFolder, recipeFile, stage: null, seed: null });
  await moves(folder);
  const refusals = () => refusalsOf(reward, [window.run()!], () => true).map(({ text }) => text);
  expect(refusals()).toEqual([]);
  writeFileSync(reward, `${good}\nexport const half = (`);
  await expect.poll(refusals, { timeout: 20_000 }).toEqual(["v2 does not compile: the run endless scores with v1"]);
  rmSync(reward);
  await expect.poll(refusals, { timeout: 20_000 }).toEqual(["v2 is gone: the run endless scores with v1"]);
  writeFileSync(reward, `${good}\n// Mended.`);
  await expect.poll(refusals, { timeout: 20_000 }).toEqual([]);
});
