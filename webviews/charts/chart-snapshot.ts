/** A chart as it is on the screen, as shapes in pixels: what pictures of it are made of. */
import type UPlot from "uplot";
import * as z from "zod";
import type { Mark } from "./metric-table";
import type { ChartTheme } from "./theme";

type Point = readonly [x: number, y: number];

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[];
  /** An area in place of a line. */
  readonly area: boolean;
}

export interface ChartSnapshot {
  readonly title: string;
  /** What is shown, and how. */
  readonly caption: string;
  /** Pixels of the plotting area; all shapes are within it. */
  readonly width: number;
  readonly height: number;
  readonly xTicks: readonly { readonly at: number; readonly label: string }[];
  readonly yTicks: readonly { readonly at: number; readonly label: string }[];
  readonly areas: readonly { readonly points: readonly Point[]; readonly colour: string }[];
  readonly lines: readonly {
    /** A part for each stretch without gaps. */
    readonly parts: readonly (readonly Point[])[];
    readonly colour: string;
    readonly width: number;
    readonly dash: readonly number[];
    /** With a dot at each point. */
    readonly dots: boolean;
  }[];
  readonly marks: readonly {
    readonly kind: Mark["kind"];
    readonly at: number;
    readonly label: string;
    readonly colour: string;
  }[];
  readonly legend: readonly LegendEntry[];
  readonly text: string;
  readonly grid: string;
  readonly background: string;
}

export interface SnapshotOf {
  readonly title: string;
  readonly caption: string;
  readonly legend: readonly LegendEntry[];
  readonly marks: readonly Mark[];
  readonly theme: ChartTheme;
}

/** What uPlot last drew at an axis; its types do not tell of it. */
const drawnAxis = z.object({
  _splits: z.array(z.number()).nullish(),
  _values: z.array(z.union([z.string(), z.number(), z.null()])).nullish(),
});

/** Nor of the bands that it was given. */
const drawnBands = z.object({
  bands: z.array(z.object({ series: z.tuple([z.int(), z.int()]), fill: z.unknown() })).nullish(),
});

function ticksOf(plot: UPlot, axis: number, scale: string, length: number): ChartSnapshot["xTicks"] {
  const drawn = drawnAxis.safeParse(plot.axes[axis]).data;
  return (drawn?._splits ?? []).flatMap((split, index) => {
    const at = plot.valToPos(split, scale);
    const label = drawn?._values?.[index];
    return at < -1 || at > length + 1 || label === null || label === undefined ? [] : [{ at, label: String(label) }];
  });
}

/** Colours of the theme are made of others, which other programs do not know: as one of red, green, blue and opacity. */
export function plainColour(colour: string): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  if (context === null) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity = 255] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${Number((opacity / 255).toFixed(3))})`;
}

export function takeSnapshot(plot: UPlot, { title, caption, legend, marks, theme }: SnapshotOf): ChartSnapshot {
  const width = plot.bbox.width / devicePixelRatio;
  const height = plot.bbox.height / devicePixelRatio;
  const xs = plot.data[0];
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  const inside = (x: number): boolean => x >= min && x <= max;
  const pointOf = (x: number, y: number): Point => [plot.valToPos(x, "x"), plot.valToPos(y, "y")];

  /** With one point beyond each edge, so that lines go on to it. */
  const partsOf = (column: UPlot.AlignedData[number], gaps: boolean): Point[][] => {
    const parts: Point[][] = [[]];
    for (const [at, x] of xs.entries()) {
      const y = column[at];
      if (y === null || y === undefined) {
        if (gaps && parts.at(-1)!.length > 0) parts.push([]);
        continue;
      }
      const near = inside(x) || inside(xs[at + 1] ?? NaN) || inside(xs[at - 1] ?? NaN);
      if (near && Number.isFinite(y)) parts.at(-1)!.push(pointOf(x, y));
    }
    return parts.filter((part) => part.length > 0);
  };
  const colourOf = (value: unknown, index: number): string => {
    const found: unknown =
      typeof value === "function" ? (value as (self: UPlot, at: number) => unknown)(plot, index) : value;
    return typeof found === "string" ? found : "transparent";
  };

  const lines = plot.series.flatMap((series, index): ChartSnapshot["lines"][number][] => {
    const column = plot.data[index];
    const colour = colourOf(series.stroke, index);
    if (index === 0 || series.show === false || column === undefined || colour === "transparent") return [];
    const dots = typeof series.points?.show === "function" && series.points.show(plot, index, 0, 0) === true;
    const parts = partsOf(column, series.spanGaps !== true);
    return parts.length === 0
      ? []
      : [{ parts, colour: plainColour(colour), width: series.width ?? 1, dash: series.dash ?? [], dots }];
  });
  const { bands = null } = drawnBands.safeParse(plot).data ?? {};
  const areas = (bands ?? []).flatMap(({ series: [high, low], fill }): ChartSnapshot["areas"][number][] => {
    const [upper, lower] = [plot.data[high], plot.data[low]];
    if (upper === undefined || lower === undefined) return [];
    const above = partsOf(upper, false).flat();
    const below = partsOf(lower, false).flat();
    return above.length === 0
      ? []
      : [{ points: [...above, ...below.toReversed()], colour: plainColour(colourOf(fill, high)) }];
  });
  const markColours = {
    stage: theme.stageMark,
    reward: theme.rewardMark,
    note: theme.noteMark,
    checkpoint: theme.text,
    resume: theme.text,
  };
  return {
    title,
    caption,
    width,
    height,
    xTicks: ticksOf(plot, 0, "x", width),
    yTicks: ticksOf(plot, 1, "y", height),
    areas,
    lines,
    marks: marks
      .filter(({ x }) => inside(x))
      .map(({ kind, x, short, label }) => ({
        kind,
        at: plot.valToPos(x, "x"),
        label: short === "" ? label : short,
        colour: plainColour(markColours[kind]),
      })),
    legend: legend.map((entry) => ({ ...entry, colour: plainColour(entry.colour) })),
    text: plainColour(getComputedStyle(document.body).color),
    grid: plainColour(theme.grid),
    background: plainColour(getComputedStyle(document.body).backgroundColor),
  };
}
