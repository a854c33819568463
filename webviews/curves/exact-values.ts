/** The numbers under the crosshair as they were recorded, where a place of the picture is of many rows: asked for as the crosshair moves. */
import type { Timeline } from "../charts/metric-table";

export interface ExactValues {
  /** The crosshair is on this place, or gone. */
  look(index: number | null): void;
}

/** One question at a time: of a crosshair that moves on meanwhile only the last place is asked for. A place that cannot be read stays without numbers. */
export function exactValues(
  timeline: () => Timeline | null,
  ask: (index: number) => Promise<ReadonlyMap<string, number | null> | null>,
  show: (index: number, values: ReadonlyMap<string, number | null>) => void,
): ExactValues {
  let wanted: number | null = null;
  let asked: { readonly line: Timeline; readonly index: number } | null = null;
  let busy = false;
  const goOn = (): void => {
    const line = timeline();
    if (busy || wanted === null || line === null || line.width === 0) return;
    if (asked?.line === line && asked.index === wanted) return;
    const index = wanted;
    asked = { line, index };
    busy = true;
    ask(index)
      .then((values) => {
        if (values !== null && timeline() === line) show(index, values);
      })
      .catch(() => undefined)
      .finally(() => {
        busy = false;
        goOn();
      });
  };
  return {
    look(index) {
      wanted = index;
      goOn();
    },
  };
}
