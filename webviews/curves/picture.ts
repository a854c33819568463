/** What the page has of the curves of a run: the picture of all of its rows, and a finer one of the part that is in sight. */
import { t } from "../shared/l10n";
import type { CurveAxis, CurveOverview, CurvePicture, CurveSeries } from "../../server/protocol/curves";
import { unpackNumbers } from "../../server/protocol/packed";
import { edgeName, type BandSpec, type ChartSpec } from "../charts/chart-spec";
import type { Column, Mark, Timeline } from "../charts/metric-table";

/** A picture as columns. */
export interface Picture {
  readonly version: string;
  readonly width: number;
  readonly range: readonly [number, number] | null;
  readonly x: readonly number[];
  readonly steps: readonly number[];
  readonly times: readonly number[];
  readonly stages: readonly string[];
  readonly marks: readonly Mark[];
  /** Edits of the rewards that are not among the marks. */
  readonly moreEdits: number;
  /** By source, then by {@link seriesName}. */
  readonly columns: readonly ReadonlyMap<string, Drawn>[];
  readonly unplaced: readonly number[];
}

export interface Drawn {
  readonly values: Column;
  /** Smoothed; null: the values are. */
  readonly line: Column | null;
  /** Whether there are numbers that a logarithmic scale cannot show. */
  readonly left: boolean;
}

export const seriesName = ({ key, edge }: Pick<CurveSeries, "key" | "edge">): string =>
  edge === null ? key : edgeName({ kind: "spread", label: "", center: key, spread: edge.spread }, edge.side);

/** What charts draw, each once. */
export function seriesOf(specs: readonly ChartSpec[]): CurveSeries[] {
  const found = new Map<string, CurveSeries>();
  const add = (key: string, edge: CurveSeries["edge"], smooth: boolean): void =>
    void found.set(seriesName({ key, edge }), { key, edge, smooth });
  for (const { series, band, sparse } of specs) {
    for (const { key } of series) add(key, null, !sparse);
    if (band?.kind === "range") for (const key of [band.low, band.high]) add(key, null, !sparse);
    if (band?.kind === "spread")
      for (const side of ["low", "high"] as const) add(band.center, { spread: band.spread, side }, !sparse);
  }
  return [...found.values()];
}

const orNull = (values: Float64Array): (number | null)[] =>
  Array.from(values, (value) => (Number.isNaN(value) ? null : value));

/** The answer as columns. Throws where it does not hold together. */
export function pictureOf(answer: CurvePicture, series: readonly CurveSeries[]): Picture {
  const { places, borders, edits } = answer;
  const numbers = (text: string): Float64Array => unpackNumbers(text, places);
  const stages = new Array<string>(places).fill("");
  for (const [at, [name, start]] of answer.stages.entries())
    stages.fill(name, start, answer.stages[at + 1]?.[1] ?? places);
  return {
    version: answer.version,
    width: answer.width,
    range: answer.range,
    x: Array.from(numbers(answer.x)),
    steps: Array.from(numbers(answer.steps)),
    times: Array.from(numbers(answer.times)),
    stages,
    marks: [
      ...borders.map(([label, x]): Mark => ({ x, kind: "stage", label, short: "", edit: null })),
      ...edits.map(({ x, step, version, before, after }): Mark => {
        const short = `v${version}`;
        const label = t("reward {0} ({1})", short, after.slice(0, 8));
        return { x, step, kind: "reward", label, short, edit: { before, after } };
      }),
    ].sort((a, b) => a.x - b.x),
    moreEdits: answer.moreEdits,
    columns: answer.columns.map(
      (columns) =>
        new Map(
          series.flatMap((one, index): [string, Drawn][] => {
            const column = columns[index] ?? null;
            if (column === null) return [];
            const { values, line, left } = column;
            const drawn = { values: orNull(numbers(values)), line: line === null ? null : orNull(numbers(line)), left };
            return [[seriesName(one), drawn]];
          }),
        ),
    ),
    unplaced: answer.unplaced,
  };
}

/**
 * Where the next picture goes on from: from the start of the last place, whose rows may be more by then. Of several sources from the last place up to which
 * all of them are drawn: a shorter one grows before the end of a longer one, and a mean where its runs have numbers by then. Null: it is to be made anew.
 */
export function goOnFrom({ x, width, columns }: Pick<Picture, "x" | "width" | "columns">): number | null {
  const last = columns.length > 1 ? lastOfAll(x, columns) : x.at(-1);
  return last === undefined ? null : width > 0 ? Math.floor(last / width) * width : last;
}

function lastOfAll(x: readonly number[], columns: Picture["columns"]): number | undefined {
  let last = x.length - 1;
  for (const source of columns) {
    if (source.size === 0) return undefined;
    for (const { values } of source.values())
      last = Math.min(
        last,
        values.findLastIndex((value) => value !== null),
      );
  }
  return x[last];
}

