/** What killed processes leave in the folders of runs, and who clears it. */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { exampleRun, temporaryFolder } from "./example-run";
import { runFolders } from "./list-runs";
import { checkpointsFolder, recordPath, reportPath, runsFolder } from "./paths";
import { otherProcess } from "./processes.testing";
import { openRunWriter } from "./writer";

/** A process that goes on copying what its new run begins with until it is killed. */
async function makingRun(workspace: string) {
  const child = otherProcess(
    `import { claimRun } from "./claim";
     import { exampleRun } from "./example-run";
     import { writeFileSync } from "node:fs";
     const fill = (folder) => {
       writeFileSync(folder + "/checkpoints/half", "x".repeat(1000));
       process.send("filling");
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     };
     exampleRun(process.argv[2], { claim: claimRun, fill });`,
    workspace,
  );
  await once(child, "message");
  return child;
}

test("a run that was killed while it was made is gone with the next start; others that are made are not, and nobody lists them", async () => {
  const workspace = temporaryFolder("half");
  const [killed, going] = [await makingRun(workspace), await makingRun(workspace)];
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(readdirSync(runsFolder(workspace))).toHaveLength(2);
  expect(runFolders(workspace)).toEqual([]);
  const made = exampleRun(workspace);
  expect(readdirSync(runsFolder(workspace))).toHaveLength(2);
  expect(runFolders(workspace)).toEqual([made]);
  going.kill("SIGKILL");
  await once(going, "exit");
  const last = exampleRun(workspace);
  expect(readdirSync(runsFolder(workspace)).sort()).toEqual([made, last].map((folder) => basename(folder)).sort());
});

test("a run whose record was deleted is no such run", () => {
  const workspace = temporaryFolder("half");
  const run = exampleRun(workspace);
  openRunWriter(run).close();
  rmSync(recordPath(run));
  utimesSync(run, 1, 1);
  exampleRun(workspace);
  expect(existsSync(checkpointsFolder(run))).toBe(true);
  expect(runFolders(workspace)).toHaveLength(2);
});

test("an empty folder that stays so goes, one that is new stays", () => {
  const workspace = temporaryFolder("half");
  const [old, fresh] = [join(runsFolder(workspace), "a"), join(runsFolder(workspace), "b")];
  for (const folder of [old, fresh]) mkdirSync(folder, { recursive: true });
  utimesSync(old, 1, 1);
  exampleRun(workspace);
  expect([old, fresh].map((folder) => existsSync(folder))).toEqual([false, true]);
});

test("files that were being replaced when their process was killed go when the run is written again", () => {
  const run = exampleRun();
  const checkpoint = join(checkpointsFolder(run), "rl-1");
  mkdirSync(checkpoint);
  const left = [
    `${recordPath(run)}.4711.tmp`,
    `${recordPath(run)}.4712.tmp`,
    `${reportPath(run, "rl")}.4711.tmp`,
    join(run, "datasets", "rl.jsonl.4711.tmp"),
    join(checkpoint, "README.md.4711.tmp"),
  ];
  const own = [reportPath(run, "rl"), join(checkpoint, "weights.tmp")];
  for (const file of [...left, ...own]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "half");
  }
  openRunWriter(run).close();
  expect(left.filter((file) => existsSync(file))).toEqual([]);
  expect(own.filter((file) => existsSync(file))).toEqual(own);
  expect(existsSync(recordPath(run))).toBe(true);
});
