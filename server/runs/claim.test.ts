/** Many processes that want the same run: one has it. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { afterWriter, claimRun, RunHeldError, writeUnder } from "./claim";
import { exampleRun } from "./example-run";
import { isTaken, shareLock, takeLock } from "./os-lock";
import { supervisorLock } from "./paths";
import { readRecord, writeRecord } from "./record";
import { otherProcess } from "./processes.testing";
import { openRunWriter } from "./writer";

/** Claims the run it is given when it is told to, says whether it has it, and keeps it. */
const claimant = `
  import { claimRun } from "./claim";
  process.on("message", () => {
    try { claimRun(process.argv[2]); process.send("claimed"); } catch (error) { process.send(error.message); }
  });
  process.send("ready");
`;

const said = async (child: ChildProcess): Promise<unknown> => ((await once(child, "message")) as unknown[])[0];

test("of many claims at the same moment one goes on, the others say who has it; a killed process lets go", async () => {
  const folder = exampleRun();
  for (let round = 0; round < 2; round++) {
    const children = Array.from({ length: 5 }, () => otherProcess(claimant, folder));
    await Promise.all(children.map(said));
    const answers = Promise.all(children.map(said));
    for (const child of children) child.send("go");
    const all = await answers;
    expect(all.filter((answer) => answer === "claimed")).toHaveLength(1);
    for (const answer of all.filter((each) => each !== "claimed"))
      expect(answer).toMatch(/is running \(process \d+ on .*\)\. Stop it first\./);
    expect(isTaken(supervisorLock(folder))).toBe(true);
    expect(() => claimRun(folder)).toThrow(RunHeldError);
    const ends = children.map((child) => once(child, "exit"));
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(ends);
    expect(isTaken(supervisorLock(folder))).toBe(false);
  }
  claimRun(folder).release();
});

test("who only looks whether a lock is held, or shares it, is told apart from who has it", () => {
  const path = supervisorLock(exampleRun());
  expect(isTaken(path)).toBeNull();
  claimRun(readFolder(path)).release();
  const one = shareLock(path)!;
  const other = shareLock(path)!;
  expect(isTaken(path)).toBe(false);
  expect(takeLock(path)).toBeNull();
  one.release();
  other.release();
  const alone = takeLock(path)!;
  expect(shareLock(path)).toBeNull();
  alone.release();
  // What is no lock is neither opened nor taken.
  writeFileSync(path, "mine");
  expect(isTaken(path)).toBeNull();
  expect(() => takeLock(path)).toThrow(/is not a valid lock/);
});

const readFolder = (lock: string): string => lock.replace(/[\\/]live[\\/].*$/, "");

test("a trainer of an earlier claim writes nothing any more, and one that still writes is waited for", async () => {
  const folder = exampleRun();
  const claim = claimRun(folder);
  onTestFinished(() => claim.release());
  const under = (token: string) =>
    writeRecord(folder, { ...readRecord(folder), process: { pid: process.pid, host: "here", token } });
  under("earlier");
  const writing = await writeUnder("earlier", folder, () => true);
  expect(writing).not.toBeNull();
  const late = openRunWriter(folder, "earlier");
  late.update((record) => record);
  const waits: string[] = [];
  const next = afterWriter(folder, (text) => waits.push(text));
  await expect.poll(() => waits.length, { timeout: 5000 }).toBe(1);
  expect(waits[0]).toMatch(/lost its supervisor \(process \d+ on here\) is still saving its checkpoint/);
  writing!.release();
  const lock = await next;
  under(claim.token);
  lock.release();
  expect(await writeUnder("earlier", folder, () => true)).toBeNull();
  expect(await writeUnder(claim.token, folder, () => false)).toBeNull();
  expect(() => late.update((record) => ({ ...record, status: "stopped" }))).toThrow(/Another process took over/);
  expect(() => late.saveCheckpoint("reasoning-rl", 1, { "a.txt": "" })).toThrow(/Another process took over/);
  expect(readRecord(folder)).toMatchObject({ status: "running", process: { token: claim.token } });
  expect(() => openRunWriter(folder, "earlier")).toThrow(/Another process took over/);
  late.close();
});
