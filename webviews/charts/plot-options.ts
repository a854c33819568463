/** How uPlot draws one chart: lines and bands, axes with their labels, marks. */
import type UPlot from "uplot";
import { panelHeights } from "../../server/protocol/panel-layout";
import { lineIndex } from "./chart-data";
import type { ChartSpec } from "./chart-spec";
import { denseLines, sparsePaths, type DenseLine } from "./dense-lines";
import type { Timeline } from "./metric-table";
import { lineStyle, transparent } from "./theme";
import type { ChartTheme } from "./theme";

const syncKey = "curves";

export function plotOptions(
  spec: ChartSpec,
  theme: ChartTheme,
  width: number,
  timeline: () => Timeline | null,
  log: boolean,
): UPlot.Options {
  const axis: UPlot.Axis = {
    stroke: theme.text,
    font: theme.font,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { stroke: theme.grid, width: 1, size: 4 },
  };
  const first = theme.palette[0] ?? theme.text;
  const edge: UPlot.Series = {
    stroke: "transparent",
    width: 0,
    points: { show: false },
    spanGaps: true,
    paths: sparsePaths,
  };
  const band = spec.band === null ? [] : [edge, edge];
  const edges = spec.series.flatMap((one, index) =>
    one.edges === undefined ? [] : [lineStyle(spec.series, index, theme)],
  );
  const lines = spec.series.flatMap((_series, index): UPlot.Series[] => {
    const { colour, dash, width: thick } = lineStyle(spec.series, index, theme);
    const single = (): boolean => (timeline()?.x.length ?? 0) < 2;
    return [
      { stroke: transparent(colour, 30), width: 1, points: { show: false }, spanGaps: true, paths: sparsePaths },
      {
        paths: sparsePaths,
        stroke: colour,
        width: thick,
        dash: [...dash],
        spanGaps: true,
        points: { show: () => spec.sparse || single(), size: 6, fill: colour, stroke: colour },
      },
    ];
  });
  const dense = spec.series.flatMap((_series, index): DenseLine[] => {
    const { colour, dash, width: thick } = lineStyle(spec.series, index, theme);
    const line = lineIndex(spec, index);
    return [
      { series: line - 1, colour: transparent(colour, 30), width: 1, dash: [] },
      { series: line, colour, width: thick, dash },
    ];
  });
  const bands = [
    ...(spec.band === null ? [] : [{ high: 2, low: 1, fill: transparent(first, 18) }]),
    ...edges.map(({ colour }, at) => {
      const low = 1 + band.length + lines.length + 2 * at;
      return { high: low + 1, low, fill: transparent(colour, 16) };
    }),
  ];
  return {
    width,
    plugins: [denseLines(dense, bands)],
    height: panelHeights.usual,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      sync: { key: syncKey, scales: ["x", null] },
      drag: { x: true, y: false },
      points: { size: 7 },
    },
    scales: {
      x: { time: false },
      // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is there in its declarations alone
      y: log
        ? { distr: 3, log: 10, range: logRange }
        : { range: (_self, low, high) => valueRange(low, high, spec.limits) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 44,
        values: (_self, ticks) => ticks.map((tick) => placeLabel(timeline(), tick)),
        incrs: () => (timeline()?.axis === "hours" ? hourSteps : wholeSteps),
      },
      {
        ...axis,
        size: axisWidth,
        space: 30,
        values: (_self, ticks) => ticks.map((tick) => (log && !isPowerOfTen(tick) ? "" : formatTick(tick))),
      },
    ],
    series: [{}, ...band, ...lines, ...edges.flatMap(() => [edge, edge])],
    bands: bands.map(({ high, low, fill }) => ({ series: [high, low], fill })),
  };
}

/** Distances of ticks: 1, 2 and 5 of each power of ten. */
const decades = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at).flatMap((power) =>
    [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
  );
const wholeSteps = decades(0, 15);
const hourSteps = decades(-5, 6);

const isPowerOfTen = (value: number): boolean => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;

/** Limits of a logarithmic axis: whole decades, never empty. */
function logRange(_self: UPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || low <= 0) return [0.1, 1];
  const [from, to] = [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))];
  return to > from ? [from, to] : [from, 10 * from];
}

/** Limits of the value axis: fixed ones with a little air, else those of the data; never empty. */
function valueRange(
  low: number | null,
  high: number | null,
  limits: readonly [number, number] | null,
): [number, number] {
  if (limits !== null) return [limits[0] - 0.02, limits[1] + 0.02];
  if (low === null || high === null) return [0, 1];
  // A constant that has been smoothed or averaged differs from itself by rounding only.
  if (high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) {
    // Of nothing but zeros most are counts and shares, which have no negative half.
    if (high === 0) return [-0.02, 1];
    const air = Math.abs(low) * 0.1;
    return [low - air, high + air];
  }
  const air = (high - low) * 0.06;
  return [low >= 0 && low < air * 3 ? 0 : low - air, high + air];
}

/** Room for the longest label, so that none is cut off. */
function axisWidth(_self: UPlot, ticks: string[] | null): number {
  return 16 + 6.5 * Math.max(3, ...(ticks ?? []).map((tick) => tick.length));
}

/** What stands at a place of the axis. */
function placeLabel(line: Timeline | null, place: number): string {
  if (line === null) return "";
  if (line.axis === "hours") return place >= 0 ? `${Number(place.toPrecision(6))} h` : "";
  if (line.axis === "tokens") return place >= 0 ? formatTick(place) : "";
  const step = line.stepOf(place);
  return step === null ? "" : formatTick(step);
}

function formatTick(value: number): string {
  if (Math.abs(value) >= 1e9) return `${Number((value / 1e9).toPrecision(3))}G`;
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(0);
  return Math.abs(value) >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(6)));
}
