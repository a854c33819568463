/** Why a sample is right or wrong: a button beside the verdict, and under it what its verifier read, how, and how it compared. */
import { html, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { RolloutSummary } from "../../../server/protocol/traces";
import type { VerdictSteps } from "../../../server/protocol/verdict-steps";
import { visible } from "../../shared/visible";
import type { TracesModel, TracesState } from "../model";
import { samePlace, samplePlace } from "./sample-actions";

/** Nothing where there is no gold answer. */
export function whyButton(
  model: TracesModel,
  { why }: TracesState,
  sample: RolloutSummary,
): TemplateResult | typeof nothing {
  if (sample.answer === "") return nothing;
  const isOpen = why !== null && samePlace(why.of, sample);
  return html`<button
    type="button"
    class="link why-button"
    aria-expanded=${isOpen}
    aria-controls="why"
    title="How its verifier comes to that (v)"
    @click=${() => model.samples.askWhy(samplePlace(sample))}
  >
    Why?
  </button>`;
}

export function whyView({ why }: Pick<TracesState, "why">, sample: RolloutSummary): TemplateResult | typeof nothing {
  if (why === null || !samePlace(why.of, sample)) return nothing;
  const { said } = why;
  return html`<div class="why" id="why" role="status">
    ${said === "asked" ? html`<p class="loading">Judging it once more…</p>` : typeof said === "string" ? html`<p>${visible(said)}</p>` : steps(said)}
  </div>`;
}

const words = { 0: t("Wrong"), 1: t("Right") } as const;

function steps({ by, score, rows, differs }: VerdictSteps): TemplateResult {
  return html`${differs === null ? nothing : html`<p class="differs"><span class="codicon codicon-warning" aria-hidden="true"></span> ${visible(differs)}</p>`}
    <table>
      <caption>
        ${score === null ? t("Not judged") : words[score]}, by ${visible(by)}
      </caption>
      <tbody>
        ${rows.map(
          ({ name, value }) =>
            html`<tr data-inner=${name.startsWith(" ")}>
              <th scope="row">${visible(name.trim())}</th>
              <td class="mono">${visible(value)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
