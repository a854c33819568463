/** A chart's shapes as SVG, and the same as PNG. Text of others is escaped. */
import { t } from "../shared/l10n";
import type { ChartSnapshot } from "./chart-snapshot";

const margin = { left: 56, right: 16, bottom: 30 };
const size = { title: 15, text: 11, row: 18 };
/** About how wide a character of a label is. */
const character = 6.2;

/** With what no XML may hold replaced by the sign for something that cannot be shown. */
export const escaped = (text: string): string =>
  text
    .replaceAll(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\ufffd",
    )
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const number = (value: number): string => String(Number(value.toFixed(2)));

interface Placed {
  readonly label: string;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly area: boolean;
  readonly x: number;
  readonly row: number;
}

/** The legend's entries in rows. */
function placeLegend({ legend, width }: ChartSnapshot): Placed[] {
  const room = width + margin.left + margin.right - 32;
  let [x, row] = [0, 0];
  return legend.map((entry) => {
    const wide = 32 + entry.label.length * character;
    if (x > 0 && x + wide > room) [x, row] = [0, row + 1];
    const placed = { ...entry, x: 16 + x, row };
    x += wide + 10;
    return placed;
  });
}

/** Real vector markup of what is on the screen. */
export function svgOf(chart: ChartSnapshot): string {
  const legend = placeLegend(chart);
  const legendRows = legend.length === 0 ? 0 : legend.at(-1)!.row + 1;
  const top = 44 + legendRows * size.row + 10;
  const [whole, high] = [chart.width + margin.left + margin.right, top + chart.height + margin.bottom];
  const text = (x: number, y: number, value: string, more = ""): string =>
    `<text x="${number(x)}" y="${number(y)}" ${more}>${escaped(value)}</text>`;
  const line = (x1: number, y1: number, x2: number, y2: number, colour: string, more = ""): string =>
    `<line x1="${number(x1)}" y1="${number(y1)}" x2="${number(x2)}" y2="${number(y2)}" stroke="${escaped(colour)}" ${more}/>`;
  const dashes = (dash: readonly number[]): string => (dash.length === 0 ? "" : `stroke-dasharray="${dash.join(" ")}"`);
  const points = (of: readonly (readonly [number, number])[]): string =>
    of.map(([x, y]) => `${number(x)},${number(y)}`).join(" ");

  const entries = legend.map(({ label, colour, dash, area, x, row }) => {
    const y = 48 + row * size.row;
    const swatch = area
      ? `<rect x="${number(x)}" y="${number(y - 5)}" width="20" height="10" fill="${escaped(colour)}" fill-opacity="0.25"/>`
      : line(x, y, x + 20, y, colour, `stroke-width="2" ${dashes(dash)}`);
    return swatch + text(x + 26, y + 4, label);
  });
  const grid = [
    ...chart.xTicks.map(
      ({ at, label }) =>
        line(at, 0, at, chart.height, chart.grid) + text(at, chart.height + 18, label, 'text-anchor="middle"'),
    ),
    ...chart.yTicks.map(
      ({ at, label }) => line(0, at, chart.width, at, chart.grid) + text(-8, at + 4, label, 'text-anchor="end"'),
    ),
  ];
  const marks = chart.marks.map(({ kind, at, label, colour }) => {
    const title = `<title>${escaped(label)}</title>`;
    return kind === "checkpoint"
      ? `<polygon points="${points([
          [at - 4, chart.height],
          [at + 4, chart.height],
          [at, chart.height - 6],
        ])}" fill="${escaped(colour)}">${title}</polygon>`
      : `<g>${title}${line(at, 0, at, chart.height, colour, dashes({ stage: [], reward: [3, 3], resume: [1, 4], note: [8, 3] }[kind]))}</g>`;
  });
  const areas = chart.areas.map((area) => `<polygon points="${points(area.points)}" fill="${escaped(area.colour)}"/>`);
  const lines = chart.lines.map(({ parts, colour, width, dash, dots }) =>
    parts
      .map(
        (part) =>
          `<polyline points="${points(part)}" fill="none" stroke="${escaped(colour)}" stroke-width="${number(width)}" stroke-linejoin="round" ${dashes(dash)}/>` +
          (dots
            ? part
                .map(([x, y]) => `<circle cx="${number(x)}" cy="${number(y)}" r="3" fill="${escaped(colour)}"/>`)
                .join("")
            : ""),
      )
      .join(""),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(whole)}" height="${number(high)}" viewBox="0 0 ${number(whole)} ${number(high)}" font-family="system-ui, sans-serif" font-size="${size.text}" fill="${escaped(chart.text)}">`,
    `<rect width="100%" height="100%" fill="${escaped(chart.background)}"/>`,
    text(16, 22, chart.title, `font-size="${size.title}" font-weight="600"`),
    text(16, 36, chart.caption, 'fill-opacity="0.75"'),
    ...entries,
    `<clipPath id="plot"><rect x="-5" y="-3" width="${number(chart.width + 10)}" height="${number(chart.height + 6)}"/></clipPath>`,
    `<g transform="translate(${margin.left} ${top})">`,
    ...grid,
    '<g clip-path="url(#plot)">',
    ...areas,
    ...marks,
    ...lines,
    "</g></g></svg>",
  ].join("\n");
}

