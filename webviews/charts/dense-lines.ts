/**
 * Lines with about as many points as the plot has pixels, drawn pixel column by pixel column: from the lowest to the highest value there. A browser without
 * a graphics card takes thirty times as long to stroke or fill the same as a path, which goes up and down at each pixel.
 */
import UPlot from "uplot";

export interface DenseLine {
  /** Among the columns of the plot. */
  readonly series: number;
  readonly colour: string;
  /** CSS pixels. */
  readonly width: number;
  readonly dash: readonly number[];
}

/** The area between two columns of the plot. */
export interface DenseBand {
  readonly high: number;
  readonly low: number;
  readonly fill: string;
}

/** Whether what is in sight is drawn by pixel columns: it has more points than CSS pixels. */
function isDense({ bbox, series: [xs] }: UPlot): boolean {
  const [first, last] = xs?.idxs ?? [0, 0];
  return last - first > bbox.width / devicePixelRatio;
}

const usual = UPlot.paths.linear?.();

/** Paths of a line where its points are few; none where they are dense: then the hook of {@link denseLines} draws. */
export const sparsePaths: UPlot.Series.PathBuilder = (plot, series, first, last) =>
  isDense(plot) ? null : (usual?.(plot, series, first, last) ?? null);

/** What a line covers of each pixel column, in device pixels from the top; NaN: nothing. `from[x] <= to[x]`. */
export interface Columns {
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/**
 * Columns of a line through points, which go from left to right. Between points that are further apart the line is straight; a column begins where the one
 * before it ended, so that the line has no holes.
 */
export function columnsOf(width: number, xs: ArrayLike<number>, ys: ArrayLike<number>): Columns {
  const from = new Float32Array(width).fill(NaN);
  const to = new Float32Array(width).fill(NaN);
  const cover = (x: number, a: number, b: number): void => {
    if (x < 0 || x >= width) return;
    const [low, high] = a < b ? [a, b] : [b, a];
    // A comparison with NaN does not hold.
    if (!(from[x]! <= low)) from[x] = low;
    if (!(to[x]! >= high)) to[x] = high;
  };
  let last: { readonly x: number; readonly y: number } | null = null;
  for (let index = 0; index < xs.length; index++) {
    const [x, y] = [Math.floor(xs[index]!), ys[index]!];
    if (last === null || x <= last.x) cover(x, y, last === null ? y : last.y);
    else {
      const slope = (y - last.y) / (x - last.x);
      const start = Math.max(last.x + 1, 0);
      for (let column = start; column <= Math.min(x, width - 1); column++)
        cover(column, last.y + slope * (column - 1 - last.x), last.y + slope * (column - last.x));
    }
    last = { x, y };
  }
  return { from, to };
}

/** Columns of a column of the plot, from the first to the last point in sight, the next ones beyond included; null: its points are few. */
function columnsIn(plot: UPlot, series: number): Columns | null {
  const [first, last] = plot.series[0]?.idxs ?? [0, 0];
  const values = plot.data[series];
  if (values === undefined || !isDense(plot)) return null;
  const { left, width } = plot.bbox;
  const xs: number[] = [];
  const ys: number[] = [];
  for (let index = Math.max(0, first - 1); index <= Math.min(values.length - 1, last + 1); index++) {
    const value = values[index];
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    xs.push(plot.valToPos(plot.data[0][index]!, "x", true) - left);
    ys.push(plot.valToPos(value, "y", true));
  }
  return columnsOf(Math.ceil(width), xs, ys);
}

/** Whether a dashed line is there, by pixels from the left. */
function dashed(dash: readonly number[]): (x: number) => boolean {
  const whole = dash.reduce((sum, length) => sum + length, 0) * devicePixelRatio;
  if (whole === 0) return () => true;
  return (x) => {
    let rest = x % whole;
    for (const [at, length] of dash.entries()) {
      rest -= length * devicePixelRatio;
      if (rest < 0) return at % 2 === 0;
    }
    return false;
  };
}

function within(plot: UPlot, draw: (context: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

function drawLine(plot: UPlot, { series, colour, width, dash }: DenseLine): void {
  const columns = columnsIn(plot, series);
  if (columns === null) return;
  const thick = Math.max(1, Math.round(width * devicePixelRatio));
  const isThere = dashed(dash);
  within(plot, (context) => {
    context.fillStyle = colour;
    for (let x = 0; x < columns.from.length; x++) {
      const [from, to] = [columns.from[x]!, columns.to[x]!];
      if (Number.isNaN(from) || !isThere(x)) continue;
      const top = Math.round(from - thick / 2);
      context.fillRect(plot.bbox.left + x, top, 1, Math.max(thick, Math.round(to + thick / 2) - top));
    }
  });
}

function drawBand(plot: UPlot, { high, low, fill }: DenseBand): void {
  const [upper, lower] = [columnsIn(plot, high), columnsIn(plot, low)];
  if (upper === null || lower === null) return;
  within(plot, (context) => {
    context.fillStyle = fill;
    for (let x = 0; x < upper.from.length; x++) {
      const [top, bottom] = [upper.from[x]!, lower.to[x]!];
      if (!Number.isNaN(top) && bottom > top) context.fillRect(plot.bbox.left + x, top, 1, bottom - top);
    }
  });
}

/** Draws what {@link sparsePaths} leaves, each in its turn. */
export function denseLines(lines: readonly DenseLine[], bands: readonly DenseBand[]): UPlot.Plugin {
  return {
    hooks: {
      drawSeries: [
        (plot, series) => {
          if (plot.series[series]?.show !== true) return;
          for (const band of bands) if (band.high === series) drawBand(plot, band);
          for (const line of lines) if (line.series === series) drawLine(plot, line);
        },
      ],
    },
  };
}
