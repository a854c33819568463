/** Legend of a chart: what each line is, its value under the crosshair, and a switch for each line. */
import type { LegendEntry } from "./chart-snapshot";
import { plainName } from "../shared/visible";
import type { ChartSpec } from "./chart-spec";
import { lineStyle } from "./theme";
import type { ChartTheme } from "./theme";

export interface Legend {
  readonly element: HTMLElement;
  /** What it says of the lines that are shown, and of the band. */
  entries(): LegendEntry[];
  /** Values by series, as text. */
  show(values: readonly string[]): void;
}

const svg = "http://www.w3.org/2000/svg";

export function legend(
  spec: ChartSpec,
  theme: ChartTheme,
  hidden: ReadonlySet<string>,
  toggle: (series: number, shown: boolean) => void,
): Legend {
  const element = document.createElement("div");
  element.className = "legend";
  const values = spec.series.map(({ key, label }, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.title = plainName(key);
    button.setAttribute("aria-pressed", String(!hidden.has(key)));
    const name = document.createElement("span");
    name.textContent = label;
    const value = document.createElement("output");
    // Every number of every panel changes with the crosshair: the line above the charts says where it is.
    value.setAttribute("aria-live", "off");
    button.append(swatch(spec, index, theme), name, value);
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      toggle(index, shown);
    });
    element.append(button);
    return value;
  });
  if (spec.band !== null) {
    const band = document.createElement("span");
    band.className = "band";
    band.append(bandSwatch(theme), spec.band.label);
    element.append(band);
  }
  return {
    element,
    entries: () => [
      ...spec.series.flatMap(({ label }, index): LegendEntry[] => {
        const shown = element.children[index]?.getAttribute("aria-pressed") !== "false";
        return shown ? [{ label, ...lineStyle(spec.series, index, theme), area: false }] : [];
      }),
      ...(spec.band === null
        ? []
        : [{ label: spec.band.label, colour: theme.palette[0] ?? theme.text, dash: [], area: true }]),
    ],
    show: (texts) => {
      for (const [index, value] of values.entries()) value.textContent = texts[index] ?? "";
    },
  };
}

const swatch = (spec: ChartSpec, index: number, theme: ChartTheme): SVGElement =>
  drawnSwatch(lineStyle(spec.series, index, theme));

/** The line of a style, as it stands in legends. */
export const swatchOf = (of: { readonly style: number; readonly baseline: boolean }, theme: ChartTheme): SVGElement =>
  drawnSwatch(lineStyle([{ key: "", style: of.style, baseline: of.baseline }], 0, theme));

function drawnSwatch({ colour, dash, width }: ReturnType<typeof lineStyle>): SVGElement {
  const line = document.createElementNS(svg, "line");
  for (const [name, value] of Object.entries({ x1: "0", y1: "5", x2: "20", y2: "5" })) line.setAttribute(name, value);
  line.setAttribute("stroke-width", String(Math.ceil(width)));
  line.setAttribute("stroke", colour);
  line.setAttribute("stroke-dasharray", dash.join(" "));
  return picture(line);
}

function bandSwatch(theme: ChartTheme): SVGElement {
  const area = document.createElementNS(svg, "rect");
  for (const [name, value] of Object.entries({ width: "20", height: "10", "fill-opacity": "0.25" })) {
    area.setAttribute(name, value);
  }
  area.setAttribute("fill", theme.palette[0] ?? theme.text);
  return picture(area);
}

function picture(content: SVGElement): SVGElement {
  const root = document.createElementNS(svg, "svg");
  root.setAttribute("width", "20");
  root.setAttribute("height", "10");
  root.setAttribute("aria-hidden", "true");
  root.append(content);
  return root;
}
