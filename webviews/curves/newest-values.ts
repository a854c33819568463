/** The newest value of every metric as a table: what the charts say, for screen readers and for copying. */
import { html } from "../shared/l10n";
import type { TemplateResult } from "lit";
import { breakable } from "../shared/visible";
import { formatOptional, formatSigned } from "../shared/format";
import type { CurveOverview } from "../../server/protocol/curves";

export interface NewestValue {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  /** First value of what is shown, to compare with. */
  readonly first: number;
}

/** By name; metrics without any value are left out. */
export function newest(metrics: CurveOverview["metrics"]): NewestValue[] {
  return metrics
    .flatMap(({ key, newest: value, first, step }) =>
      value === null || first === null ? [] : [{ key, value, step, first }],
    )
    .sort((left, right) => (left.key < right.key ? -1 : 1));
}

export function newestValues(metrics: CurveOverview["metrics"]): TemplateResult {
  return html`<details class="newest">
    <summary>Newest values</summary>
    <table>
      <caption class="visually-hidden">
        Newest value of every metric
      </caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col">Newest</th>
          <th scope="col">At step</th>
          <th scope="col">Since the first</th>
        </tr>
      </thead>
      <tbody>
        ${newest(metrics).map(
          ({ key, value, step, first }) =>
            html`<tr>
              <th scope="row">${breakable(key)}</th>
              <td>${formatOptional(value)}</td>
              <td>${step}</td>
              <td>${value === first ? "±0" : formatSigned(value - first)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
