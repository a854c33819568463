/** The colours of the editor's theme as a canvas needs them: read anew after each change of theme. */
import type { SeriesSpec } from "./chart-spec";

export interface ChartTheme {
  /** One a series, in order; a further series starts over with another dash. */
  readonly palette: readonly string[];
  readonly text: string;
  readonly grid: string;
  readonly stageMark: string;
  readonly rewardMark: string;
  readonly noteMark: string;
  readonly font: string;
}

/** Series differ by dash as well as by colour. */
export const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2], [12, 4]];

/** What would have been, beside what was. */
const besideDash: readonly number[] = [5, 4];

/** Colour and dash of one of many lines, each of them once. */
export const styleOf = (place: number, { palette, text }: Pick<ChartTheme, "palette" | "text">) => ({
  colour: palette[place % palette.length] ?? text,
  dash: dashes[(place + Math.floor(place / palette.length)) % dashes.length] ?? [],
});

/** Colour, dash and width of a series of a chart. */
export function lineStyle(
  series: readonly Pick<SeriesSpec, "key" | "beside" | "style" | "baseline">[],
  index: number,
  theme: Pick<ChartTheme, "palette" | "text">,
): { readonly colour: string; readonly dash: readonly number[]; readonly width: number } {
  const { beside, style = index, baseline = false } = series[index] ?? {};
  if (baseline) return { colour: theme.text, dash: [], width: 3 };
  if (beside === undefined) return { ...styleOf(style, theme), width: 1.75 };
  const base = series.findIndex(({ key }) => key === beside);
  return { colour: styleOf(base < 0 ? index : base, theme).colour, dash: besideDash, width: 1.75 };
}

const paletteNames = ["blue", "orange", "green", "purple", "red", "yellow"] as const;

export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const read = (name: string, otherwise: string): string => {
    const value = style.getPropertyValue(name).trim();
    return value === "" ? otherwise : value;
  };
  const text = read("--vscode-foreground", style.color);
  const contrast =
    document.body.classList.contains("vscode-high-contrast") ||
    document.body.classList.contains("vscode-high-contrast-light");
  return {
    palette: paletteNames.map((name) => opaque(read(`--vscode-charts-${name}`, text))),
    text: contrast ? text : read("--vscode-descriptionForeground", text),
    grid: contrast ? transparent(text, 30) : transparent(text, 10),
    stageMark: transparent(text, contrast ? 100 : 45),
    rewardMark: read("--vscode-editorWarning-foreground", read("--vscode-charts-orange", text)),
    noteMark: read("--vscode-charts-green", text),
    font: `11px ${style.fontFamily}`,
  };
}

/** Dark themes have `charts.orange` at a third of its opacity: a line of it is hardly seen. */
const opaque = (colour: string): string => `rgb(from ${colour} r g b / 1)`;

/** The colour at `percent` of its opacity. */
export function transparent(colour: string, percent: number): string {
  return percent >= 100 ? colour : `color-mix(in srgb, ${colour} ${percent}%, transparent)`;
}
