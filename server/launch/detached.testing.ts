/** Runs with a supervisor of their own, for tests. */
import { delimiter, join } from "node:path";
import { buildSync } from "esbuild";
import { expect, onTestFinished, vi } from "vitest";
import { sendCommand, type WhenClosed } from "../runs/live-run";
import { readRun } from "../runs/list-runs";
import { isTaken } from "../runs/os-lock";
import { supervisorLock } from "../runs/paths";
import { readRecord } from "../runs/record";
import type { SupervisorTask } from "../protocol/supervisor";
import { startDetached } from "./detached";
import { installation } from "./runs.testing";

const server = join(__dirname, "..");

/** Before the first run. */
export function buildSupervisor(): void {
  buildSync({
    entryPoints: {
      launcher: join(server, "processes", "launcher-process.ts"),
      supervisor: join(server, "supervisor-process.ts"),
    },
    outdir: installation.distFolder,
    bundle: true,
    platform: "node",
    target: "node22",
    logLevel: "silent",
    external: ["esbuild"],
    mainFields: ["module", "main"],
  });
  // Where the built product has esbuild beside it.
  vi.stubEnv("NODE_PATH", [join(server, "..", "node_modules"), process.env["NODE_PATH"]].join(delimiter));
}

export const options = (whenClosed: WhenClosed, closedAfter = 60_000) => ({
  installation,
  nodePath: "",
  version: "0",
  live: { origin: "editor" as const, whenClosed, closedAfter },
});

/** Starts it in this process as in a window; ended when the test is. */
export async function begun(task: SupervisorTask, whenClosed: WhenClosed = "keepRunning", closedAfter?: number) {
  const { folder, notice } = await startDetached(task, options(whenClosed, closedAfter));
  onTestFinished(async () => {
    const { process: works, status } = readRecord(folder);
    if (status !== "running" || works?.token === undefined) return;
    sendCommand(folder, works.token, { type: "kill" });
    await expect.poll(() => isTaken(supervisorLock(folder)), { timeout: 20_000 }).toBe(false);
  });
  return { folder, notice };
}

export const stepOf = (folder: string): number => readRun(folder).record?.stages[0]?.step ?? 0;
export const moves = (folder: string, beyond = 0) =>
  expect.poll(() => stepOf(folder), { timeout: 20_000 }).toBeGreaterThan(beyond);
export const ends = (folder: string, status: string) =>
  expect.poll(() => readRecord(folder).status, { timeout: 20_000 }).toBe(status);
