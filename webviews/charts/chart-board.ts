/** The charts of a page: made when their metrics appear, kept in step with each other. */
import { createChart } from "./chart";
import type { Chart } from "./chart";
import { plainLook, type ChartLook } from "./chart-look";
import type { ChartSpec } from "./chart-spec";
import type { Mark, Timeline } from "./metric-table";
import { readTheme } from "./theme";

export interface ChartBoard {
  /** Draws these charts into the container, in this order. */
  draw(container: HTMLElement, specs: readonly ChartSpec[], timeline: Timeline, look: ChartLook): void;
  /** Brings a chart into sight, with the crosshair of all on this row. */
  show(chart: string, index: number): void;
  /** Makes all charts anew at the next draw, in the colours of the theme. */
  restyle(): void;
}

interface Slot {
  readonly chart: Chart;
  /** Charts are made anew when what they show has changed. */
  readonly signature: string;
  readonly container: HTMLElement;
}

export interface BoardEvents {
  /** The crosshair is on this row of the timeline, or gone. */
  readonly moved: (index: number | null) => void;
  /** The reader opens this row, from the chart of this id. */
  readonly open: (index: number, chart: string) => void;
  /** The reader wants to know more of a term of the glossary. */
  readonly explain: (term: string) => void;
  /** The reader zoomed, or switched lines off or on. */
  readonly look: (change: Partial<ChartLook>) => void;
  /** The reader wants to see an edit of the rewards. Unset: marks cannot be opened. */
  readonly openEdit?: (mark: Mark) => void;
}

export function chartBoard({ moved, open, explain, look: changeLook, openEdit }: BoardEvents): ChartBoard {
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

  return {
    draw: (container, specs, timeline, look) => {
      current = look;
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
            openEdit: openEdit ?? null,
            open: (index) => open(index, spec.id),
            zoom: (zoom) => changeLook({ zoom }),
          });
          slots.set(spec.id, { chart, signature, container });
        }
        const chart = slots.get(spec.id)?.chart;
        if (chart === undefined) continue;
        if (container.children[position] !== chart.element)
          container.insertBefore(chart.element, container.children[position] ?? null);
        chart.update(timeline, look);
      }
    },
    show: (id, index) => {
      const element = slots.get(id)?.chart.element;
      element?.scrollIntoView({ block: "center" });
      element?.querySelector<HTMLElement>(".plot")?.focus({ preventScroll: true });
      move(index);
    },
    restyle: () => {
      theme = readTheme();
      for (const id of [...slots.keys()]) remove(id);
    },
  };
}
