/** What is said of the curves of runs: what there is, a picture of it, and the numbers at one place. */
import type {
  CurveAxis,
  CurveOverview,
  CurvePicture,
  CurvePictureRequest,
  CurveRow,
  CurveSource,
} from "../protocol/curves";
import { allStages } from "../protocol/curves";
import { curvePicture, type KeptAverages } from "./curve-picture";
import { curveRows, placeOf, type CurveRows, type Overlay } from "./curve-source";
import { placeFrom } from "./metric-axis";
import type { MetricStore, StageRows } from "./metric-store";
import { meanOfRuns } from "./mean-of-runs";

/** The metrics of a run, as far as they were read. */
export interface ReadMetrics {
  readonly store: () => MetricStore;
  readonly version: () => string;
  readonly progress: () => { readonly read: number; readonly of: number };
}

/** `overlay`: what stands beside what a run recorded; its `stamp` is another when it changes. */
export interface CurveRun {
  readonly metrics: ReadMetrics;
  readonly beside: { readonly stamp: string; readonly overlay: Overlay };
}

/** Where the first and the newest number of a metric stand. */
interface Ends {
  readonly length: number;
  readonly first: number | null;
  readonly newest: { readonly row: number; readonly value: number } | null;
}

const block = 1024;

const versionOf = ({ metrics, beside }: CurveRun): string => `${metrics.version()} ${beside.stamp}`;

const stagesOf = (store: MetricStore, names: readonly string[]): StageRows[] =>
  names.flatMap((name) => store.stage(name) ?? []);

export interface CurveAnswers {
  overview(run: CurveRun, stage: string | null): CurveOverview;
  /** `runs`: by folder. */
  picture(
    request: CurvePictureRequest & { readonly sources: readonly CurveSource[] },
    runs: ReadonlyMap<string, CurveRun>,
  ): CurvePicture;
  rows(
    asked: {
      readonly runs: readonly { readonly folder: string; readonly stages: readonly string[] }[];
      readonly axis: CurveAxis;
      readonly at: { readonly x: number } | { readonly stage: string; readonly step: number };
      readonly keys: readonly string[];
    },
    runs: ReadonlyMap<string, CurveRun>,
  ): (CurveRow | null)[];
}

/** Kept ends of columns: of so many metrics. */
const mostEnds = 20_000;

export function curveAnswers(): CurveAnswers {
  const kept: KeptAverages = new Map();
  const ends = new Map<string, Ends>();

  /** The first and the newest number, looked for from both ends; of what was looked at before only what is new. */
  const endsOf = (version: string, rows: CurveRows, key: string): Ends => {
    const name = `${version}\n${rows.name}\n${key}`;
    const before = ends.get(name);
    const { length } = rows.x;
    const values = new Float64Array(block);
    // The newest row may have been written again.
    const known = before === undefined ? 0 : Math.max(0, before.length - 1);
    let newest: Ends["newest"] = null;
    for (let end = length; end > known && newest === null; end -= block) {
      const start = Math.max(known, end - block);
      rows.read(key, start, end, values);
      for (let row = end - 1; row >= start && newest === null; row--)
        if (!Number.isNaN(values[row - start]!)) newest = { row, value: values[row - start]! };
    }
    newest ??= before?.newest ?? null;
    let first = before?.first ?? null;
    for (let start = known; newest !== null && first === null && start < length; start += block) {
      const end = Math.min(length, start + block);
      rows.read(key, start, end, values);
      for (let row = 0; row < end - start && first === null; row++)
        if (!Number.isNaN(values[row]!)) first = values[row]!;
    }
    const found = { length, first, newest };
    ends.delete(name);
    ends.set(name, found);
    if (ends.size > mostEnds) ends.delete(ends.keys().next().value!);
    return found;
  };

  return {
    overview(run, stage) {
      const store = run.metrics.store();
      const stages = store.stages();
      const newest = stages.at(-1);
      const shown =
        stage === allStages
          ? [...stages]
          : stage !== null && stages.includes(stage)
            ? [stage]
            : newest === undefined
              ? []
              : [newest];
      const rows = curveRows("overview", stagesOf(store, shown), "step", run.beside.overlay)!;
      const version = versionOf(run);
      return {
        version,
        ...run.metrics.progress(),
        stages: [...stages],
        shown,
        rows: rows.x.length,
        metrics: rows.names().map((key) => {
          const { first, newest: last } = endsOf(version, rows, key);
          const place = last === null ? null : placeOf(rows, last.row);
          return { key, first, newest: last?.value ?? null, step: place === null ? 0 : place.stage.steps()[place.at]! };
        }),
        damaged: store.damaged(),
        leftOut: store.leftOut().size,
      };
    },
    picture({ sources, ...request }, runs) {
      const own: (CurveRows | null)[] = [];
      for (const source of sources) {
        if ("folder" in source) {
          const run = runs.get(source.folder);
          const rows =
            run &&
            curveRows(source.folder, stagesOf(run.metrics.store(), source.stages), request.axis, run.beside.overlay);
          own.push(rows ?? null);
        } else own.push(meanOfRuns(source, own));
      }
      const [first] = sources;
      const main = first !== undefined && "folder" in first ? runs.get(first.folder) : undefined;
      return curvePicture(request, {
        sources: own,
        version: JSON.stringify([sources, [...runs.values()].map(versionOf)]),
        versions: main?.metrics.store().rewardVersions() ?? [],
        kept,
      });
    },
    rows({ runs: asked, axis, at, keys }, runs) {
      return asked.map(({ folder, stages }) => {
        const run = runs.get(folder);
        const rows = run && curveRows(folder, stagesOf(run.metrics.store(), stages), axis, run.beside.overlay);
        if (!rows || rows.x.length === 0) return null;
        const row = "x" in at ? rowAt(rows.x, at.x) : rowOf(rows, at.stage, at.step);
        // Beside others a run has nothing to say of what is beyond its end.
        if (row < 0 || ("x" in at && at.x > rows.x.at(-1)!)) return null;
        const place = placeOf(rows, row);
        return {
          stage: place.stage.name,
          step: place.stage.steps()[place.at]!,
          time: place.stage.times()[place.at]!,
          values: keys.map((key) => valueAt(rows, key, row)),
        };
      });
    },
  };
}

/** The last row at or before a place; −1: there is none. */
function rowAt(x: Float64Array, place: number): number {
  const from = placeFrom(x, place);
  let row = from < x.length && x[from] === place ? from : from - 1;
  while (row >= 0 && row + 1 < x.length && x[row + 1] === place) row++;
  return row;
}

/** The row of a step of a stage, or the last before it; −1: there is none. */
function rowOf(rows: CurveRows, stage: string, step: number): number {
  const index = rows.stages.findIndex(({ name }) => name === stage);
  return index < 0 ? -1 : rows.starts[index]! + rowAt(rows.stages[index]!.steps(), step);
}

/** What the row says of a metric, else the last one before it that does. */
function valueAt(rows: CurveRows, key: string, row: number): number | null {
  if (!rows.has(key)) return null;
  for (let end = row + 1, size = 32; end > 0; size *= 4) {
    const start = Math.max(0, end - size);
    const values = new Float64Array(end - start);
    rows.read(key, start, end, values);
    for (let at = values.length - 1; at >= 0; at--) if (!Number.isNaN(values[at]!)) return values[at]!;
    end = start;
  }
  return null;
}
