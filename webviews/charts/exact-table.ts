/** A panel as a table: its newest rows, exactly as they were recorded. */
import { html, t } from "../shared/l10n";
import { nothing, render } from "lit";
import type { ExactRow } from "../../server/protocol/curves";
import { visible } from "../shared/visible";

export interface ExactRows {
  readonly keys: readonly string[];
  readonly rows: readonly ExactRow[];
  /** Of which these are the newest. */
  readonly all: number;
}

/** What is shown in place of the plot. `problem`: why there are no rows; both null: they are asked for. */
export function drawExactTable(
  into: HTMLElement,
  title: string,
  { rows: found, problem }: { readonly rows: ExactRows | null; readonly problem: string | null },
): void {
  if (found === null) {
    render(html`<p class="note" role="status">${problem === null ? t("Reading rows…") : visible(problem)}</p>`, into);
    return;
  }
  const { keys, rows, all } = found;
  const several = new Set(rows.map(({ stage }) => stage)).size > 1;
  render(
    html`<p class="note">
        ${rows.length === all ? t("{0} rows", all) : t("The newest {0} of {1} rows; Copy as CSV has all", rows.length, all.toLocaleString("en-US"))},
        as recorded, not smoothed.
      </p>
      <table>
        <caption class="visually-hidden">
          ${title}
        </caption>
        <thead>
          <tr>
            ${several ? html`<th scope="col">Stage</th>` : nothing}
            <th scope="col">Step</th>
            ${keys.map((key) => html`<th scope="col">${visible(key)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.toReversed().map(
            ({ stage, step, values }) =>
              html`<tr>
                ${several ? html`<td>${visible(stage)}</td>` : nothing}
                <th scope="row">${step}</th>
                ${values.map((value) => html`<td>${value === null ? "–" : String(value)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>`,
    into,
  );
}
