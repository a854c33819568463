/** A table in place of a panel's plot, for as long as the reader wants it. */
import { t } from "../shared/l10n";
import { messageOf } from "../../server/shared/user-error";
import type { Chart } from "./chart";
import type { ChartSpec } from "./chart-spec";
import { drawExactTable, type ExactRows } from "./exact-table";
import type { Timeline } from "./metric-table";

export interface TablePanel {
  /** Shows it or the plot; asks for rows where there are other numbers than before. */
  update(shown: boolean, timeline: Timeline): void;
}

/** Milliseconds between two readings of the rows of a run that is live: each reads its whole file. */
const interval = 3000;

export function tablePanel(
  spec: ChartSpec,
  { element }: Chart,
  rowsOf: ((spec: ChartSpec) => Promise<ExactRows>) | undefined,
): TablePanel {
  let box: HTMLElement | null = null;
  let read: Timeline | null = null;
  let asked = -Infinity;
  let rows: ExactRows | null = null;
  return {
    update(shown, timeline) {
      element.classList.toggle("as-table", shown);
      if (!shown || rowsOf === undefined) {
        box?.remove();
        box = null;
        read = null;
        return;
      }
      if (box === null) {
        box = document.createElement("div");
        box.className = "exact-table";
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", t("{0} as a table", spec.title));
        element.querySelector(".plot")?.after(box);
        drawExactTable(box, spec.title, { rows, problem: null });
      }
      if (read === timeline || (read !== null && performance.now() - asked < interval)) return;
      read = timeline;
      asked = performance.now();
      rowsOf(spec).then(
        (found) => {
          rows = found;
          if (box !== null) drawExactTable(box, spec.title, { rows, problem: null });
        },
        (error: unknown) => {
          if (box !== null) drawExactTable(box, spec.title, { rows: null, problem: messageOf(error) });
        },
      );
    },
  };
}
