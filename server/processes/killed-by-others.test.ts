/** Processes that somebody else ends, at any moment: what they did is done again, to the same result. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { processState } from "../runs/process-state";
import { runProgramWith } from "../verifiers/code/verify-code";
import { findRewardRuntime } from "./runtime";
import { openSandboxPool } from "./sandboxes/sandbox-pool";
import { temporaryFolder } from "./installation.testing";
import { brief, group, preparePools, testPool } from "./rewards/pools.testing";
import { buildSandbox } from "./sandboxes/sandbox.testing";

beforeAll(preparePools);

/** Processes of a script that this one has started. */
const childrenOf = (script: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && processState(Number(name))?.parent === process.pid)
    .filter((name) => readFileSync(`/proc/${name}/cmdline`, "utf8").includes(script))
    .map(Number);

function killAll(script: string): void {
  const pids = childrenOf(script);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, "SIGKILL");
}

const busy = (milliseconds: number) => `for (const end = Date.now() + ${milliseconds}; Date.now() < end; );`;
const rewardProcess = "reward-process.js";

describe.skipIf(process.platform !== "linux")("a process that somebody else has ended", () => {
  /** Scores of two groups by a reward that says when it begins; it is killed the first so many times. */
  async function scored(kills: number): Promise<unknown> {
    const source = `export const reward = () => { console.log("begun"); ${busy(400)} return 1; };`;
    const { pool, log } = testPool(source, ["reward"]);
    await pool.prepare();
    let begun = 0;
    const killer = setInterval(() => {
      const now = log.filter((line) => line.includes("begun")).length;
      if (now === begun || begun >= kills) return;
      begun = now;
      killAll(rewardProcess);
    }, 5);
    onTestFinished(() => clearInterval(killer));
    const { outcomes } = await pool.score([group("a"), group("b")], 20);
    return outcomes["reward"]!.map((samples) => samples.map(brief));
  }

  test("in mid-scoring: its group is scored again", async () => {
    expect(await scored(1)).toEqual([[1], [1]]);
    expect(await scored(3)).toEqual([[1], [1]]);
  });

  test("each time that the same group is scored: that is the reward's", async () => {
    expect(await scored(4)).toEqual([["ended its process (SIGKILL)"], [1]]);
  });

  test("between two scorings", async () => {
    const { pool } = testPool("export const reward = () => 1;", ["reward"]);
    await pool.prepare();
    killAll(rewardProcess);
    const { outcomes } = await pool.score([group("a")], 20);
    expect(outcomes["reward"]!.flat().map(brief)).toEqual([1]);
  });

  test("while its module is loaded", async () => {
    const source = `console.log("loading"); ${busy(400)} export const reward = () => 1;`;
    const { pool, log } = testPool(source, ["reward"]);
    const ready = pool.prepare();
    await expect.poll(() => log.join("\n"), { interval: 5 }).toContain("loading");
    killAll(rewardProcess);
    await ready;
    const { outcomes } = await pool.score([group("a")], 20);
    expect(outcomes["reward"]!.flat().map(brief)).toEqual([1]);
  });

  test("under a program of a model, which is run again; and at its start", async () => {
    const folder = temporaryFolder("sandbox");
    buildSandbox(folder);
    const script = join(folder, "sandbox.mjs");
    const pool = openSandboxPool({ script, runtime: await findRewardRuntime(""), size: 1 });
    onTestFinished(() => pool.close());
    const run = () =>
      runProgramWith(pool.run, "javascript", `${busy(400)} console.log("done")`, { input: "", timeout: 20 });
    const killed = async (when: () => boolean) => {
      await expect.poll(when, { interval: 1 }).toBe(true);
      killAll(script);
    };
    const atStart = killed(() => childrenOf(script).length > 0);
    expect(await run()).toMatchObject({ status: "passed", stdout: "done\n" });
    await atStart;
    const computed = () => processState(childrenOf(script)[0] ?? 0)?.computed ?? 0;
    const before = computed();
    let over = false;
    const inside = killed(() => computed() > before).then(() => (over = true));
    // Mostly once: a process that the pool has replaced by then has to compute as much first.
    const isOver = () => over;
    while (!isOver()) expect(await run()).toMatchObject({ status: "passed", stdout: "done\n" });
    await inside;
  });
});
