/** Places that show a behaviour, each of which opens its rollout. What a model wrote goes in as text. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { exampleKinds, measureTexts, type BehaviourExample, type ExampleKind } from "../../server/protocol/behaviours";

import { emptyState, iconButton, select } from "../shared/pieces";
import { visible } from "../shared/visible";
import type { BehavioursModel, BehavioursState } from "./model";

export const kindTitle = (kind: ExampleKind): string =>
  kind === "aha" ? t("“Aha” candidates: right after a self-correction") : t(measureTexts[kind].title);

export function exampleList(model: BehavioursModel, state: BehavioursState): TemplateResult {
  const { place, examples, shown } = state;
  const choose = (value: string): void => {
    const kind = exampleKinds.find((one) => one === value);
    if (kind) model.go({ kind });
  };
  const choices = exampleKinds.map((kind) => ({ value: kind, label: kindTitle(kind) }));
  const aha = shown.reduce((sum, point) => sum + point.aha, 0);
  const rollouts = shown.reduce((sum, point) => sum + point.rollouts, 0);
  return html`<aside class="examples" aria-label="Examples">
    <div class="row-of-fields">
      ${select(t("Examples of"), choices, place.kind, choose)}
      ${
        place.step === null
          ? nothing
          : html`<span class="at-step"
              >${place.exampleStage ?? ""} step ${place.step}
              ${iconButton("close", t("Examples of all steps"), () => model.go({ step: null, exampleStage: null }))}</span
            >`
      }
    </div>
    ${
      place.kind === "aha"
        ? html`<p class="muted">
            ${plural(aha, "candidate")} among ${plural(rollouts, "rollout")}. A right answer after a correction may have
            been right without it, so read them before you believe it.
          </p>`
        : nothing
    }
    ${list(model, examples)}
  </aside>`;
}

function list(model: BehavioursModel, examples: readonly BehaviourExample[] | null): TemplateResult {
  if (examples === null) return html`<p class="muted" role="status">Reading examples…</p>`;
  if (examples.length === 0) return emptyState(t("No examples"), t("None were found here."));
  return html`<ul>
    ${examples.map((example) => {
      const { stage, step, correct, prompt, before, at, after, group, sample } = example;
      const verdict = correct === null ? "" : correct ? t("right") : t("wrong");
      return html`<li>
        <button
          type="button"
          class="example"
          title="Open this rollout in the traces"
          @click=${() => model.openExample(example)}
        >
          <span class="where"
            ><span>${stage} ${step} · group ${group} · sample ${sample}</span
            ><span class="verdict" data-right=${String(correct)}>${verdict}</span></span
          >
          <span class="prompt mono">${visible(prompt)}</span>
          <span class="text mono">${visible(before)}<mark>${visible(at)}</mark>${visible(after)}</span>
        </button>
      </li>`;
    })}
  </ul>`;
}
