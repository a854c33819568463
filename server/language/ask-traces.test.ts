/** Stores that never end, and processes that do, take nothing from the language server but their own answer. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { exampleRollout, exampleRun, temporaryFolder } from "../runs/example-run";
import { tracesPath } from "../runs/paths";
import { endlessRun } from "../runs/endless-store.testing";
import { openTraceWriter } from "../runs/trace-writer";
import type { Installation } from "../processes/installation";
import { unpackedFloats, unpackedInts } from "../shared/packed-numbers";
import { openTraceAsker } from "./ask-traces";

const server = join(__dirname, "..");
let installation: Installation;
beforeAll(() => {
  installation = { distFolder: temporaryFolder("dist") };
  buildSync({
    bundle: true,
    platform: "node",
    target: "node22",
    logLevel: "silent",
    external: ["esbuild"],
    // As the product is built: one of its packages loads its parts by names that are made at run time in its other form.
    mainFields: ["module", "main"],
    entryPoints: {
      "trace-process": join(server, "trace-process.ts"),
      watchdog: join(server, "processes", "watchdog-process.ts"),
    },
    outdir: installation.distFolder,
  });
});

function asker(seconds: number, of = installation) {
  const printed: string[] = [];
  const traces = openTraceAsker(of, { seconds, log: (text) => printed.push(text) });
  onTestFinished(() => traces.close());
  return { traces, printed };
}

function goodRun(): string {
  const folder = exampleRun();
  const writer = openTraceWriter(folder);
  writer.recordRollouts([0, 1].map((sample) => exampleRollout({ sample, reward: sample })));
  writer.recordVocabulary(["a", "6", "b"]);
  writer.close();
  return folder;
}

const all = { stage: null, step: null, purpose: null, group: null, text: "", where: "" } as const;
const key = { stage: "reasoning-rl", step: 1, purpose: "train", group: 0 } as const;

test("answers are those of the store", async () => {
  const { traces, printed } = asker(30);
  const folder = goodRun();
  expect(await traces.ask("steps", { folder })).toEqual([
    { stage: "reasoning-rl", step: 1, purpose: "train", rollouts: 2 },
  ]);
  const [groups, group, tokens] = await Promise.all([
    traces.ask("groups", {
      folder,
      filter: all,
      sort: { by: "newest", descending: true },
      milliseconds: 60_000,
      count: true,
      offset: 0,
      limit: 10,
    }),
    traces.ask("group", { folder, ...key }),
    traces.ask("tokens", { folder, ...key, sample: 1, part: "whole" }),
  ]);
  expect(groups).toMatchObject({ total: 1, groups: [{ ...key, samples: 2, rewardMean: 0.5 }] });
  expect(group.map(({ sample, reward }) => [sample, reward])).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(tokens).toMatchObject({ count: 3, columns: { logprob: null }, damaged: [] });
  const texts = new Map(tokens.texts.map(({ id, text }) => [id, text]));
  const ids = unpackedInts(tokens.ids, tokens.count, "ids");
  expect(Array.from(ids, (id) => texts.get(id))).toEqual(["b", "a", "6"]);
  const { oldLogprob } = tokens.columns;
  expect(unpackedFloats(oldLogprob ?? "", 3, "oldLogprob")).toEqual(Float32Array.of(-0.5, -1.5, -2));
  const found = await traces.ask("behaviours", { folder, reflectionWords: ["wait"], since: 0 });
  expect(found).toMatchObject({ pending: 0, whole: true, points: [{ stage: "reasoning-rl", rollouts: 2 }] });
  expect(await traces.ask("newestRewards", { folder, limit: 5 })).toHaveLength(2);
  await expect(traces.ask("steps", { folder: damaged() })).rejects.toThrow("cannot be read");
  expect(printed).toEqual([]);
});

function damaged(): string {
  const folder = exampleRun();
  writeFileSync(tracesPath(folder), "no store".repeat(1000));
  return folder;
}

test("a store that never ends costs its own answer and no other, and is not asked again until it changes", async () => {
  const { traces } = asker(5);
  const scan = { reflectionWords: [], since: 0 };
  const [folder, good] = [endlessRun(), goodRun()];
  const [endless, other] = await Promise.allSettled([
    traces.ask("behaviours", { folder, ...scan }),
    traces.ask("steps", { folder: good }),
  ]);
  const reason: unknown = expect.objectContaining({
    message: `${tracesPath(folder)} took longer than 5 s to read, so reading was stopped. If the file is not yours, move it away.`,
  });
  expect(endless).toEqual({ status: "rejected", reason });
  expect(other.status).toBe("fulfilled");
  // Fifty seconds, were it tried each time.
  for (let time = 0; time < 10; time++)
    await expect(traces.ask("behaviours", { folder, ...scan })).rejects.toThrow("reading was stopped");
  copyFileSync(tracesPath(good), tracesPath(folder));
  expect(await traces.ask("steps", { folder })).toHaveLength(1);
});

test("a process that ends says which store it read, and the next question gets a new one", async () => {
  const distFolder = temporaryFolder("dist");
  copyFileSync(join(installation.distFolder, "watchdog.js"), join(distFolder, "watchdog.js"));
  writeFileSync(join(distFolder, "trace-process.js"), "process.exit(3)");
  const { traces } = asker(30, { distFolder });
  const folder = goodRun();
  await expect(traces.ask("steps", { folder })).rejects.toThrow(
    `${tracesPath(folder)} cannot be read: the process that reads it ended (exit code 3).`,
  );
  copyFileSync(join(installation.distFolder, "trace-process.js"), join(distFolder, "trace-process.js"));
  expect(await traces.ask("steps", { folder: goodRun() })).toHaveLength(1);
});

test("questions that wait when the editor ends are told so", async () => {
  const { traces } = asker(30);
  const asked = traces.ask("steps", { folder: endlessRun() });
  const later = traces.ask("steps", { folder: goodRun() });
  traces.close();
  await expect(asked).rejects.toThrow("The editor is closing.");
  await expect(later).rejects.toThrow("The editor is closing.");
});
