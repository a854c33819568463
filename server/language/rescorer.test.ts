/** Re-scorings of a window: in processes that are ended, with what runs in them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { Installation } from "../processes/installation";
import { testInstallation } from "../processes/installation.testing";
import { score, storedRun } from "../scoring/rescore.testing";
import { openRescorer } from "./rescorer";

const server = join(__dirname, "..");
let installation: Installation;
beforeAll(() => {
  installation = testInstallation();
  buildSync({
    bundle: true,
    platform: "node",
    target: "node22",
    logLevel: "silent",
    mainFields: ["module", "main"],
    // Found from wherever the bundle lies.
    alias: { esbuild: require.resolve("esbuild") },
    external: [require.resolve("esbuild")],
    entryPoints: [join(server, "trace-process.ts")],
    outdir: installation.distFolder,
  });
});

const stored = (source: string) =>
  storedRun({
    source,
    rewards: { reward: 1 },
    steps: 2,
    groups: 2,
    samples: 4,
    completion: (_step, _group, sample) => String(sample),
    said: (completion) => ({ reward: score(Number(completion)) }),
  });

/** Processes that were started from the installation. */
const running = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const typed = readFileSync(`/proc/${name}/cmdline`, "utf8");
        return typed.includes(installation.distFolder) && !typed.includes("watchdog") ? [Number(name)] : [];
      } catch {
        return [];
      }
    });

test("what comes of one is known of its run and file, until the file is saved again", async () => {
  const run = stored("export const reward = () => 1;");
  const rescorer = openRescorer(installation, () => undefined);
  onTestFinished(() => rescorer.close());
  const params = { folder: run.folder, reward: { file: run.file, export: null }, nodePath: "" };
  const found = await rescorer.run("saved", { ...params, steps: "newest" });
  expect(found).toMatchObject({ all: { samples: 8, total: { old: 1.5, new: 1 } }, steps: [{ step: 2 }] });
  expect(rescorer.saved(run.file)).toEqual(found);
  const all = await rescorer.run("asked", { ...params, steps: "all" });
  expect(rescorer.of(run.folder)).toEqual([all, found]);
  rescorer.forget(run.file);
  expect(rescorer.saved(run.file)).toBeNull();
  await expect(rescorer.run("asked", { ...params, folder: join(run.workspace, "gone"), steps: "all" })).rejects.toThrow(
    /gone/,
  );
});

test.runIf(process.platform === "linux")(
  "the next one ends the one before, with the processes that score",
  async () => {
    const run = stored("export const reward = () => { for (;;); };");
    const rescorer = openRescorer(installation, () => undefined);
    onTestFinished(() => rescorer.close());
    const params = {
      folder: run.folder,
      reward: { file: run.file, export: null },
      steps: "newest",
      nodePath: "",
    } as const;
    const hangs = rescorer.run("saved", params);
    // The reader, and a process that scores.
    await expect.poll(() => running().length, { timeout: 10_000 }).toBeGreaterThan(1);
    const before = running();
    writeFileSync(run.file, "export const reward = () => 2;");
    const next = rescorer.run("saved", params);
    expect(await hangs).toBeNull();
    expect(await next).toMatchObject({ all: { total: { new: 2 } } });
    await expect.poll(() => running().filter((pid) => before.includes(pid)), { timeout: 10_000 }).toEqual([]);
  },
);
