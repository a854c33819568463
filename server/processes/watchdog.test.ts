/** The process that ends the others when their supervisor is gone. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { processState } from "../runs/process-state";
import { otherProcess } from "../runs/processes.testing";
import { testInstallation } from "./installation.testing";

function ofThisTest<T extends ChildProcess>(child: T): T {
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** A process that has ended and that its parent, which never asks, keeps in the system's list. */
async function zombie(): Promise<number> {
  // It ends after its parent is no shell any more: one would ask.
  const parent = ofThisTest(spawn("/bin/sh", ["-c", "sleep 0.3 & echo $!; exec sleep 1000"], { stdio: "pipe" }));
  const pid = Number(String((await once(parent.stdout, "data"))[0]));
  await expect.poll(() => processState(pid), { timeout: 30_000 }).toMatchObject({ ended: true, parent: parent.pid });
  return pid;
}

test.skipIf(process.platform !== "linux")("nobody waits for a trainer that has ended unnoticed", async () => {
  const pid = await zombie();
  const script = join(testInstallation().distFolder, "watchdog.js");
  const watchdog = ofThisTest(spawn(process.execPath, [script], { stdio: ["pipe", "ignore", "ignore"] }));
  const over = once(watchdog, "exit");
  watchdog.stdin.end(`~${pid}\n`);
  expect(await over).toEqual([0, null]);
});

/** Starts a process that never ends, has it watched, and says its number. */
const startsLoop = `
  import { spawn } from "node:child_process";
  import { endWithUs } from "../processes/watchdog";
  const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  endWithUs(child, process.argv[2]);
  process.send(child.pid);
  setInterval(() => undefined, 1e6);
`;

/** Whether it computes; null: it is gone. */
async function computes(pid: number): Promise<boolean | null> {
  const before = processState(pid);
  await pause(300);
  const after = processState(pid);
  return before === null || after === null || after.ended ? null : after.computed > before.computed;
}

test.skipIf(process.platform !== "linux")(
  "what loops is held still while its supervisor is stopped, goes on with it, and ends with it",
  async () => {
    const supervisor = otherProcess(startsLoop, join(testInstallation().distFolder, "reward-process.js"));
    const [pid] = (await once(supervisor, "message")) as [number];
    const becomes = (state: boolean | null) => expect.poll(() => computes(pid), { timeout: 30_000 }).toBe(state);
    await becomes(true);
    supervisor.kill("SIGSTOP");
    await becomes(false);
    supervisor.kill("SIGCONT");
    await becomes(true);
    supervisor.kill("SIGKILL");
    await becomes(null);
  },
);

test.skipIf(process.platform !== "linux")(
  "what loops ends with its supervisor also when its watchdog was ended before",
  async () => {
    const script = join(testInstallation().distFolder, "reward-process.js");
    const supervisor = otherProcess(startsLoop, script);
    const [pid] = (await once(supervisor, "message")) as [number];
    const watchdogs = () =>
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name) && processState(Number(name))?.parent === supervisor.pid)
        .filter((name) => readFileSync(`/proc/${name}/cmdline`, "utf8").includes("watchdog.js"))
        .map(Number);
    await expect.poll(watchdogs, { timeout: 30_000 }).toHaveLength(1);
    const [first] = watchdogs();
    // One that could not even begin is not started again.
    await pause(500);
    process.kill(first!, "SIGKILL");
    await expect.poll(() => watchdogs().filter((other) => other !== first), { timeout: 30_000 }).toHaveLength(1);
    supervisor.kill("SIGKILL");
    await expect.poll(() => computes(pid), { timeout: 30_000 }).toBe(null);
  },
);
