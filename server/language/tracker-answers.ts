/** Reads the metrics of other tools in the process that reads traces, which is ended where a file takes too long. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { statsOf } from "../files/workspace-file";
import { healthNotes } from "../health/rules";
import { healthNumbers } from "../health/stage-numbers";
import { thresholdsOf } from "../health/thresholds";
import { mostRuns } from "../protocol/curves";
import type { HealthNotes } from "../protocol/health";
import type { MetricsRow } from "../protocol/metrics";
import type { AnswerOf, ParamsOf } from "../protocol/trace-questions";
import { curveAnswers, type CurveRun } from "../runs/curve-answers";
import { metricStore } from "../runs/metric-store";
import { setTexts } from "../shared/l10n";
import { readTracker } from "../trackers/read-tracker";

/** Files of a folder whose changes are noticed. */
const mostFiles = 1000;

/** Numbers of files that are kept at a time; the newest file's are in any case. */
const mostCells = 12_000_000;

interface Read {
  readonly version: string;
  readonly thresholds: string;
  readonly tool: string;
  readonly run: CurveRun;
  readonly cells: number;
  readonly notes: readonly string[];
  readonly health: HealthNotes;
}

type TrackerQuestion = "tracker" | "trackerPicture" | "trackerRow";
type TrackerAnswers = { readonly [Q in TrackerQuestion]: (params: ParamsOf<Q>) => AnswerOf<Q> };

/** Bytes of a line that nobody wrote: the rows come of another file. */
const noLine = new Uint8Array(0);

let read = 0;

function runOf(rows: readonly MetricsRow[]): CurveRun {
  const store = metricStore();
  for (const row of rows) store.add(noLine, row);
  store.settle();
  const number = String(++read);
  return {
    metrics: { store: () => store, version: () => number, progress: () => ({ read: 1, of: 1 }) },
    beside: { stamp: "", overlay: () => undefined },
  };
}

/** Answers of the files that were asked for last, as many as stand over each other. */
export function trackerAnswers(): TrackerAnswers {
  const kept = new Map<string, Read>();
  const answers = curveAnswers();
  const opened = (file: string, lines: Readonly<Record<string, number>> | null): Read => {
    const version = versionOf(file);
    const known = kept.get(file);
    const thresholds = lines === null ? (known?.thresholds ?? "{}") : JSON.stringify(lines);
    if (known?.version === version && known.thresholds === thresholds) return known;
    const { tool, rows, notes } = readTracker(file);
    const numbers = healthNumbers();
    numbers.add(rows);
    const health = healthNotes(numbers.stages(), thresholdsOf(JSON.parse(thresholds)));
    const cells = rows.reduce((sum, row) => sum + Object.keys(row).length, 0);
    const next = { version, thresholds, tool, run: runOf(rows), cells, notes, health };
    kept.delete(file);
    kept.set(file, next);
    const held = (): number => [...kept.values()].reduce((sum, one) => sum + one.cells, 0);
    while (kept.size > 1 && (kept.size > mostRuns || held() > mostCells)) kept.delete(kept.keys().next().value!);
    return next;
  };
  return {
    tracker({ folder, stage, thresholds, texts }) {
      setTexts(texts);
      const { run, tool, notes, health } = opened(folder, thresholds);
      return { tool, notes, health, overview: answers.overview(run, stage) };
    },
    trackerPicture: ({ folder, stages, ...request }) =>
      answers.picture({ ...request, sources: [{ folder, stages }] }, new Map([[folder, opened(folder, null).run]])),
    trackerRow: ({ folder, stages, ...asked }) =>
      answers.rows({ ...asked, runs: [{ folder, stages }] }, new Map([[folder, opened(folder, null).run]]))[0] ?? null,
  };
}

const stampOf = (path: string): string => {
  const stats = statsOf(path);
  return stats === null ? "none" : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
};

/** Changes when a file is written to, or one in a folder or in the folders within it. */
function versionOf(path: string): string {
  if (statsOf(path)?.isDirectory() !== true) return `${stampOf(path)} ${stampOf(`${path}-wal`)}`;
  try {
    const names = readdirSync(path).slice(0, mostFiles);
    const inner = names.flatMap((name) => {
      const within = join(path, name);
      if (statsOf(within)?.isDirectory() !== true) return [within];
      return readdirSync(within)
        .slice(0, mostFiles)
        .map((one) => join(within, one));
    });
    return inner
      .slice(0, mostFiles)
      .map((one) => `${one} ${stampOf(one)}`)
      .join("\n");
  } catch {
    return "none";
  }
}
