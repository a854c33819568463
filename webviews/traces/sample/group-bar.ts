/** What can be done with the open group. */
import { html, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { TracesModel, TracesState } from "../model";
import { bestAndWorst, placeOf } from "./sample-actions";
import { whatIfButton } from "./what-if-view";

export const historyButton = (model: TracesModel, { place }: TracesState): TemplateResult =>
  html`<button
    type="button"
    class="link"
    aria-pressed=${place.history}
    title="How the answer to this prompt changed (o)"
    @click=${() => model.samples.showHistory(!place.history)}
  >
    Over the run
  </button>`;

export const curvesButton = (model: TracesModel, { place }: TracesState): TemplateResult | typeof nothing => {
  const { group } = place;
  if (group === null || place.file !== null) return nothing;
  return html`<button
    type="button"
    class="link"
    title="The curves of the run at this step"
    @click=${() => model.samples.showInCurves(group)}
  >
    Show in curves
  </button>`;
};

export function groupBar(model: TracesModel, state: TracesState): TemplateResult {
  const ends = bestAndWorst(state.samples ?? []);
  const compare = (): void => {
    if (ends) model.samples.compare({ left: placeOf(ends.best), right: placeOf(ends.worst) });
  };
  return html`<div class="toolbar group-bar">
    <button
      type="button"
      class="link"
      ?disabled=${ends === null}
      title=${ends === null ? t("The rewards of the group do not differ") : t("By reward, side by side (b)")}
      @click=${compare}
    >
      Best against worst
    </button>
    ${historyButton(model, state)} ${state.place.file === null ? whatIfButton(model, state) : nothing}
    ${curvesButton(model, state)}
  </div>`;
}
