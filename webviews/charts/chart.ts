/** One chart: uPlot on a canvas, a legend with values under the crosshair, and the keyboard. */
import { t } from "../shared/l10n";
import UPlot from "uplot";
import { inShort, termsIn } from "../../server/protocol/glossary";
import { formatOptional } from "../shared/format";
import { takeSnapshot, type ChartSnapshot } from "./chart-snapshot";
import { chartData, lineIndex, newestIndex } from "./chart-data";
import type { ChartLook } from "./chart-look";
import { edgeName, type BandSpec, type ChartSpec } from "./chart-spec";
import { drawMarks } from "./draw-marks";
import { legend } from "./legend";
import { markButtons } from "./mark-buttons";
import type { Column, Mark, Timeline } from "./metric-table";
import { nearestLine } from "./nearest-line";
import { zoomByKey, zoomByWheel, type Range } from "./zooming";
import { plotOptions } from "./plot-options";
import type { ChartTheme } from "./theme";
import { panelHeights } from "../../server/protocol/panel-layout";

export interface Chart {
  readonly element: HTMLElement;
  /** Of the element: its title, and what belongs beside it. */
  readonly header: HTMLElement;
  /** Draws the timeline as the reader wants it. */
  update(timeline: Timeline, look: ChartLook): void;
  /** What the row at a place has, where the picture is too coarse to say: of these metrics. */
  showExact(index: number, values: ReadonlyMap<string, number | null>): void;
  /** Puts the crosshair on a row, or takes it away. */
  setCursor(index: number | null): void;
  /** What is drawn, as shapes; null: nothing is yet. `caption`: what it is of. */
  snapshot(caption: string): ChartSnapshot | null;
  /** Makes the plot this many pixels high. */
  resize(height: number): void;
  destroy(): void;
}

export interface ChartEvents {
  /** The crosshair is on this row of the timeline, or gone. */
  readonly moved: (index: number | null) => void;
  /** The reader wants the crosshair of all charts on this row. */
  readonly move: (index: number | null) => void;
  /** The reader opens this row; `series`: the line that the pointer was nearest to, null where it was by the keyboard. */
  readonly open: (index: number, series: string | null) => void;
  /** The reader zooms all charts in to this range of x, or out. */
  readonly zoom: (range: ChartLook["zoom"]) => void;
  /** The reader wants to know more of a term of the glossary. */
  readonly explain: (term: string) => void;
  /** The reader wants to write a note at this row; null: nobody can. */
  readonly note: ((index: number) => void) | null;
  /** The reader wants to see an edit of the rewards, or a note; null: marks cannot be opened. */
  readonly openEdit: ((mark: Mark) => void) | null;
  /** The reader switches a line off or on. */
  readonly toggle: (key: string, shown: boolean) => void;
}

/** Milliseconds in which a second click makes a double click, which is the zoom's. */
const doubleClick = 300;

/** A button whose tooltip explains the chart's terms and that opens the first one's entry; none where no term is named. */
function explanation(spec: ChartSpec, explain: ChartEvents["explain"]): HTMLElement[] {
  const terms = termsIn([spec.title, ...spec.series.map(({ label }) => label)].join(", "));
  const [first] = terms;
  if (first === undefined) return [];
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button explain";
  button.title = terms.map((term) => `${term.term}: ${inShort(term)}`).join("\n");
  button.setAttribute("aria-label", t("Open the glossary at “{0}”", first.term));
  const icon = document.createElement("span");
  icon.className = "codicon codicon-info";
  icon.setAttribute("aria-hidden", "true");
  button.append(icon);
  button.addEventListener("click", () => explain(first.term));
  return [button];
}

