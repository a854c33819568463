/** The charts of a page: made when their metrics appear, kept in step with each other. */
import { createChart } from "./chart";
import type { Chart } from "./chart";
import type { ChartSpec } from "./chart-specs";
import type { Timeline } from "./metric-table";
import { readTheme } from "./theme";

export interface ChartBoard {
  /** Draws these charts into the container, in this order. */
  draw(container: HTMLElement, specs: readonly ChartSpec[], timeline: Timeline, smoothing: number): void;
  /** Makes all charts anew at the next draw, in the colours of the theme. */
  restyle(): void;
}

interface Slot {
  readonly chart: Chart;
  /** Charts are made anew when what they show has changed. */
  readonly signature: string;
  readonly container: HTMLElement;
}

export function chartBoard(events: {
  moved: (index: number | null) => void;
  open: (index: number) => void;
}): ChartBoard {
  const slots = new Map<string, Slot>();
  const hidden = new Set<string>();
  let theme = readTheme();

  const move = (index: number | null): void => {
    for (const { chart } of slots.values()) chart.setCursor(index);
  };
  const remove = (id: string): void => {
    slots.get(id)?.chart.destroy();
    slots.delete(id);
  };

  return {
    draw: (container, specs, timeline, smoothing) => {
      const wanted = new Set(specs.map((spec) => spec.id));
      for (const [id, slot] of slots) if (slot.container === container && !wanted.has(id)) remove(id);
      for (const [position, spec] of specs.entries()) {
        const signature = JSON.stringify(spec);
        if (slots.get(spec.id)?.signature !== signature) {
          remove(spec.id);
          const chart = createChart(spec, theme, hidden, { ...events, move });
          slots.set(spec.id, { chart, signature, container });
        }
        const chart = slots.get(spec.id)?.chart;
        if (chart === undefined) continue;
        if (container.children[position] !== chart.element)
          container.insertBefore(chart.element, container.children[position] ?? null);
        chart.update(timeline, smoothing);
      }
    },
    restyle: () => {
      theme = readTheme();
      for (const id of [...slots.keys()]) remove(id);
    },
  };
}
