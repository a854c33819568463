/** Marks on the canvas: each kind by a shape as well as by a colour. */
import type UPlot from "uplot";
import type { Mark } from "./metric-table";
import { lineStyle, type ChartTheme } from "./theme";

/** `named`: edits of the rewards with their text, where no button bears it. */
export function drawMarks(plot: UPlot, marks: readonly Mark[], theme: ChartTheme, named: boolean): void {
  const { min, max } = plot.scales["x"] ?? {};
  if (min === undefined || max === undefined) return;
  for (const mark of marks) {
    if (mark.x < min || mark.x > max) continue;
    plot.ctx.save();
    shapes[mark.kind](plot, Math.round(plot.valToPos(mark.x, "x", true)), coloursOf(mark, theme));
    if (mark.kind === "reward" && named) drawName(plot, mark, theme);
    plot.ctx.restore();
  }
}

/** Beside others the marks of a run have the colour of its line. */
function coloursOf({ of }: Mark, theme: ChartTheme): ChartTheme {
  if (of === undefined) return theme;
  const { colour } = lineStyle([{ key: "", ...of }], 0, theme);
  return { ...theme, text: colour, stageMark: colour, rewardMark: colour, noteMark: colour };
}

type Shape = (plot: UPlot, x: number, theme: ChartTheme) => void;

const shapes: Readonly<Record<Mark["kind"], Shape>> = {
  /** A line from top to bottom. */
  stage: (plot, x, { stageMark }) => line(plot, x, stageMark, []),
  /** A dashed line with a triangle at its top. */
  reward: (plot, x, { rewardMark }) => {
    line(plot, x, rewardMark, [3, 3]);
    triangle(plot, x, plot.bbox.top, 6, rewardMark);
  },
  /** A triangle on the axis: there may be many. */
  checkpoint: (plot, x, { text }) => triangle(plot, x, plot.bbox.top + plot.bbox.height, -6, text),
  /** A dotted line with a ring at its top. */
  resume: (plot, x, { text }) => {
    line(plot, x, text, [1, 4]);
    const { ctx, bbox } = plot;
    ctx.beginPath();
    ctx.arc(x, bbox.top + 4 * devicePixelRatio, 3 * devicePixelRatio, 0, 2 * Math.PI);
    ctx.strokeStyle = text;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.stroke();
  },
  /** A line of long dashes; a button stands at its top. */
  note: (plot, x, { noteMark }) => line(plot, x, noteMark, [8, 3]),
};

function line({ ctx, bbox }: UPlot, x: number, colour: string, dash: readonly number[]): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash(dash.map((part) => part * devicePixelRatio));
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** From its base at `y`, `height` pixels down; upwards where it is negative. */
function triangle({ ctx }: UPlot, x: number, y: number, height: number, colour: string): void {
  const half = 4 * devicePixelRatio;
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x - half, y);
  ctx.lineTo(x + half, y);
  ctx.lineTo(x, y + height * devicePixelRatio);
  ctx.fill();
}

function drawName(plot: UPlot, { x: at, short }: Mark, { font, rewardMark }: ChartTheme): void {
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(at, "x", true));
  ctx.font = font.replace(/^\d+/, (size) => String(Number(size) * devicePixelRatio));
  ctx.textBaseline = "top";
  // To the left where it would leave the chart.
  ctx.textAlign = x + 30 * devicePixelRatio > bbox.left + bbox.width ? "right" : "left";
  ctx.fillStyle = rewardMark;
  ctx.fillText(short, x + (ctx.textAlign === "left" ? 5 : -5) * devicePixelRatio, bbox.top);
}