export function createChart(spec: ChartSpec, theme: ChartTheme, look: ChartLook, events: ChartEvents): Chart {
  const hidden = new Set(look.hidden);
  const element = document.createElement("section");
  element.className = "chart";
  element.dataset["chart"] = spec.id;
  const title = document.createElement("h2");
  title.textContent = spec.title;
  const plotArea = document.createElement("div");
  plotArea.className = "plot";
  plotArea.tabIndex = 0;
  // It holds buttons: what is a picture has no parts.
  plotArea.setAttribute("role", "group");
  const header = document.createElement("header");
  header.append(title, ...explanation(spec, events.explain));
  element.append(header);

  let timeline: Timeline | null = null;
  let wantedLook: ChartLook = look;
  /** What the plot shows. */
  let drawn: { readonly timeline: Timeline; readonly look: ChartLook } | null = null;
  /** Where the crosshair is to be, of a chart that is not in sight. */
  let wantedCursor: number | null = null;
  let plot: UPlot | null = null;
  /** Set while the code moves the scale, not the reader. */
  let placing = false;

  const names = legend(spec, theme, hidden, (series, shown) => {
    events.toggle(spec.series[series]?.key ?? "", shown);
    plot?.setSeries(lineIndex(spec, series), { show: shown });
    plot?.setSeries(lineIndex(spec, series) - 1, { show: shown });
  });
  element.append(names.element, plotArea);
  if (spec.note !== null) {
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = spec.note;
    element.append(note);
  }

  const leftOut = document.createElement("p");
  leftOut.className = "unshown";
  leftOut.hidden = true;
  element.append(leftOut);

  /** Draws what changed: of another zoom no more than the scale. */
  const drawNow = (): void => {
    if (timeline === null) return;
    const before = drawn;
    const { smoothing, zoom, log } = wantedLook;
    if (before?.timeline === timeline && sameLook(before.look, wantedLook)) return;
    drawn = { timeline, look: wantedLook };
    placing = true;
    if (plot !== null && before !== null && before.look.log !== log) {
      plot.destroy();
      plot = null;
    }
    const fresh = before?.timeline !== timeline || before.look.smoothing !== smoothing;
    if (plot === null) plot = create(chartData(spec, timeline, smoothing), log);
    else if (fresh) plot.setData(chartData(spec, timeline, smoothing), false);
    const [min, max] = zoom ?? [timeline.x[0] ?? 0, timeline.x.at(-1) ?? 0];
    plot.setScale("x", max > min ? { min, max } : { min: min - 0.5, max: max + 0.5 });
    placing = false;
    // A plot that was made just now knows its scales a moment later.
    if (wantedCursor !== null)
      requestAnimationFrame(() => {
        if (wantedCursor !== null) placeCursor(wantedCursor);
      });
    showValues(cursorIndex());
  };
  const placeCursor = (index: number | null): void => {
    wantedCursor = plot === null || !inSight ? index : null;
    const x = index === null ? undefined : timeline?.x[index];
    if (plot === null) return;
    if (x === undefined) plot.setCursor({ left: -10, top: -10 });
    else plot.setCursor({ left: plot.valToPos(x, "x"), top: 0 });
  };
  /** Of many panels a few are in sight: the others are drawn once, when there is time, and go on when they are seen. */
  let inSight = false;
  let idle: number | null = null;
  const drawSometime = (): void => {
    if (plot !== null || idle !== null) return;
    idle = requestIdleCallback(() => {
      idle = null;
      if (plot === null) drawNow();
    });
  };
  const seeing = new IntersectionObserver(
    (entries) => {
      inSight = entries.at(-1)?.isIntersecting ?? inSight;
      if (inSight) drawNow();
    },
    { rootMargin: "240px" },
  );
  seeing.observe(element);

  /** Numbers of one place as they were recorded. */
  let exact: { readonly index: number; readonly values: ReadonlyMap<string, number | null> } | null = null;
  const valueAt = (index: number | null, key: string): string => {
    if (index === null || timeline === null) return formatOptional(timeline?.ends(key)?.newest);
    if (timeline.width > 0) return exact?.index === index ? formatOptional(exact.values.get(key)) : "…";
    const values = timeline.columns.get(key);
    const at = newestIndex(values, index);
    // Beside others a run has nothing to say of what is beyond its end.
    if (timeline.several && at < index && newestIndex(values, timeline.x.length) === at) return formatOptional(null);
    return formatOptional(at < 0 ? null : values?.[at]);
  };
  const showValues = (index: number | null): void => names.show(spec.series.map(({ key }) => valueAt(index, key)));

  let height: number = panelHeights.usual;
  const width = (): number => Math.max(120, plotArea.clientWidth);
  const fit = (): void => plot?.setSize({ width: width(), height });
  const resizing = new ResizeObserver(fit);
  resizing.observe(plotArea);

  const cursorIndex = (): number | null => plot?.cursor.idx ?? null;
  plotArea.addEventListener("keydown", (event) => {
    const last = (timeline?.x.length ?? 0) - 1;
    if (timeline === null || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cursorIndex();
    const range = zoomByKey(event, inSightOf(timeline), at === null ? null : timeline.x[at]!, allOf(timeline));
    if (range !== undefined) {
      events.zoom(range);
      event.preventDefault();
      return;
    }
    const steps: Record<string, number | null | undefined> = {
      ArrowLeft: (at ?? last + 1) - 1,
      ArrowRight: (at ?? last - 1) + 1,
      PageUp: (at ?? last) - 10,
      PageDown: (at ?? last) + 10,
      Home: 0,
      End: last,
      Escape: null,
    };
    if (event.key === "Enter" || event.key === " ") events.open(at ?? last, null);
    else if (event.key === "n" && events.note !== null) events.note(at ?? last);
    else if (event.key in steps) {
      const to = steps[event.key] ?? null;
      events.move(to === null ? null : Math.min(last, Math.max(0, to)));
    } else return;
    event.preventDefault();
  });

  const allOf = ({ x }: Timeline): Range => [x[0] ?? 0, x.at(-1) ?? 0];
  const inSightOf = (line: Timeline): Range => wantedLook.zoom ?? allOf(line);
  plotArea.addEventListener(
    "wheel",
    (event) => {
      if (timeline === null || plot === null) return;
      const { left, width: wide } = plot.over.getBoundingClientRect();
      const at = plot.posToVal(event.clientX - left, "x");
      const range = zoomByWheel(event, inSightOf(timeline), at, allOf(timeline), wide);
      if (range === undefined) return;
      event.preventDefault();
      events.zoom(range);
    },
    { passive: false },
  );

  /** The shown line that the pointer is nearest to. */
  const nearestTo = (of: UPlot, index: number): string | null => {
    const top = of.cursor.top ?? 0;
    const columns = spec.series.map((_, series) => {
      const at = lineIndex(spec, series);
      return of.series[at]?.show === true ? (of.data[at] as Column) : [];
    });
    const line = nearestLine(of.data[0], columns, index, top, (value) => of.valToPos(value, "y"));
    return line === null ? null : (spec.series[line]?.key ?? null);
  };

  const create = (data: UPlot.AlignedData, log: boolean): UPlot => {
    const created = new UPlot({ ...options(spec, theme, width(), () => timeline, log), height }, data, plotArea);
    for (const [index, { key }] of spec.series.entries()) {
      if (!hidden.has(key)) continue;
      created.setSeries(lineIndex(spec, index), { show: false });
      created.setSeries(lineIndex(spec, index) - 1, { show: false });
    }
    let opening: ReturnType<typeof setTimeout> | null = null;
    const forget = (): void => {
      if (opening !== null) clearTimeout(opening);
      opening = null;
    };
    created.over.addEventListener("click", (event) => {
      forget();
      const index = created.cursor.idx;
      if (event.detail > 1 || index === null || index === undefined) return;
      const series = nearestTo(created, index);
      opening = setTimeout(() => events.open(index, series), doubleClick);
    });
    created.over.addEventListener("dblclick", () => {
      forget();
      events.zoom(null);
    });
    return created;
  };

  const options = (
    of: ChartSpec,
    colours: ChartTheme,
    pixels: number,
    shown: () => Timeline | null,
    log: boolean,
  ): UPlot.Options => ({
    ...plotOptions(of, colours, pixels, shown, log),
    hooks: {
      drawClear: [(self) => drawMarks(self, shown()?.marks ?? [], colours, events.openEdit === null)],
      draw: [
        (self) => {
          if (events.openEdit !== null) markButtons(self, shown()?.marks ?? [], events.openEdit);
        },
      ],
      setCursor: [
        (self) => {
          const index = self.cursor.idx ?? null;
          showValues(index);
          events.moved(index);
        },
      ],
      setSelect: [
        (self) => {
          const { left, width: wide } = self.select;
          if (placing || wide <= 0) return;
          events.zoom([self.posToVal(left, "x"), self.posToVal(left + wide, "x")]);
        },
      ],
    },
  });

  return {
    element,
    header,
    update: (next, nextLook) => {
      if (next !== timeline) {
        plotArea.setAttribute(
          "aria-label",
          `${summary(spec, next)}${events.note === null ? "" : t(" N writes a note there.")}`,
        );
        const left = spec.series.filter(({ key }) => next.left.has(key)).map(({ label }) => label);
        if (spec.band !== null && [...next.left].some((name) => isEdgeOf(name, spec.band!)))
          left.push(t("parts of the band"));
        leftOut.hidden = left.length === 0;
        leftOut.textContent = t("Not drawn on the logarithmic scale: numbers of 0 and below ({0}).", left.join(", "));
      }
      timeline = next;
      wantedLook = nextLook;
      if (inSight) drawNow();
      else {
        drawSometime();
        showValues(null);
      }
    },
    setCursor: placeCursor,
    resize: (wanted) => {
      if (wanted === height) return;
      height = wanted;
      plotArea.style.minHeight = `${height}px`;
      fit();
    },
    snapshot: (caption) =>
      plot === null
        ? null
        : takeSnapshot(plot, {
            title: spec.title,
            caption,
            legend: names.entries(),
            marks: timeline?.marks ?? [],
            theme,
          }),
    showExact: (index, values) => {
      exact = { index, values };
      if (cursorIndex() === index) showValues(index);
    },
    destroy: () => {
      resizing.disconnect();
      seeing.disconnect();
      if (idle !== null) cancelIdleCallback(idle);
      plot?.destroy();
      element.remove();
    },
  };
}

const sameLook = (a: ChartLook, b: ChartLook): boolean =>
  a.smoothing === b.smoothing && a.log === b.log && a.zoom?.[0] === b.zoom?.[0] && a.zoom?.[1] === b.zoom?.[1];

/** Whether a column is an edge of a band. */
const isEdgeOf = (name: string, band: BandSpec): boolean =>
  band.kind === "range" ? name === band.low || name === band.high : name === edgeName(band, "low");

/** The chart in words, for those who do not see it. */
function summary(spec: ChartSpec, { ends, opens }: Timeline): string {
  const values = spec.series.map(({ key, label }) => {
    const { first, newest, step } = ends(key) ?? {};
    return t("{0} from {1} to {2} at step {3}", label, formatOptional(first), formatOptional(newest), step ?? 0);
  });
  return t(
    "{0}: {1}. Arrow keys move the crosshair{2}.",
    spec.title,
    values.join("; "),
    opens ? t(", Enter opens the traces of the step") : "",
  );
}
