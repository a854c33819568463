/** What compared runs differ in, and their newest numbers beside the baseline's, as tables. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { formatNumber, formatSigned } from "../shared/format";
import { named } from "../../server/shared/unseen";
import { breakable } from "../shared/visible";
import { newestOf, type Comparison } from "./comparison";
import { keyOf, letterOf, type Member } from "./compared-runs";
import { differences } from "./recipe-differences";

const head = (what: string, members: readonly Member[]): TemplateResult =>
  html`<thead>
    <tr>
      <th scope="col">${what}</th>
      ${members.map(({ style, title }) => html`<th scope="col" title=${named(title)}>${letterOf(style)}</th>`)}
    </tr>
  </thead>`;

export function differenceTable({ members }: Comparison): TemplateResult | typeof nothing {
  const known = members.filter(({ run }) => run?.record);
  if (known.length < 2) return nothing;
  const { differing, same } = differences(known.map(({ settings }) => settings));
  return html`<details class="compared" open>
    <summary>What their recipes differ in: ${differing.length === 0 ? t("nothing") : differing.length}</summary>
    ${
      differing.length === 0
        ? nothing
        : html`<div class="wide" tabindex="0" role="region" aria-label="What the recipes differ in">
            <table>
              ${head(t("Setting"), known)}
              <tbody>
                ${differing.map(
                  ({ path, values }) =>
                    html`<tr>
                      <th scope="row">${breakable(path)}</th>
                      ${values.map((value) => html`<td>${value === null ? html`<i>none</i>` : breakable(value)}</td>`)}
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    <p class="hint">${same} settings are the same.</p>
  </details>`;
}

export function newestTable({ members, metrics }: Comparison, baseline: string | null): TemplateResult {
  const base = members.find((member) => keyOf(member) === baseline) ?? null;
  const cell = (member: Member, key: string): TemplateResult => {
    const own = newestOf(member.overview, key);
    const of = base === null || base === member ? null : newestOf(base.overview, key);
    if (own === null) return html`<td class="numeric">–</td>`;
    const by = of === null ? 0 : own.value - of.value;
    const change = of === null ? nothing : html` <span class="change">${by === 0 ? "±0" : formatSigned(by)}</span>`;
    return html`<td class="numeric" title="at step ${own.step}">${formatNumber(own.value)}${change}</td>`;
  };
  return html`<details class="compared">
    <summary>Newest values${base === null ? "" : t(", and their difference from {0}", letterOf(base.style))}</summary>
    <div class="wide" tabindex="0" role="region" aria-label="Newest values">
      <table>
        ${head(t("Metric"), members)}
        <tbody>
          ${metrics.toSorted().map(
            (key) =>
              html`<tr>
                <th scope="row">${breakable(key)}</th>
                ${members.map((member) => cell(member, key))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
