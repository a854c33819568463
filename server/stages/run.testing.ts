/** Runs of pipelines as the trainer makes them, in the process of a test. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MetricsRow } from "../protocol/metrics";
import type { ScoreGroup } from "../protocol/rewards";
import type { RunRecord } from "../protocol/run";
import type { Scored } from "../protocol/trainer";
import { rewardNames } from "../recipes/reward-names";
import type { Recipe } from "../recipes/schema";
import { plannedSteps } from "../recipes/stages";
import { latestCheckpoint } from "../runs/checkpoints";
import { exampleRun, temporaryFolder } from "../runs/example-run";
import { readMetrics } from "../runs/metrics";
import { openRunWriter, type RunWriter } from "../runs/writer";
import { isFor } from "../rewards/scope";
import { createTasks } from "../tasks/create-tasks";
import type { StageContext, StageEnd } from "./context";
import { runPipeline } from "./pipeline";

/** Scores that spread over the samples and follow from their text alone. */
export function score(groups: readonly ScoreGroup[]): Promise<Scored> {
  const outcomes = (of: (completion: string) => number): Scored["outcomes"][string] =>
    groups.map(({ completions }) => completions.map((text) => ({ kind: "score", score: of(text), extras: {} })));
  return Promise.resolve({
    rewardHash: "hash",
    outcomes: {
      length: outcomes((text) => text.length % 5),
      digits: outcomes((text) => text.replaceAll(/\D/g, "").length),
    },
    milliseconds: { length: 1, digits: 1 },
  });
}

export const newRun = (of: Recipe): string =>
  exampleRun(temporaryFolder("pipeline"), {
    recipe: of,
    seed: of.seed,
    stages: of.stages.map((stage) => ({ name: stage.name, kind: stage.kind, steps: plannedSteps(stage), from: null })),
  });

export interface TestRun {
  readonly of: Recipe;
  /** Unset: the run folder, for runs that refer to no other. */
  readonly workspaceFolder?: string;
  /** Asks the run to stop after a row of training metrics. */
  readonly stop?: (stage: string, step: number) => boolean;
  /** Asks it to stop when a stage says how far it is. */
  readonly stopIn?: (stage: string, phase: string, step: number) => boolean;
  readonly scorer?: typeof score;
  readonly skipBatch?: boolean;
  /** Writes checkpoints while steps are made. */
  readonly checkpointThread?: string | null;
  /** Called ahead of everything that is written; what it throws ends the run there, as a kill does. */
  readonly beforeWrite?: () => void;
  /** Takes what is said to be lost. */
  readonly lost?: string[];
  /** Asked between pieces of drawing, and wherever else a stage looks. */
  readonly stopNow?: () => boolean;
}

/** A writer that tells of each write before it makes it. */
function watched(writer: RunWriter, before: () => void): RunWriter {
  const after = <T>(write: () => T): T => {
    before();
    return write();
  };
  return {
    ...writer,
    update: (change) => after(() => writer.update(change)),
    recordVocabulary: (texts) => after(() => writer.recordVocabulary(texts)),
    recordRollouts: (rollouts) => after(() => writer.recordRollouts(rollouts)),
    tagRollouts: (rollouts) => after(() => writer.tagRollouts(rollouts)),
    saveCheckpoint: (stage, step, files) => after(() => writer.saveCheckpoint(stage, step, files)),
    openCheckpoint: (stage, step) => after(() => writer.openCheckpoint(stage, step)),
    placeCheckpoint: (stage, step) => after(() => writer.placeCheckpoint(stage, step)),
    pruneCheckpoints: (stage, keep, metric) => after(() => writer.pruneCheckpoints(stage, keep, metric)),
    saveReport: (stage, report) => after(() => writer.saveReport(stage, report)),
    saveDataset: (stage, rows) => after(() => writer.saveDataset(stage, rows)),
    saveModelCard: (stage, text) => after(() => writer.saveModelCard(stage, text)),
    openSamples(stage) {
      const log = writer.openSamples(stage);
      return { ...log, append: (batch) => after(() => log.append(batch)) };
    },
  };
}

/** Models of tests are too small to be worth a copy. */
const withRoomForCopies = (record: RunRecord): RunRecord => ({
  ...record,
  stages: record.stages.map((stage) => ({ ...stage, memory: stage.memory && { ...stage.memory, saving: 1 } })),
});

/** Runs the pipeline as the trainer does, until `stop` says so. */
export async function runStages(
  folder: string,
  {
    of,
    workspaceFolder = folder,
    stop = () => false,
    stopIn = () => false,
    scorer = score,
    skipBatch = false,
    checkpointThread = null,
    beforeWrite = () => undefined,
    lost,
    stopNow = () => false,
  }: TestRun,
): Promise<StageEnd> {
  const writer = openRunWriter(folder);
  let stopping = false;
  const context: StageContext = {
    recipe: of,
    recipeFolder: folder,
    tell: () => undefined,
    remark: () => undefined,
    ...createTasks(of, folder),
    run: {
      ...watched(writer, beforeWrite),
      get record() {
        return checkpointThread === null ? writer.record : withRoomForCopies(writer.record);
      },
      // A row of training metrics is the last thing before a stage asks whether to stop.
      appendMetrics(row) {
        beforeWrite();
        writer.appendMetrics(row);
        if ("loss" in row) stopping ||= stop(row.stage, row.step);
      },
    },
    score: async (groups) => {
      const scored = await scorer(groups);
      // As the pool of a run does, which asks no reward about prompts that it is not for.
      const names = rewardNames(of.rewards);
      const outcomes = names.map((name, index) => [
        name,
        scored.outcomes[name]!.map((samples, group) =>
          isFor(of.rewards[index]!, groups[group]!)
            ? samples
            : samples.map(() => ({ kind: "not-applicable" as const })),
        ),
      ]);
      return { ...scored, outcomes: Object.fromEntries(outcomes) as Scored["outcomes"] };
    },
    passTests: (_, programs) => Promise.resolve(programs.map(({ completion }) => completion.length % 2 === 0)),
    skipBatch,
    checkpointThread,
    progress: ({ stage, phase, step }) => {
      stopping ||= stopIn(stage, phase, step);
    },
    lost: (sentence) => void lost?.push(sentence),
    stopRequested: () => Promise.resolve((stopping ||= stopNow())),
  };
  try {
    return await runPipeline(context, { workspaceFolder, recipeFolder: folder });
  } finally {
    writer.close();
  }
}

/** What a row says besides the clock. */
const withoutTimes = (row: MetricsRow): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== "step_time" && !/^(time|memory)/.test(name)));

export const metricsOf = (folder: string): Record<string, unknown>[] => readMetrics(folder, 0).rows.map(withoutTimes);

export function weightsOf(folder: string, stage: string): Buffer {
  return readFileSync(join(latestCheckpoint(folder, stage)!, "model.safetensors"));
}

/** The same with the rows of a stage's step made one, as readers see them: a resume appends again what it makes again. */
export function mergedMetricsOf(folder: string): Record<string, unknown>[] {
  const rows = new Map<string, Record<string, unknown>>();
  for (const row of metricsOf(folder)) {
    const key = JSON.stringify([row["stage"], row["step"]]);
    rows.set(key, { ...rows.get(key), ...row });
  }
  return [...rows.values()];
}
