/** Held-out pass@1 by generated tokens as an SVG picture: a thin line a run, one colour an algorithm. */
import { byAlgorithm } from "./report";
import type { RunSummary } from "./summary";
import { largestOf, smallestOf } from "../shared/extremes";

/** Okabe and Ito's colours, which colour-blind people can tell apart, and two more. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8b6f00", "#777777"] as const;
const size = { width: 760, height: 380, left: 48, right: 150, top: 16, bottom: 40 };

const text = (value: string): string => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const at = (value: number): string => value.toFixed(1);

export function comparisonChart(runs: readonly RunSummary[]): string {
  const points = runs.flatMap(({ curve }) => curve);
  const most = largestOf(
    points.map(({ tokens }) => tokens),
    1,
  );
  const least =
    Math.floor(
      smallestOf(
        points.map(({ passAt1 }) => passAt1),
        1,
      ) * 10,
    ) / 10;
  const x = (tokens: number): number => size.left + (tokens / most) * (size.width - size.left - size.right);
  const y = (rate: number): number =>
    size.height - size.bottom - ((rate - least) / (1 - least || 1)) * (size.height - size.top - size.bottom);
  const right = size.width - size.right;
  const parts: string[] = [];
  for (let tick = least; tick <= 1.0001; tick += 0.1) {
    parts.push(
      `<line x1="${size.left}" x2="${right}" y1="${at(y(tick))}" y2="${at(y(tick))}" stroke="#8884" />`,
      `<text x="${size.left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${tick.toFixed(1)}</text>`,
    );
  }
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const label = most < 10_000 ? String(Math.round(share * most)) : `${Math.round((share * most) / 1000)} k`;
    parts.push(
      `<text x="${at(x(share * most))}" y="${size.height - size.bottom + 18}" text-anchor="middle">${label}</text>`,
    );
  }
  parts.push(
    `<text x="${(size.left + right) / 2}" y="${size.height - 6}" text-anchor="middle">generated tokens</text>`,
  );
  [...byAlgorithm(runs)].forEach(([algorithm, some], index) => {
    const colour = colours[index % colours.length]!;
    for (const { curve } of some) {
      const line = curve.map(({ tokens, passAt1 }) => `${at(x(tokens))},${at(y(passAt1))}`).join(" ");
      parts.push(`<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="1.6" />`);
    }
    const row = size.top + 12 + index * 20;
    parts.push(
      `<line x1="${right + 14}" x2="${right + 34}" y1="${row}" y2="${row}" stroke="${colour}" stroke-width="3" />`,
      `<text x="${right + 40}" y="${row + 4}">${text(algorithm)}</text>`,
    );
  });
  const box = `viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="sans-serif" font-size="12" fill="#777">\n${parts.join("\n")}\n</svg>\n`;
}
