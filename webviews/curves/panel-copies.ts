/** A panel as a picture, as numbers or as a link: onto the clipboard, or into a file where the browser does not let it there. */
import { plural, t } from "../shared/l10n";
import type { ChartSnapshot } from "../charts/chart-snapshot";
import type { ChartSpec } from "../charts/chart-spec";
import type { Timeline } from "../charts/metric-table";
import { isRescored } from "../../server/protocol/rescore";
import { pngOf, svgOf } from "../charts/snapshot-picture";

import type { Client } from "../shared/client";

/** Characters that a clipboard takes without trouble. */
const mostCopied = 20_000_000;

export interface CopyPlace {
  readonly client: Client;
  readonly snapshot: (chart: string) => ChartSnapshot | null;
  readonly title: (chart: string) => string;
  /** Metrics of a panel that were recorded. `left`: what it shows beside them, in words. */
  readonly metrics: (chart: string) => { readonly keys: readonly string[]; readonly left: string | null };
  readonly timeline: () => Timeline | null;
  /** First and last step of what is zoomed; null: of all steps. */
  readonly steps: () => readonly [number, number] | null;
  /** Runs that are shown, with their stages; empty: metrics of another tool are. */
  readonly runs: () => readonly { readonly folder: string; readonly stages: readonly string[] }[];
  /** Part of the axis that is shown; null: all. */
  readonly zoom: () => readonly [number, number] | null;
  readonly say: (text: string) => void;
}

/** A name of a file without what file systems mind. */
const fileName = (title: string, ending: string): string => {
  const name = title
    .replaceAll(/[^\w@+-]+/g, "-")
    .replaceAll(/^[-.]+|-+$/g, "")
    .slice(0, 80);
  return `${name === "" ? "panel" : name}.${ending}`;
};

/** Metrics of a panel that were recorded: those of its lines and its band. */
export function recordedKeys({ series, band }: ChartSpec): string[] {
  const keys = series.map(({ key }) => key).filter((key) => !isRescored(key));
  const ofBand = band === null ? [] : band.kind === "spread" ? [band.center, band.spread] : [band.low, band.high];
  return [...new Set([...keys, ...ofBand])];
}

/** First and last step that a zoom shows, where one stage is drawn; null: all steps. */
export function shownSteps(line: Timeline | null, zoom: readonly [number, number] | null): [number, number] | null {
  if (line === null || zoom === null || new Set(line.stages).size > 1) return null;
  const steps = line.steps.filter((_, at) => line.x[at]! >= zoom[0] && line.x[at]! <= zoom[1]);
  return steps.length === 0 ? null : [steps[0]!, steps.at(-1)!];
}

export interface PanelCopies {
  png(chart: string): Promise<void>;
  svg(chart: string): Promise<void>;
  csv(chart: string): Promise<void>;
}

export function panelCopies({
  client,
  snapshot,
  title,
  metrics,
  timeline,
  steps: shown,
  runs,
  zoom,
  say,
}: CopyPlace): PanelCopies {
  const drawn = (chart: string): ChartSnapshot => {
    const found = snapshot(chart);
    if (found === null) throw new Error(t("This panel is not drawn yet."));
    return found;
  };
  const copyText = async (text: string, name: string, what: string): Promise<void> => {
    try {
      if (text.length > mostCopied) throw new Error(t("too long"));
      await navigator.clipboard.writeText(text);
      say(t("Copied {0}.", what));
    } catch {
      const { saved } = await client.ask("saveFile", { name, content: { kind: "text", text } });
      if (saved) say(t("Saved {0}.", what));
    }
  };
  return {
    async png(chart) {
      const picture = drawn(chart);
      const blob = await pngOf(picture);
      try {
        await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        say(t("Copied the panel as PNG."));
      } catch {
        const bytes = new Uint8Array(await blob.arrayBuffer());
        const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
        const name = fileName(picture.title, "png");
        const { saved } = await client.ask("saveFile", { name, content: { kind: "bytes", base64 } });
        if (saved) say(t("Saved the panel as PNG."));
      }
    },
    async svg(chart) {
      const picture = drawn(chart);
      await copyText(svgOf(picture), fileName(picture.title, "svg"), t("the panel as SVG"));
    },
    async csv(chart) {
      const line = timeline();
      if (line === null) return;
      const { keys, left } = metrics(chart);
      const steps = shown();
      const { text, rows } =
        runs().length > 0
          ? await client.ask("readMetricsCsv", {
              runs: runs().map(({ folder, stages }) => ({ folder, stages: [...stages] })),
              keys: [...keys],
              steps: steps === null ? null : [...steps],
            })
          : ofTimeline(line, keys, zoom());
      const part =
        zoom() === null ? "" : steps === null && runs().length > 0 ? t(", of all steps") : t(", of the zoomed steps");
      const what = t(
        "{0} of {1} as CSV: as recorded, not smoothed{2}",
        plural(rows, "row"),
        plural(keys.length, "metric"),
        part,
      );
      await copyText(text, fileName(title(chart), "csv"), left === null ? what : `${what}, ${left}`);
    },
  };
}

/** Of another tool's metrics: what the page has, where that is every row. */
function ofTimeline(
  line: Timeline,
  keys: readonly string[],
  zoom: readonly [number, number] | null,
): { readonly text: string; readonly rows: number } {
  if (line.width > 0)
    throw new Error(
      t(
        "This file has more rows than the page holds. Zoom in until each has its own place, or copy from the file itself.",
      ),
    );
  const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = line.x.flatMap((x, at) => {
    const values = keys.map((key) => line.columns.get(key)?.[at] ?? null);
    if ((zoom !== null && (x < zoom[0] || x > zoom[1])) || values.every((value) => value === null)) return [];
    const numbers = values.map((value) => (value === null ? "" : String(value)));
    return [[quoted(line.stages[at] ?? ""), String(line.steps[at]), ...numbers].join(",")];
  });
  return { text: `${[["run", "step", ...keys].map(quoted).join(","), ...lines].join("\r\n")}\r\n`, rows: lines.length };
}
