import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, expect, test, vi } from "vitest";
import { otherProcess } from "../runs/processes.testing";
import { makeScratchFolder, sweepScratchFolders } from "./scratch-folder";
import { temporaryFolder } from "./installation.testing";

const variable = process.platform === "win32" ? "TEMP" : "TMPDIR";
let base: string;
beforeEach(() => {
  base = temporaryFolder("base");
  vi.stubEnv(variable, base);
  return () => vi.unstubAllEnvs();
});

/** Folders that somebody made, without their locks; other things of the tests lie beside them. */
const scratch = (): string[] =>
  all()
    .filter((name) => !name.endsWith(".lock"))
    .map((name) => join(base, name));
const all = (): string[] => readdirSync(base).filter((name) => name.startsWith("reasoning-lab-scratch-"));

/** A process that has made a folder and keeps it; the folder. */
async function otherFolder() {
  const child = otherProcess(`
    import { makeScratchFolder } from "../processes/scratch-folder";
    import { writeFileSync } from "node:fs";
    const { path } = makeScratchFolder();
    writeFileSync(path + "/bundle.mjs", "x");
    process.send(path);
    setInterval(() => undefined, 1e6);`);
  const [path] = (await once(child, "message")) as [string];
  return { child, path };
}

test("what a killed process left is deleted by the next one, and what others work with is not", async () => {
  const own = makeScratchFolder();
  const [killed, living] = [await otherFolder(), await otherFolder()];
  killed.child.kill("SIGKILL");
  await once(killed.child, "exit");
  expect(scratch()).toHaveLength(3);
  const next = makeScratchFolder();
  expect(existsSync(killed.path)).toBe(false);
  expect(readdirSync(living.path)).toContain("bundle.mjs");
  expect(existsSync(own.path)).toBe(true);
  next.remove();
  own.remove();
  expect(scratch()).toEqual([living.path]);
});

test("a process that ends by itself, or is ended at once, leaves nothing", async () => {
  const child = otherProcess(`
    import { makeScratchFolder } from "../processes/scratch-folder";
    makeScratchFolder();
    process.exit(3);`);
  await once(child, "exit");
  expect(all()).toEqual([]);
});

test("a process that is killed at any moment of making a folder leaves nothing that the next one does not delete", async () => {
  const source = `
    import { makeScratchFolder } from "../processes/scratch-folder";
    process.send("begun");
    for (;;) makeScratchFolder().remove();`;
  for (let times = 0; times < 10; times++) {
    const child = otherProcess(source);
    await once(child, "message");
    await pause(times);
    child.kill("SIGKILL");
    await once(child, "exit");
    sweepScratchFolders();
    expect(all()).toEqual([]);
  }
});

test("of processes that begin at the same moment each has its own folder", async () => {
  const all = await Promise.all([otherFolder(), otherFolder(), otherFolder(), otherFolder()]);
  expect(new Set(all.map(({ path }) => path)).size).toBe(4);
  for (const { path } of all) expect(existsSync(path)).toBe(true);
});

test("nothing of others is touched", () => {
  const names = ["reasoning-lab-scratch-a", "reasoning-lab-scratch-b.lock", "reasoning-lab-c", "reasoning-lab-c.lock"];
  for (const name of names) {
    mkdirSync(join(base, name));
    writeFileSync(join(base, name, "file"), "");
    utimesSync(join(base, name), 1, 1);
  }
  writeFileSync(join(base, "reasoning-lab-scratch-file"), "");
  writeFileSync(join(base, "reasoning-lab-scratch-other.lock"), "no lock of ours");
  const before = readdirSync(base);
  sweepScratchFolders();
  expect(readdirSync(base)).toEqual(before);
});

test("a folder for temporary files that is missing, or is none, is named with what to do", () => {
  rmSync(base, { recursive: true });
  expect(makeScratchFolder).toThrow(
    `The folder for temporary files, ${base}, cannot be used: it is missing. Fix this, or set ${variable}`,
  );
  writeFileSync(base, "");
  expect(makeScratchFolder).toThrow(`${base}, cannot be used: ${base} is a file, not a folder.`);
});