/** A picture with the places from `from` on replaced by those of a newer one. */
export function grown(before: Picture, from: number, next: Picture): Picture {
  let keep = before.x.length;
  while (keep > 0 && before.x[keep - 1]! >= from) keep--;
  return {
    ...next,
    ...joined([
      { picture: before, start: 0, end: keep },
      { picture: next, start: 0, end: next.x.length },
    ]),
  };
}

/** The finer picture where there is one, and the coarse one around it. */
export function refined(whole: Picture, part: Picture | null): Picture {
  const [first, last] = [part?.x[0], part?.x.at(-1)];
  if (part === null || first === undefined || last === undefined) return whole;
  let before = 0;
  while (before < whole.x.length && whole.x[before]! < first) before++;
  let after = whole.x.length;
  while (after > before && whole.x[after - 1]! > last) after--;
  return {
    ...whole,
    ...joined([
      { picture: whole, start: 0, end: before },
      { picture: part, start: 0, end: part.x.length },
      { picture: whole, start: after, end: whole.x.length },
    ]),
  };
}

interface Span {
  readonly picture: Picture;
  readonly start: number;
  readonly end: number;
}

function joined(spans: readonly Span[]): Pick<Picture, "x" | "steps" | "times" | "stages" | "columns"> {
  const join = <T>(of: (picture: Picture) => readonly T[] | undefined, none: T): T[] =>
    spans.flatMap(({ picture, start, end }) => of(picture)?.slice(start, end) ?? new Array<T>(end - start).fill(none));
  const sources = spans[0]?.picture.columns.length ?? 0;
  return {
    x: join(({ x }) => x, 0),
    steps: join(({ steps }) => steps, 0),
    times: join(({ times }) => times, 0),
    stages: join(({ stages }) => stages, ""),
    columns: Array.from({ length: sources }, (_, source) => {
      const names = new Set(spans.flatMap(({ picture }) => [...(picture.columns[source]?.keys() ?? [])]));
      return new Map(
        [...names].map((name): [string, Drawn] => {
          const of = ({ columns }: Picture): Drawn | undefined => columns[source]?.get(name);
          const smoothed = spans.some(({ picture }) => (of(picture)?.line ?? null) !== null);
          return [
            name,
            {
              values: join((picture) => of(picture)?.values, null),
              line: smoothed ? join((picture) => of(picture)?.line ?? of(picture)?.values, null) : null,
              left: spans.some(({ picture }) => of(picture)?.left === true),
            },
          ];
        }),
      );
    }),
  };
}

/** The picture of one run as charts draw it. Of a metric that no chart has shown yet there is nothing to draw so far. */
export function timelineOf(picture: Picture, { metrics, shown }: CurveOverview, axis: CurveAxis): Timeline {
  const { x, steps } = picture;
  const none = new Array<number | null>(x.length).fill(null);
  const known = new Map(metrics.map((metric) => [metric.key, metric]));
  const drawn = picture.columns[0] ?? new Map<string, Drawn>();
  const smoothed = (name: string, weight: number): Column => {
    const column = drawn.get(name);
    return (weight === 0 ? column?.values : (column?.line ?? column?.values)) ?? none;
  };
  const edge = ({ center, spread }: Extract<BandSpec, { readonly kind: "spread" }>, side: "low" | "high"): string =>
    seriesName({ key: center, edge: { spread, side } });
  return {
    x,
    stages: picture.stages,
    steps,
    times: picture.times,
    columns: new Map(metrics.map(({ key }) => [key, drawn.get(key)?.values ?? none])),
    smoothed,
    band: (band, weight) =>
      band.kind === "range"
        ? [smoothed(band.low, weight), smoothed(band.high, weight)]
        : [smoothed(edge(band, "low"), weight), smoothed(edge(band, "high"), weight)],
    marks: picture.marks,
    stepOf(place) {
      if (axis === "step" && shown.length === 1) return place;
      const outside = place < (x[0] ?? 0) || place > (x.at(-1) ?? 0);
      return outside ? null : (steps[nearestIndex(x, place)] ?? null);
    },
    axis,
    opens: true,
    several: false,
    width: picture.width,
    left: new Set([...drawn].flatMap(([name, { left }]) => (left ? [name] : []))),
    ends(key) {
      const { first = null, newest = null, step = 0 } = known.get(key) ?? {};
      return first === null || newest === null ? null : { first, newest, step };
    },
  };
}

/** Index of the place that is nearest to `x`; −1 without any. */
export function nearestIndex(places: readonly number[], x: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]! < x) low = middle + 1;
    else high = middle;
  }
  if (low === places.length) return places.length - 1;
  return low > 0 && x - places[low - 1]! < places[low]! - x ? low - 1 : low;
}
