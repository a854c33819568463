/** All that reads a run folder: what editor, terminal and a resume do with one that somebody else has filled. */
import "@tensorflow/tfjs-backend-cpu";
import { join } from "node:path";
import * as z from "zod";
import { openBehaviours } from "../../server/behaviours/open-behaviours";
import { exampleKinds } from "../../server/protocol/behaviours";
import type { RunRecord } from "../../server/protocol/run";
import { loadPolicy, loadPromptOptions, loadStageState, loadTrainerState } from "../../server/models/checkpoint";
import { readAnnotations } from "../../server/runs/annotations";
import { bestCheckpoint } from "../../server/runs/best-checkpoint";
import { disposeOptimizer } from "../../server/engine/optimizer";
import { disposePolicy } from "../../server/models/policy";
import { latestCheckpoint, listCheckpoints } from "../../server/runs/checkpoints";
import { planCleanUp } from "../../server/runs/clean-up";
import { givenCheckpoint } from "../../server/runs/given-checkpoint";
import { listRuns, readRun, runReader } from "../../server/runs/list-runs";
import { judgeTotals, openJudgements } from "../../server/runs/judgements";
import { takeQuestions } from "../../server/runs/live-questions";
import { logSize, readLiveState, readLog, takeCommands } from "../../server/runs/live-run";
import { newestRow, openMetricsLog, readMetrics } from "../../server/runs/metrics";
import { curveAnswers } from "../../server/runs/curve-answers";
import { openRunMetrics } from "../../server/runs/run-metrics";
import { datasetPath, recipeFileOf, samplesPath, workspaceOf } from "../../server/runs/paths";
import { runPipeline } from "../../server/runs/read-pipeline";
import { readRecord, withLiveness } from "../../server/runs/record";
import { readHealth } from "../../server/runs/read-health";
import { readReport } from "../../server/runs/reports";
import { scoredVersions } from "../../server/runs/reward-versions";
import { keptFile, keptVersion, keptVersions } from "../../server/runs/kept-rewards";
import { readLines } from "../../server/runs/line-log";
import { readNotes } from "../../server/runs/rollout-notes";
import { promptTokens } from "../../server/inspection/prompt-tokens";
import { readRecordedStep } from "../../server/inspection/recorded-step";
import { rolloutText } from "../../server/inspection/rollout-text";
import { whatIfAnswers } from "../../server/inspection/what-if";
import { UserError } from "../../server/shared/user-error";
import { openTraces, type TraceReader } from "../../server/runs/trace-reader";
import { openTraceWriter } from "../../server/runs/trace-writer";
import { recipeSchema } from "../../server/recipes/schema";
import { dataHashes } from "../../server/launch/data-hashes";
import { forkPoints, NothingLeftError, planFork } from "../../server/launch/fork-plan";
import { labelSessions } from "../../server/labelling/label-session";
import { resumeNotice } from "../../server/launch/run";
import { resumeChanges } from "../../server/launch/resume-changes";
import { behavioursText } from "../../server/terminal/behaviours-text";
import { evaluationTexts } from "../../server/terminal/evaluation-text";
import { reportText } from "../../server/terminal/report";
import { reportJson } from "../../server/terminal/report-json";

export type Operation = readonly [name: string, work: (folder: string) => unknown];

const reading =
  (read: (traces: TraceReader) => unknown) =>
  (folder: string): unknown => {
    const traces = openTraces(folder);
    try {
      return read(traces);
    } finally {
      traces.close();
    }
  };
const stages = ["cold-start", "reasoning-rl"];
const filter = { stage: null, step: null, purpose: null, group: null, text: "", where: "" } as const;
const lines = [
  "right",
  "wrong",
  "unjudged",
  "best",
  "high and wrong",
  "low",
  "truncated",
  "error",
  "flat",
  "changed",
  "kept",
  "refused",
  "reward > 0",
  "text ~ /a/",
];
const ofRecord =
  (read: (record: RunRecord, folder: string) => unknown) =>
  (folder: string): unknown =>
    read(readRecord(folder), folder);
const newestOf = (folder: string): string =>
  latestCheckpoint(folder, "reasoning-rl") ?? join(folder, "checkpoints", "reasoning-rl-5");

async function loaded(folder: string): Promise<void> {
  const checkpoint = newestOf(folder);
  const policy = await loadPolicy(checkpoint);
  try {
    const { optimizer } = await loadTrainerState(checkpoint, policy);
    disposeOptimizer(optimizer);
  } finally {
    disposePolicy(policy);
  }
}

/** Behaviours until none is pending. */
function behaviours(folder: string): void {
  const scan = openBehaviours(folder);
  reading((traces) => {
    for (let pending = 1; pending > 0;) pending = scan.look(traces, 1000);
    scan.since(0);
    scan.comparisons();
    for (const kind of exampleKinds) scan.examples(traces, { kind, purpose: "train", stage: null, step: null }, 5);
  })(folder);
}

