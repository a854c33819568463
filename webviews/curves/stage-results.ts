/** What each stage brought: held-out results before and after it, as the run records them. */
import { html } from "../shared/l10n";
import type { TemplateResult, nothing } from "lit";
import type { EvaluationSummary, StageRecord } from "../../server/protocol/run";
import { durationText } from "../../server/shared/duration";
import { changeOf } from "../shared/change-of";
import { formatNumber } from "../shared/format";
import { remarkList } from "../shared/pieces";

export function stageResults(stages: readonly StageRecord[]): TemplateResult | typeof nothing {
  const measured = stages.filter((stage) => stage.before !== null || stage.after !== null);
  const remarks = remarkList(stages);
  if (measured.length === 0) return remarks;
  const samples = measured.map((stage) => (stage.after ?? stage.before)?.samples);
  const k = new Set(samples).size === 1 ? String(samples[0]) : "k";
  return html`<section class="results">
    <h2>Held-out results</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">pass@1</th>
          <th scope="col">pass@${k}</th>
          <th scope="col">greedy</th>
          <th scope="col">Length</th>
          <th scope="col">Steps</th>
          <th scope="col">Time</th>
        </tr>
      </thead>
      <tbody>
        ${measured.map(
          (stage) =>
            html`<tr>
              <th scope="row">${stage.name}</th>
              ${change(stage, (summary) => summary.pass_at_1)} ${change(stage, (summary) => summary.pass_at_k)}
              ${change(stage, (summary) => summary.greedy)} ${change(stage, (summary) => summary.mean_length)}
              <td>${stage.step}/${stage.steps}</td>
              <td>${durationText(stage.seconds)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${remarks}
  </section>`;
}

/** `0.605 → 0.925`; a dash for what is not measured yet. */
function change({ before, after }: StageRecord, of: (summary: EvaluationSummary) => number): TemplateResult {
  const text = (summary: EvaluationSummary | null): string => (summary === null ? "–" : formatNumber(of(summary)));
  return html`<td>${changeOf(text(before), text(after))}</td>`;
}
