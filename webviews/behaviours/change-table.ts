/** First to last of every measure: rises and falls side by side, each with what it rests on. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import {
  exampleKinds,
  measureTexts,
  type BehaviourChange,
  type Comparison,
  type ExampleKind,
  type Measure,
} from "../../server/protocol/behaviours";

import { differenceText, directionOf, valueText, type Direction } from "./change-text";

const icons = {
  rose: "arrow-up",
  fell: "arrow-down",
  "no clear change": "dash",
  "not seen": "circle-slash",
  "not measured": "circle-slash",
} as const;

/** What examples a measure has. */
export const kindOf = (measure: Measure): ExampleKind | null =>
  exampleKinds.find((kind) => kind === measure) ?? (measure === "reflection-words" ? "reflection" : null);

export function changeTable(
  comparison: Comparison,
  sparse: boolean,
  showExamples: (kind: ExampleKind) => void,
): TemplateResult {
  const { first, last, changes } = comparison;
  return html`<section class="changes" aria-labelledby="changes">
    <h2 id="changes">From the first rollouts to the last</h2>
    <p class="ends">
      First: ${endText(first, sparse)}. Last: ${endText(last, sparse)}. In brackets: the 95 % interval of the
      difference, by bootstrap over prompts; “no clear change” where it contains 0.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Behaviour</th>
          <th scope="col">First</th>
          <th scope="col">Last</th>
          <th scope="col">Difference</th>
          <th scope="col">Change</th>
          <th scope="col">n first → last</th>
        </tr>
      </thead>
      <tbody>
        ${changes.map((change) => row(change, showExamples))}
      </tbody>
    </table>
  </section>`;
}

const directionTexts: Readonly<Record<Direction, string>> = {
  rose: t("rose"),
  fell: t("fell"),
  "no clear change": t("no clear change"),
  "not seen": t("not seen"),
  "not measured": t("not measured"),
};

const endText = ({ stage, from, to, rollouts }: Comparison["first"], sparse: boolean): string =>
  `${stage}, ${sparse ? t("evaluated at ") : ""}${from === to ? t("step {0}", from) : t("steps {0}–{1}", from, to)} (${plural(rollouts, "rollout")})`;

function row(change: BehaviourChange, showExamples: (kind: ExampleKind) => void): TemplateResult {
  const { measure, first, last } = change;
  const of = t(measureTexts[measure].of);
  const title = t(measureTexts[measure].title);
  const kind = kindOf(measure);
  const direction = directionOf(change);
  const difference = differenceText(change);
  return html`<tr data-measure=${measure} data-direction=${direction}>
    <th scope="row">
      ${
        kind === null
          ? title
          : html`<button type="button" class="link" title="Show examples" @click=${() => showExamples(kind)}>
              ${title}
            </button>`
      }
    </th>
    <td>${valueText(measure, first)}</td>
    <td>${valueText(measure, last)}</td>
    <td>
      ${
        difference === null || direction === "not seen"
          ? "–"
          : html`<b>${difference.value}</b> <span class="interval">${difference.interval}</span>`
      }
    </td>
    <td class="direction">
      <span class="codicon codicon-${icons[direction]}" aria-hidden="true"></span> ${directionTexts[direction]}
    </td>
    <td class="count">
      ${first[1].toLocaleString("en-US")} → ${last[1].toLocaleString("en-US")}
      ${measureTexts[measure].of === "rollouts" ? nothing : of}
    </td>
  </tr>`;
}