/** What people are told where there is no answer is an answer. */
function orProblem(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function planned(folder: string): unknown {
  try {
    return planFork({ folder, checkpoint: null, stage: null, recipe: "run", settings: [] });
  } catch (error) {
    if (error instanceof NothingLeftError) return null;
    throw error;
  }
}

/** In no order that counts: each stands for itself. */
export const operations: readonly Operation[] = [
  ["listRuns", (folder) => JSON.stringify(listRuns(workspaceOf(folder)))],
  ["runReader", (folder) => [runReader()(workspaceOf(folder))]],
  ["readRecord", readRecord],
  ["withLiveness", ofRecord((record, folder) => withLiveness(folder, record))],
  ["recipeFileOf", ofRecord((record, folder) => recipeFileOf(folder, record))],
  ["listCheckpoints", listCheckpoints],
  ["readAnnotations", readAnnotations],
  ["givenCheckpoint", ofRecord((record, folder) => stages.map((stage) => givenCheckpoint(folder, record, stage)))],
  ["bestCheckpoint", (folder) => bestCheckpoint(folder, "cold-start", "eval_loss")],
  ["readMetrics", (folder) => readMetrics(folder, 0)],
  [
    "columns",
    (folder) => {
      const metrics = openRunMetrics(folder);
      while (metrics.read(1 << 20));
      while (metrics.verify());
      while (metrics.read(1 << 20));
      curveAnswers().overview({ metrics, beside: { stamp: "", overlay: () => undefined } }, "*");
    },
  ],
  ["readHealth", ofRecord((record, folder) => readHealth(folder, record.recipe))],
  ["readMetrics from within", (folder) => readMetrics(folder, 100, 1000)],
  ["newestRow", (folder) => newestRow(folder, () => false)],
  ["scoredVersions", scoredVersions],
  ["judgeTotals", judgeTotals],
  ["judgements", (folder) => openJudgements({ owner: folder, countsBefore: true }).spentBefore("judge")],
  [
    "keptVersions",
    (folder) => {
      for (const { hash, files } of keptVersions(folder).versions) {
        keptVersion(folder, hash);
        for (const file of files) keptFile(folder, file.hash);
      }
    },
  ],
  ["rollout notes", (folder) => readNotes(folder)],
  ["a step to learn again", (folder) => stages.map((stage) => orProblem(() => readRecordedStep(folder, stage, 1)))],
  [
    "what if",
    (folder) =>
      orProblem(() =>
        whatIfAnswers()({
          folder,
          stage: "reasoning-rl",
          step: 1,
          purpose: "train",
          group: 0,
          sample: 0,
          change: { scores: [{ sample: 0, reward: "length", score: 3 }], weights: {}, loss_type: "sapo" },
        }),
      ),
  ],
  ["trace prompts", reading((traces) => traces.groups(filter, 0, 5).groups.map((key) => traces.samePrompt(key, 5)))],
  [
    "rollout texts",
    (folder) =>
      (["row", "json", "markdown"] as const).map((format) =>
        orProblem(() =>
          rolloutText({ folder, stage: "reasoning-rl", step: 1, purpose: "train", group: 0, sample: 0 }, format),
        ),
      ),
  ],
  [
    "prompt tokens",
    (folder) => orProblem(() => promptTokens({ folder, stage: "reasoning-rl", step: 1, purpose: "train", group: 0 })),
  ],
  ["trace steps", reading((traces) => traces.steps())],
  ["trace groups", reading((traces) => traces.groups(filter, 0, 50))],
  ["trace search", reading((traces) => traces.groups({ ...filter, text: "b+4" }, 0, 50))],
  ["trace filters", reading((traces) => lines.map((where) => traces.groups({ ...filter, where }, 0, 5)))],
  [
    "trace tokens",
    reading((traces) =>
      traces.steps().map(({ stage, step, purpose }) => {
        const key = { stage, step, purpose, group: 0 };
        return [traces.group(key), traces.tokens({ ...key, sample: 0 })];
      }),
    ),
  ],
  ["newest rollouts", reading((traces) => traces.newest(256))],
  ["trace scan", reading((traces) => [traces.prints().map((print) => traces.rollouts(print)), traces.vocabulary()])],
  ["behaviours", behaviours],
  ["behavioursText", behavioursText],
  ["readReport", (folder) => stages.map((stage) => readReport(folder, stage))],
  ["samples", (folder) => readLines(samplesPath(folder, "cold-start"), z.unknown())],
  ["datasets", (folder) => readLines(datasetPath(folder, "cold-start"), z.unknown())],
  ["runPipeline", (folder) => runPipeline(readRun(folder))],
  ["reportText", ofRecord(reportText)],
  ["reportJson", ofRecord((record, folder) => JSON.stringify(reportJson(folder, record)))],
  ["evaluationTexts", ofRecord((record, folder) => evaluationTexts(folder, record))],
  [
    "planCleanUp",
    (folder) => planCleanUp(listRuns(workspaceOf(folder)), listRuns(workspaceOf(folder)), { keepSteps: 1 }),
  ],
  ["forkPoints", ofRecord((record, folder) => forkPoints(folder, record))],
  ["planFork", planned],
  ["resumeNotice", (folder) => resumeNotice(folder)],
  [
    "resumeChanges",
    ofRecord((record, folder) => {
      const recipe = recipeSchema.safeParse(record.recipe).data;
      const recipeFolder = workspaceOf(folder);
      return (
        recipe && [
          dataHashes(recipe, recipeFolder),
          resumeChanges(folder, record, { recipe, recipeFolder, rewards: {}, version: "0" }),
        ]
      );
    }),
  ],
  ["live state", (folder) => readLiveState(folder, "token")],
  ["log", (folder) => logSize(folder) > 0 && readLog(folder, 0)],
  ["commands", (folder) => takeCommands(folder, "token")],
  ["questions to windows", (folder) => takeQuestions(folder, "token")],
  [
    "labels",
    (folder) => labelSessions({ distFolder: folder }).read(folder, { pass: 1, order: "shuffled", rewardModel: null }),
  ],
  ["stage state", (folder) => loadStageState(newestOf(folder), z.unknown())],
  ["prompt options", (folder) => loadPromptOptions(newestOf(folder))],
  ["checkpoint", loaded],
  // What a resume opens to write; last, for it changes what lies there.
  ["metrics to write", (folder) => openMetricsLog(folder).close()],
  ["traces to write", (folder) => openTraceWriter(folder).close()],
];
