/** Runs that go on without the window that started them, seen from windows that come and go. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readLiveState, readLog, sendCommand, windowsLock } from "../runs/live-run";
import { runFolders } from "../runs/list-runs";
import { isTaken, shareLock } from "../runs/os-lock";
import { liveFolder, supervisorLock } from "../runs/paths";
import { readRecord } from "../runs/record";
import { otherProcess } from "../runs/processes.testing";
import { startDetached } from "./detached";
import type { SupervisorTask } from "../protocol/supervisor";
import { begun, buildSupervisor, ends, moves, options, stepOf } from "./detached.testing";
import { project } from "./runs.testing";

beforeAll(buildSupervisor);

const endless = (): SupervisorTask => {
  const { workspaceFolder, recipeFile } = project("endless", [{ kind: "cold-start", steps: 10_000 }]);
  return { kind: "start", workspaceFolder, recipeFile, stage: null, seed: null };
};

test("a run goes on when the process that started it is killed; another window sees how far it is, and stops it", async () => {
  const task = endless();
  if (task.kind !== "start") throw new Error("It is started.");
  const window: ChildProcess = otherProcess(
    `import { startDetached } from "../launch/detached";
     startDetached(${JSON.stringify(task)}, ${JSON.stringify(options("keepRunning"))})
       .then(({ folder }) => process.send(folder), (error) => process.send(error.message));
     setInterval(() => undefined, 1e6);`,
  );
  const [folder] = (await once(window, "message")) as [string];
  expect(folder).toBe(runFolders(task.workspaceFolder)[0]);
  await moves(folder);
  window.kill("SIGKILL");
  await once(window, "exit");
  await moves(folder, stepOf(folder));
  const { process: works } = readRecord(folder);
  const token = works!.token!;
  await expect.poll(() => readLiveState(folder, token)?.progress?.step ?? 0).toBeGreaterThan(0);
  expect(readLiveState(folder, token)).toMatchObject({
    origin: "editor",
    stopping: false,
    limits: { reason: expect.stringContaining("Reward") as unknown },
  });
  // Under another claim it says nothing, and is asked for nothing.
  expect(readLiveState(folder, "another")).toBeNull();
  sendCommand(folder, "another", { type: "kill" });
  sendCommand(folder, token, { type: "stop" });
  await ends(folder, "stopped");
  await expect.poll(() => isTaken(supervisorLock(folder)), { timeout: 20_000 }).toBe(false);
  expect(readdirSync(liveFolder(folder)).filter((name) => !/\.lock$|^log/.test(name))).toEqual([]);
});

test("a window's run is resumed in a process of its own; what is not as it was is asked about, what is wrong is told", async () => {
  const started = await begun(endless());
  await moves(started.folder);
  await expect(begun({ kind: "resume", folder: started.folder })).rejects.toThrow(/is running/);
  sendCommand(started.folder, readRecord(started.folder).process!.token!, { type: "stop" });
  await ends(started.folder, "stopped");
  await expect.poll(() => isTaken(supervisorLock(started.folder)), { timeout: 20_000 }).toBe(false);
  const step = stepOf(started.folder);
  const resume = { ...options("keepRunning"), version: "1" };
  await expect(startDetached({ kind: "resume", folder: started.folder }, resume)).rejects.toMatchObject({
    changes: [expect.stringContaining("Another version")],
  });
  const { folder } = await begun({ kind: "resume", folder: started.folder });
  expect(folder).toBe(started.folder);
  await moves(folder, step);
  const { workspaceFolder, recipeFile } = project("plain", [{ kind: "cold-start", step: 3 }]);
  const wrong = begun({ kind: "start", workspaceFolder, recipeFile, stage: null, seed: null });
  await expect(wrong).rejects.toThrow(/test\.lab\.json:\d+:\d+: Unknown key "step"/);
  await expect(wrong).rejects.toMatchObject({
    remedy: { kind: "open", file: recipeFile, line: expect.any(Number) as number },
  });
  expect(existsSync(join(workspaceFolder, ".reasoning-lab"))).toBe(false);
});

test("with the setting, a run stops with a checkpoint once no window is left, and says why", async () => {
  const { folder } = await begun(endless(), "stop", 3000);
  let presence: ReturnType<typeof shareLock> = null;
  await expect.poll(() => (presence ??= shareLock(windowsLock(folder)))).not.toBeNull();
  await moves(folder);
  const seen = stepOf(folder);
  await moves(folder, seen + 200);
  presence!.release();
  await ends(folder, "stopped");
  const record = readRecord(folder);
  expect(record.message).toContain("The last window on its workspace was closed");
  expect(existsSync(join(folder, "checkpoints", `cold-start-${record.stages[0]!.step}`))).toBe(true);
});

test("what a run says is read from its log, by who comes late too", async () => {
  const { folder } = await begun({ ...endless() });
  await moves(folder);
  sendCommand(folder, readRecord(folder).process!.token!, { type: "kill" });
  await ends(folder, "interrupted");
  expect(readRecord(folder).message).toMatch(/^The run was ended at once/);
  const { entries, cursor } = readLog(folder, 0);
  expect(readLog(folder, cursor)).toEqual({ entries: [], cursor });
  expect(cursor).toBe(
    existsSync(join(liveFolder(folder), "log.jsonl")) ? readFileSync(join(liveFolder(folder), "log.jsonl")).length : 0,
  );
  expect(entries.every(({ text }) => text.length > 0)).toBe(true);
});
