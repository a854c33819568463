/** What a run's completions say while they are drawn, above what is recorded. */
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { drawingText, type DrawingView } from "../../server/protocol/drawing";
import { html, plural, t } from "../shared/l10n";
import { formatNumber } from "../shared/format";
import { visible } from "../shared/visible";
import type { TracesState } from "./model";

/** `open`: where nothing else is there to be read. */
export function drawingView({ drawing }: TracesState, open: boolean): TemplateResult | typeof nothing {
  if (drawing === null) return nothing;
  const text = `${whatIsDrawn(drawing)}: ${drawingText(drawing.progress)}`;
  return html`<details class="drawing" ?open=${open}>
    <summary><span class="codicon codicon-edit" aria-hidden="true"></span> ${text}</summary>
    <p class="muted">Being written: nothing of it is recorded or scored yet. ${restText(drawing)}</p>
    <ul>
      ${drawing.samples.map(sampleView)}
    </ul>
  </details>`;
}

function whatIsDrawn({ stage, step, purpose }: DrawingView): string {
  switch (purpose) {
    case "train":
      return t("Step {0} of {1}", step, stage);
    case "sampling":
      return t("Batch {0} of {1}", step, stage);
    case "evaluation":
      return t("Held-out prompts of {0}", stage);
  }
}

/** Completions that are not among those that are shown. */
function restText({ before, waiting, more }: DrawingView): string {
  return [
    ...(before > 0 ? [t("{0} are drawn already.", plural(before, "completion"))] : []),
    ...(more > 0 ? [t("{0} more are being written.", plural(more, "completion"))] : []),
    ...(waiting > 0 ? [t("{0} have not begun.", plural(waiting, "completion"))] : []),
  ].join(" ");
}

function sampleView({
  group,
  sample,
  prompt,
  tokens,
  ended,
  text,
  cut,
}: DrawingView["samples"][number]): TemplateResult {
  return html`<li data-group=${group} data-sample=${sample} data-ended=${ended ? "yes" : "no"}>
    <div class="facts">
      <span class="mono prompt">${visible(prompt.replaceAll(/\s+/g, " "))}</span>
      <span>${t("group {0}, sample {1}", group + 1, sample + 1)}</span>
      <span>${t("{0} tok", formatNumber(tokens))}</span>
      <span class="badge">${ended ? t("ended") : t("being written")}</span>
    </div>
    <div class="mono completion">${cut ? "… " : nothing}${visible(text)}</div>
  </li>`;
}
