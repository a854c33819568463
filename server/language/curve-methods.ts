/** Answers about the curves of runs. Their metrics are read a part at a time, so that other requests have their turn, and kept as columns. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Handlers } from "../protocol/methods";
import { curveAnswers, type CurveRun } from "../runs/curve-answers";
import { openRunMetrics, type RunMetrics } from "../runs/run-metrics";
import { folderOf, type Workspace } from "./request-guards";
import { rescoredOverlay } from "./rescore-methods";
import type { Rescorer } from "./rescorer";

/** Bytes of metrics between two turns of others: some milliseconds. */
const part = 1 << 18;

/** Milliseconds that one question reads: the page shows how far it is. */
const patience = 120;

/** Runs whose columns are kept: those that were asked for last. */
const keptRuns = 16;

interface CurveState extends Workspace {
  readonly rescorer: Rescorer;
}

type CurveMethod = "readCurves" | "drawCurves" | "readCurveRows";

export function curveMethods(state: CurveState): Handlers<CurveMethod> {
  const known = new Map<string, RunMetrics>();
  const answers = curveAnswers();

  const metricsOf = (folder: string): RunMetrics => {
    folderOf(state, folder);
    const metrics = known.get(folder) ?? openRunMetrics(folder);
    known.delete(folder);
    known.set(folder, metrics);
    for (const old of [...known.keys()].slice(0, -keptRuns)) known.delete(old);
    return metrics;
  };
  const runOf = (folder: string): CurveRun => {
    const { time, overlay } = rescoredOverlay(state.rescorer, folder);
    return { metrics: metricsOf(folder), beside: { stamp: String(time), overlay } };
  };
  const runsOf = (folders: readonly string[]): ReadonlyMap<string, CurveRun> =>
    new Map(folders.map((folder) => [folder, runOf(folder)]));

  return {
    readCurves: async ({ folder, stage }) => {
      const run = runOf(folder);
      const metrics = metricsOf(folder);
      const began = performance.now();
      while (metrics.read(part) && performance.now() - began < patience) await nextTurn();
      return answers.overview(run, stage);
    },
    drawCurves: (request) =>
      answers.picture(request, runsOf(request.sources.flatMap((source) => ("folder" in source ? source.folder : [])))),
    readCurveRows: (asked) => answers.rows(asked, runsOf(asked.runs.map(({ folder }) => folder))),
  };
}
