/** Runs written as the trainer writes them, looked at as the editor looks: at any moment. */
import { rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { recipeSchema } from "../recipes/schema";
import { exampleRollout, exampleRun, temporaryFolder } from "../runs/example-run";
import { openMetricsLog } from "../runs/metrics";
import { recordPath, tracesPath } from "../runs/paths";
import type { RunWriter } from "../runs/writer";
import { openRunWriter } from "../runs/writer";
import { newestOutcomes, type ReadNewest } from "./newest-outcomes";
import { openTraces } from "../runs/trace-reader";
import { watchRuns } from "./run-watch";

const recipe = recipeSchema.parse({
  name: "x",
  model: {},
  task: { name: "chain-sum" },
  rewards: [{ function: "./rewards/x.reward.ts#broken" }],
  stages: [{ kind: "reasoning-rl" }],
});
const newRun = (workspace: string): string => exampleRun(workspace, { recipeFile: "recipes/x.lab.json", recipe });

const rewardFile = (workspace: string): string => join(workspace, "recipes", "rewards", "x.reward.ts");

const broken = (message: string) => ({ kind: "error" as const, message, file: null, line: null, column: null });

function recordStep(writer: RunWriter, step: number, message: string): void {
  writer.recordRollouts([exampleRollout({ step, rewards: { broken: broken(message) } })]);
  writer.appendMetrics({ stage: "reasoning-rl", step, time: 0, reward: null });
}

const setStage = (writer: RunWriter, fields: object): void =>
  writer.update((record) => ({ ...record, stages: record.stages.map((stage) => ({ ...stage, ...fields })) }));

const newestIn: ReadNewest = (folder) =>
  new Promise((resolve) => {
    const traces = openTraces(folder);
    try {
      resolve(traces.newestStep(256));
    } finally {
      traces.close();
    }
  });

/** The editor: asks for the errors of the reward whenever the watch says that something changed. */
function editor(workspace: string) {
  const outcomes = newestOutcomes(newestIn, (error) => {
    throw error;
  });
  let shown = Promise.resolve<string | undefined>(undefined);
  const changed = vi.fn(() => {
    shown = outcomes(rewardFile(workspace), watch.list()).then(
      (results) => results.get("broken")?.errorList.at(-1)?.message,
    );
  });
  const watch = watchRuns([], changed);
  watch.setFolders([workspace]);
  onTestFinished(() => watch.dispose());
  return { watch, changed, shown: () => shown };
}

test("whenever the editor looks, it ends with what the newest run recorded last", async () => {
  const step = fc.record({
    /** The trainer tells `run.json` of a step now and then only. */
    told: fc.boolean(),
    looks: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  });
  const round = fc.record({
    fresh: fc.boolean(),
    steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    looks: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
      const workspace = temporaryFolder("watch");
      const { watch, shown } = editor(workspace);
      const look = (wanted: boolean | undefined): void => {
        if (wanted) watch.check();
      };
      let folder = newRun(workspace);
      for (const [index, { fresh, steps, looks }] of rounds.entries()) {
        if (fresh) folder = newRun(workspace);
        look(looks[0]);
        const writer = openRunWriter(folder);
        look(looks[1]);
        writer.update((record) => ({ ...record, status: "running", process: { pid: process.pid, host: hostname() } }));
        setStage(writer, { status: "running", step: 0 });
        // A run that is resumed may do the same steps again.
        for (const [at, { told, looks: between }] of steps.entries()) {
          look(between[0]);
          recordStep(writer, at + 1, `${index} ${at + 1}`);
          look(between[1]);
          if (told) setStage(writer, { step: at + 1 });
          look(between[2]);
        }
        look(looks[2]);
        writer.update((record) => ({ ...record, status: "paused", process: null }));
        look(looks[3]);
        writer.close();
        watch.check();
        expect(await shown()).toBe(`${index} ${steps.length}`);
      }
    }),
    { numRuns: 25 },
  );
});

test("a run without rollouts leaves the say to the run before it; a run that is deleted has none", async () => {
  const workspace = temporaryFolder("watch");
  const { watch, changed, shown } = editor(workspace);
  const first = newRun(workspace);
  const writer = openRunWriter(first);
  setStage(writer, { status: "running" });
  recordStep(writer, 1, "first");
  writer.close();
  const second = newRun(workspace);
  const next = openRunWriter(second);
  setStage(next, { status: "running" });
  next.close();
  watch.check();
  expect(await shown()).toBe("first");
  const times = changed.mock.calls.length;
  watch.check();
  expect(changed).toHaveBeenCalledTimes(times);
  rmSync(first, { recursive: true });
  watch.check();
  expect(await shown()).toBeUndefined();
});

test("a run that ended elsewhere is noticed; a damaged record is listed with its problem until it is mended", () => {
  const workspace = temporaryFolder("watch");
  const { watch } = editor(workspace);
  const folder = newRun(workspace);
  const writer = openRunWriter(folder);
  setStage(writer, { status: "running", step: 7 });
  recordStep(writer, 7, "x");
  writer.appendMetrics({ stage: "reasoning-rl", step: 8, time: 0, reward: 0.5 });
  expect(watch.list()[0]?.progress).toMatchObject({ step: 7, headline: { name: "reward", value: 0.5 } });
  writer.update((record) => ({ ...record, process: { pid: 2 ** 30, host: record.process!.host } }));
  expect(watch.list()[0]).toMatchObject({ record: { status: "interrupted" }, progress: null });
  const { record } = writer;
  writeFileSync(recordPath(folder), "{");
  expect(watch.list()[0]).toMatchObject({ record: null, problem: expect.stringContaining("not JSON") as unknown });
  writeFileSync(recordPath(folder), JSON.stringify(record));
  expect(watch.list()[0]?.problem).toBeNull();
  writer.close();
});

test("traces that cannot be read are tried again a few times, and what was known stays meanwhile", async () => {
  const workspace = temporaryFolder("watch");
  const failed = vi.fn<(error: unknown, again: boolean) => void>();
  const outcomes = newestOutcomes(newestIn, failed);
  const folder = newRun(workspace);
  const writer = openRunWriter(folder);
  setStage(writer, { status: "running" });
  recordStep(writer, 1, "good");
  writer.close();
  const watch = watchRuns([workspace], () => undefined);
  onTestFinished(() => watch.dispose());
  const shown = async () => (await outcomes(rewardFile(workspace), watch.list())).get("broken")?.errorList[0]?.message;
  expect(await shown()).toBe("good");
  writeFileSync(tracesPath(folder), "no database".repeat(1000));
  const metrics = openMetricsLog(folder);
  metrics.append({ stage: "reasoning-rl", step: 2, time: 0 });
  for (let attempt = 0; attempt < 9; attempt++) expect(await shown()).toBe("good");
  expect(failed.mock.calls.map(([, hope]) => hope)).toEqual([true, true, true, true, false]);
  metrics.append({ stage: "reasoning-rl", step: 3, time: 0 });
  metrics.close();
  await shown();
  expect(failed).toHaveBeenCalledTimes(6);
});
