/** How the curves are drawn: smoothed or not, over what, on which scale. */
import { html, t } from "../shared/l10n";
import type { TemplateResult } from "lit";
import { curveAxisSchema } from "../../server/protocol/curves";
import { select } from "../shared/pieces";
import type { CurvesModel } from "./model";

const axes = [
  { value: "step", label: t("Step") },
  { value: "tokens", label: t("Tokens") },
  { value: "hours", label: t("Hours (wall clock)") },
];

export function lookControls(model: CurvesModel): TemplateResult {
  const { smoothing, axis, log } = model.place();
  const smoothed = (event: Event): void => {
    model.look({ smoothing: Number((event.currentTarget as HTMLInputElement).value) });
  };
  const scaled = (event: Event): void => model.look({ log: (event.currentTarget as HTMLInputElement).checked });
  return html`<label class="field">
      <span>Smoothing ${smoothing === 0 ? t("off") : smoothing.toFixed(2)}</span>
      <input type="range" min="0" max="0.98" step="0.02" .value=${String(smoothing)} @input=${smoothed} />
    </label>
    ${select(t("Over"), axes, axis, (value) => model.go({ axis: curveAxisSchema.parse(value) }))}
    <label class="switch" title="Values on a logarithmic scale">
      <input type="checkbox" .checked=${log} @change=${scaled} /> <span>Log scale</span>
    </label>`;
}
