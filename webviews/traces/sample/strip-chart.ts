/** A number of each token by its position, on a canvas: what a pixel stands for is drawn from its lowest to its highest value. */
import type { Measure } from "./measures";

interface Column {
  low: number;
  high: number;
}

/** `[width]` columns; null where no number is known. */
export function columnsOf(values: ArrayLike<number>, width: number): (Column | null)[] {
  const count = values.length;
  const columns: (Column | null)[] = [];
  for (let column = 0; column < width; column++) {
    const first = Math.floor((column * count) / width);
    const end = Math.max(first + 1, Math.floor(((column + 1) * count) / width));
    let found: Column | null = null;
    for (let index = first; index < Math.min(end, count); index++) {
      const value = values[index]!;
      if (Number.isNaN(value)) continue;
      if (found === null) found = { low: value, high: value };
      else if (value < found.low) found.low = value;
      else if (value > found.high) found.high = value;
    }
    columns.push(found);
  }
  return columns;
}

/** The token that a click means: the most remarkable of those that its pixel stands for. `share` of the width, from 0 to 1. */
export function tokenAt(
  { values, plain }: Pick<Measure, "values" | "plain">,
  share: number,
  width: number,
): number | null {
  const count = values.length;
  if (count === 0) return null;
  const column = Math.min(width - 1, Math.max(0, Math.floor(share * width)));
  const first = Math.min(count - 1, Math.floor((column * count) / width));
  const end = Math.max(first + 1, Math.floor(((column + 1) * count) / width));
  let best = first;
  for (let index = first; index < Math.min(end, count); index++)
    if (Math.abs(values[index]! - plain) > Math.abs(values[best]! - plain)) best = index;
  return best;
}

/** The range that is drawn: as far as numbers go, `plain` included. */
export function rangeOf(
  columns: readonly (Column | null)[],
  plain: number,
): { readonly low: number; readonly high: number } {
  let [low, high] = [plain, plain];
  for (const column of columns) {
    if (column === null) continue;
    low = Math.min(low, column.low);
    high = Math.max(high, column.high);
  }
  return low === high ? { low, high: low + 1 } : { low, high };
}

const colour = (style: CSSStyleDeclaration, name: string, otherwise: string): string => {
  const value = style.getPropertyValue(name).trim();
  return value === "" ? otherwise : value;
};

export function drawStrip(
  canvas: HTMLCanvasElement,
  { values, plain }: Measure,
  { chosen, count }: { readonly chosen: number | null; readonly count: number },
): void {
  const [width, height] = [Math.round(canvas.clientWidth), Math.round(canvas.clientHeight)];
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return;
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const text = colour(style, "--vscode-foreground", style.color);
  const above = colour(style, "--strip-high", text);
  const below = colour(style, "--strip-low", text);
  const columns = columnsOf(values, width);
  const { low, high } = rangeOf(columns, plain);
  const y = (value: number): number => 2 + ((high - value) / (high - low)) * (height - 4);
  const x = (token: number): number => (count === 0 ? 0 : (token * width) / count);
  const zero = y(plain);
  columns.forEach((column, at) => {
    if (column === null) return;
    if (column.high > plain) {
      const top = y(column.high);
      context.fillStyle = above;
      context.fillRect(at, top, 1, Math.max(1, zero - top));
    }
    if (column.low < plain) {
      context.fillStyle = below;
      context.fillRect(at, zero, 1, Math.max(1, y(column.low) - zero));
    }
  });
  context.fillStyle = text;
  context.globalAlpha = 0.4;
  context.fillRect(0, Math.min(height - 1, zero), width, 1);
  context.globalAlpha = 1;
  if (chosen !== null) {
    context.fillStyle = colour(style, "--vscode-focusBorder", text);
    context.fillRect(Math.min(width - 2, x(chosen + 0.5) - 1), 0, 2, height);
  }
}
