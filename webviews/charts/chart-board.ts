/** The charts of a page: made when their metrics appear, kept in step with each other. */
import { createChart } from "./chart";
import type { Chart } from "./chart";
import { plainLook, type ChartLook } from "./chart-look";
import type { ChartSpec } from "./chart-spec";
import type { Mark, Timeline } from "./metric-table";
import { panelFrame, type PanelFrame } from "./panel-frame";
import { arranged } from "./panel-order";
import type { MenuItem } from "../shared/menu";
import type { ChartSnapshot } from "./chart-snapshot";
import type { ExactRows } from "./exact-table";
import { tablePanel, type TablePanel } from "./table-panel";
import { readTheme } from "./theme";

export interface ChartBoard {
  /** Draws these charts into the container, in this order, or as the reader has arranged them. */
  draw(container: HTMLElement, specs: readonly ChartSpec[], timeline: Timeline, look: ChartLook): void;
  /** Brings a chart into sight, with the crosshair of all on this row; null: where it is. */
  show(chart: string, index: number | null): void;
  /** What the row at a place has, where pictures are too coarse to say. */
  showExact(index: number, values: ReadonlyMap<string, number | null>): void;
  /** A chart as it is drawn, as shapes; null: it is not. */
  snapshot(chart: string, caption: string): ChartSnapshot | null;
  /** What a chart shows; null: it is not there. */
  spec(chart: string): ChartSpec | null;
  /** Makes all charts anew at the next draw, in the colours of the theme. */
  restyle(): void;
}

interface Slot {
  readonly spec: ChartSpec;
  readonly chart: Chart;
  /** Null: the panels of this page cannot be arranged. */
  readonly frame: PanelFrame | null;
  /** Charts are made anew when what they show has changed. */
  readonly signature: string;
  readonly table: TablePanel;
  container: HTMLElement;
}

/** As `charts.css` has them. */
const leastWidth = 345;
const gap = 12;

export interface BoardEvents {
  /** The crosshair is on this row of the timeline, or gone. */
  readonly moved: (index: number | null) => void;
  /** The reader opens this row, from the chart of this id; `series`: the line that was clicked on, null by the keyboard. */
  readonly open: (index: number, chart: string, series: string | null) => void;
  /** The reader wants to know more of a term of the glossary. */
  readonly explain: (term: string) => void;
  /** The reader zoomed, or switched lines off or on. */
  readonly look: (change: Partial<ChartLook>) => void;
  /** The reader wants to write a note at this row. Unset: nobody can. */
  readonly note?: (index: number) => void;
  /** The reader wants to see an edit of the rewards, or a note. Unset: marks cannot be opened. */
  readonly openEdit?: (mark: Mark) => void;
  /** What the menu of a panel offers beside its place and size. Unset: panels cannot be arranged. */
  readonly panelMenu?: (chart: string) => readonly (readonly MenuItem[])[];
  /** The numbers of a panel that is shown as a table. Rejects with a message for people. */
  readonly exactRows?: (spec: ChartSpec) => Promise<ExactRows>;
}

export function chartBoard({
  moved,
  open,
  explain,
  look: changeLook,
  note,
  openEdit,
  panelMenu,
  exactRows,
}: BoardEvents): ChartBoard {
  const slots = new Map<string, Slot>();
  let current = plainLook;
  const toggle = (key: string, shown: boolean): void => {
    const others = current.hidden.filter((one) => one !== key);
    changeLook({ hidden: shown ? others : [...others, key] });
  };
  let theme = readTheme();

  const move = (index: number | null): void => {
    for (const { chart } of slots.values()) chart.setCursor(index);
  };
  const remove = (id: string): void => {
    slots.get(id)?.chart.destroy();
    slots.delete(id);
  };

  const columnsOf = (container: HTMLElement): number => {
    const { paddingLeft, paddingRight } = getComputedStyle(container);
    const width = container.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    return Math.max(1, Math.floor((width + gap) / (leastWidth + gap)));
  };
  /** Columns that each container has room for, as they were last measured. */
  const columns = new Map<HTMLElement, number>();
  const widths = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (!(target instanceof HTMLElement)) continue;
      columns.set(target, columnsOf(target));
      for (const { container, frame } of slots.values()) if (container === target) frame?.update();
    }
  });
  const framed = (spec: ChartSpec, chart: Chart): PanelFrame | null =>
    panelMenu === undefined
      ? null
      : panelFrame(spec, chart, {
          layout: () => current.layout,
          shown: () =>
            [...(chart.element.parentElement?.children ?? [])].flatMap((element) =>
              element instanceof HTMLElement && element.dataset["chart"] !== undefined
                ? [element.dataset["chart"]]
                : [],
            ),
          columns: () => columns.get(slots.get(spec.id)?.container ?? chart.element) ?? 1,
          arrange: (layout) => changeLook({ layout }),
          more: panelMenu,
        });

  return {
    draw: (container, usual, timeline, look) => {
      current = look;
      if (panelMenu !== undefined && !columns.has(container)) {
        columns.set(container, columnsOf(container));
        widths.observe(container);
      }
      const byId = new Map(usual.map((spec) => [spec.id, spec]));
      const specs =
        panelMenu === undefined ? usual : arranged([...byId.keys()], look.layout).map((id) => byId.get(id)!);
      const focused = document.activeElement;
      const wanted = new Set(specs.map((spec) => spec.id));
      for (const [id, slot] of slots) if (slot.container === container && !wanted.has(id)) remove(id);
      for (const [position, spec] of specs.entries()) {
        const signature = JSON.stringify(spec);
        if (slots.get(spec.id)?.signature !== signature) {
          remove(spec.id);
          const chart = createChart(spec, theme, look, {
            moved,
            move,
            toggle,
            explain,
            note: note ?? null,
            openEdit: openEdit ?? null,
            open: (index, series) => open(index, spec.id, series),
            zoom: (zoom) => changeLook({ zoom }),
          });
          slots.set(spec.id, {
            spec,
            chart,
            frame: framed(spec, chart),
            table: tablePanel(spec, chart, exactRows),
            signature,
            container,
          });
        }
        const slot = slots.get(spec.id);
        if (slot === undefined) continue;
        const { chart } = slot;
        slot.container = container;
        slot.frame?.update();
        if (container.children[position] !== chart.element)
          container.insertBefore(chart.element, container.children[position] ?? null);
        chart.update(timeline, look);
        if (exactRows !== undefined) slot.table.update(look.tables.includes(spec.id), timeline);
      }
      // What is moved in the document loses the focus.
      if (focused instanceof HTMLElement && focused !== document.activeElement && container.contains(focused))
        focused.focus({ preventScroll: true });
    },
    show: (id, index) => {
      const element = slots.get(id)?.chart.element;
      element?.scrollIntoView({ block: "center" });
      element?.querySelector<HTMLElement>(".plot")?.focus({ preventScroll: true });
      if (index !== null) move(index);
    },
    showExact: (index, values) => {
      for (const { chart } of slots.values()) chart.showExact(index, values);
    },
    snapshot: (id, caption) => slots.get(id)?.chart.snapshot(caption) ?? null,
    spec: (id) => slots.get(id)?.spec ?? null,
    restyle: () => {
      theme = readTheme();
      for (const id of [...slots.keys()]) remove(id);
    },
  };
}