/** Dots of the picture to a pixel, so that it is sharp in print. */
const sharpness = 2;

/** The same on a canvas. Rejects where the browser makes no picture of it. */
export function pngOf(chart: ChartSnapshot): Promise<Blob> {
  const legend = placeLegend(chart);
  const top = 44 + (legend.length === 0 ? 0 : legend.at(-1)!.row + 1) * size.row + 10;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((chart.width + margin.left + margin.right) * sharpness);
  canvas.height = Math.round((top + chart.height + margin.bottom) * sharpness);
  const context = canvas.getContext("2d");
  if (context === null) return Promise.reject(new Error(t("The browser draws no pictures.")));
  const { fontFamily } = getComputedStyle(document.body);
  const text = (x: number, y: number, value: string, align: CanvasTextAlign = "left"): void => {
    context.textAlign = align;
    context.fillText(value, x, y);
  };
  const stroke = (
    of: readonly (readonly [number, number])[],
    colour: string,
    width: number,
    dash: readonly number[],
  ): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.beginPath();
    for (const [x, y] of of) context.lineTo(x, y);
    context.stroke();
    context.setLineDash([]);
  };
  const fill = (of: readonly (readonly [number, number])[], colour: string): void => {
    context.fillStyle = colour;
    context.beginPath();
    for (const [x, y] of of) context.lineTo(x, y);
    context.fill();
  };
  context.scale(sharpness, sharpness);
  context.fillStyle = chart.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = chart.text;
  context.font = `600 ${size.title}px ${fontFamily}`;
  text(16, 22, chart.title);
  context.font = `${size.text}px ${fontFamily}`;
  text(16, 36, chart.caption);
  for (const { label, colour, dash, area, x, row } of legend) {
    const y = 48 + row * size.row;
    if (area) {
      context.globalAlpha = 0.25;
      fill(
        [
          [x, y - 5],
          [x + 20, y - 5],
          [x + 20, y + 5],
          [x, y + 5],
        ],
        colour,
      );
      context.globalAlpha = 1;
    } else
      stroke(
        [
          [x, y],
          [x + 20, y],
        ],
        colour,
        2,
        dash,
      );
    context.fillStyle = chart.text;
    text(x + 26, y + 4, label);
  }
  context.translate(margin.left, top);
  for (const { at, label } of chart.xTicks) {
    stroke(
      [
        [at, 0],
        [at, chart.height],
      ],
      chart.grid,
      1,
      [],
    );
    context.fillStyle = chart.text;
    text(at, chart.height + 18, label, "center");
  }
  for (const { at, label } of chart.yTicks) {
    stroke(
      [
        [0, at],
        [chart.width, at],
      ],
      chart.grid,
      1,
      [],
    );
    context.fillStyle = chart.text;
    text(-8, at + 4, label, "right");
  }
  context.beginPath();
  context.rect(-5, -3, chart.width + 10, chart.height + 6);
  context.clip();
  for (const { points, colour } of chart.areas) fill(points, colour);
  for (const { kind, at, colour } of chart.marks) {
    if (kind === "checkpoint")
      fill(
        [
          [at - 4, chart.height],
          [at + 4, chart.height],
          [at, chart.height - 6],
        ],
        colour,
      );
    else
      stroke(
        [
          [at, 0],
          [at, chart.height],
        ],
        colour,
        1,
        { stage: [], reward: [3, 3], resume: [1, 4], note: [8, 3] }[kind],
      );
  }
  for (const { parts, colour, width, dash, dots } of chart.lines)
    for (const part of parts) {
      stroke(part, colour, width, dash);
      if (!dots) continue;
      for (const [x, y] of part) {
        context.beginPath();
        context.arc(x, y, 3, 0, 2 * Math.PI);
        context.fillStyle = colour;
        context.fill();
      }
    }
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error(t("The browser made no picture."))) : resolve(blob)),
      "image/png",
    );
  });
}
