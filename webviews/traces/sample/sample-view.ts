/** One sample, opened: what was asked and answered, what its rewards said, and its tokens with their numbers. */
import { html, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { RolloutSummary } from "../../../server/protocol/traces";
import { titleAmong } from "../../../server/protocol/run-title";
import { formatShort } from "../../shared/format";
import { iconButton, select } from "../../shared/pieces";
import { named } from "../../../server/shared/unseen";
import { visible } from "../../shared/visible";
import { marksOf } from "../highlight";
import { advantage, groupHeader, rewards, verdict } from "../group-view";
import type { TracesModel, TracesState } from "../model";
import { curvesButton, historyButton } from "./group-bar";
import { historyView } from "./history-view";
import { measureLabels, measureNames, measureOf, type Measure } from "./measures";
import { notesView } from "./notes-view";
import { heldSample, isHeld, placeOf, samplePlace } from "./sample-actions";
import { stepScoresOf } from "./step-scores";
import { textView } from "./text-view";
import "./token-view";
import type { Tokens } from "./tokens";
import { gradientsOf, isChanged, type WhatIfState } from "./what-if-state";
import { whyButton, whyView } from "./why-view";
import { whatIfButton, whatIfView } from "./what-if-view";

export function sampleView(
  model: TracesModel,
  state: TracesState,
  sample: RolloutSummary,
  samples: readonly RolloutSummary[],
): TemplateResult {
  const at = samples.indexOf(sample);
  const to = (index: number): void => {
    const other = samples[index];
    if (other !== undefined) model.openSample(other.sample);
  };
  const { place, tokens, marks } = state;
  const isOfRun = place.file === null;
  return html`<div class="open-sample">
    ${groupHeader(model, state, samples)}
    <div class="toolbar token-bar">
      ${iconButton("arrow-left", t("Back to the samples (Esc)"), () => model.openSample(null))}
      ${iconButton("chevron-left", t("Previous sample (h)"), () => to(at - 1), at <= 0)}
      <span class="name">Sample #${sample.sample}</span>
      ${iconButton("chevron-right", t("Next sample (l)"), () => to(at + 1), at + 1 >= samples.length)}
      <span>reward <b>${sample.reward === null ? "–" : formatShort(sample.reward)}</b></span>
      ${isOfRun || sample.advantage !== null ? advantage(sample) : nothing}
      ${isOfRun ? ofRunButtons(model, sample) : nothing}
      ${iconButton("markdown", t("Copy as Markdown (m)"), () => model.samples.copy(sample, "markdown"))}
      ${iconButton("copy", t("Copy as JSON"), () => model.samples.copy(sample, "json"))}
      ${iconButton("json", t("Open the raw row (r)"), () => model.samples.openRawRow(sample))}
      ${compareWith(model, state, sample, samples)} ${historyButton(model, state)}
      ${isOfRun ? whatIfButton(model, state) : nothing} ${curvesButton(model, state)}
    </div>
    ${whatIfView(model, state)} ${historyView(model, state)}
    <section class="sample-part" aria-label="Rewards">
      <h3>Rewards</h3>
      <p>${verdict(sample)} ${whyButton(model, state, sample)}</p>
      ${whyView(state, sample)} ${rewards(sample, model, state.versions)}
      ${isOfRun ? paidLines(model, sample) : nothing}
    </section>
    ${isOfRun ? notesView(model, state, samplePlace(sample)) : nothing}
    <section class="sample-part" aria-label="Tokens">
      <h3>Tokens</h3>
      ${tokens === null ? html`<p class="loading" role="status">Reading tokens…</p>` : tokensOf(model, state, sample, tokens)}
    </section>
    <section class="sample-part" aria-label="Completion">
      <h3>Completion</h3>
      ${textView(sample.completion, marksOf(marks, sample).completion, stepScoresOf(sample).given)}
    </section>
  </div>`;
}

/** Numbers of the step learned again, beside those that are stored. */
function learnedNumbers(state: WhatIfState | null, changed: boolean) {
  if (state?.kind !== "there" || state.tokens === null) return [];
  const { advantages, push } = state.tokens;
  if (!changed)
    return [
      { name: "advantage", values: advantages.before },
      { name: "push", values: push.before },
    ];
  return [
    { name: "advantage", values: advantages.before },
    { name: "… changed", values: advantages.after },
    { name: "push", values: push.before },
    { name: "… changed", values: push.after },
  ];
}

const ofRunButtons = (model: TracesModel, sample: RolloutSummary): TemplateResult =>
  html`${iconButton("comment-discussion", t("Try its prompt with a checkpoint"), () => model.tryRollout(sample))}
  ${iconButton("debug-alt", t("Debug a reward on it"), () => model.debugRollout(sample))}
  ${iconButton("save", t("Save as reward case"), () => model.saveCase(sample))}`;

/** Chooses another sample to stand beside this one: of the group, or the one that is held. */
function compareWith(
  model: TracesModel,
  state: TracesState,
  sample: RolloutSummary,
  samples: readonly RolloutSummary[],
): TemplateResult {
  const others = samples.filter((one) => one !== sample);
  const held = heldSample(state);
  const lets = isHeld(state, sample);
  const chosen = (event: Event): void => {
    const field = event.currentTarget as HTMLSelectElement;
    const { value } = field;
    const other = others.find((one) => String(one.sample) === value);
    field.value = "";
    if (value === "hold") model.samples.hold(sample);
    if (value === "held" && held !== null) model.samples.compare({ left: held, right: placeOf(sample) });
    if (other) model.samples.compare({ left: placeOf(sample), right: placeOf(other) });
  };
  return html`<select class="compare-with" aria-label="Compare with another sample" @change=${chosen}>
    <option value="">Compare with…</option>
    ${others.map(
      (one) =>
        html`<option value=${one.sample}>
          #${one.sample}${one.reward === null ? "" : t(", reward {0}", formatShort(one.reward))}
        </option>`,
    )}
    ${
      held === null || lets
        ? nothing
        : html`<option value="held">
            Held: #${held.sample} of ${named(held.stage)} ${held.step}, group
            ${held.group}${held.of === null ? nothing : t(", run {0}", titleAmong(state.runs, held.of))}
          </option>`
    }
    <option value="hold">
      ${lets ? t("Let this sample go") : t("Hold this sample, for one of another group, step or run")}
    </option>
  </select>`;
}

/** Runs each reward that scored once more to find the line that paid. */
function paidLines(model: TracesModel, sample: RolloutSummary): TemplateResult | typeof nothing {
  if (sample.purpose !== "train") return nothing;
  const names = Object.entries(sample.rewards).flatMap(([name, { kind }]) => (kind === "score" ? [name] : []));
  if (names.length === 0) return nothing;
  return html`<p class="paid">
    Open at the line that paid:
    ${names.map(
      (name) =>
        html`<button
          type="button"
          class="link"
          title="Runs the reward on this sample and opens the return that ran"
          @click=${() => model.samples.openPaidLine(sample, name)}
        >
          ${visible(name)}
        </button>`,
    )}
  </p>`;
}

function tokensOf(
  model: TracesModel,
  { place, whatIf }: TracesState,
  sample: RolloutSummary,
  tokens: Tokens,
): TemplateResult {
  if (tokens.count === 0) return html`<p class="muted">No tokens are stored of this sample.</p>`;
  const gradients = gradientsOf(whatIf, sample);
  const found = measureOf(place.measure, tokens, sample, gradients);
  const measure = "measure" in found ? found.measure : null;
  const choices = measureNames.map((name) => {
    const isLearned = name === "advantage" || name === "contribution";
    const why = isLearned && sample.purpose === "train" ? null : measureOf(name, tokens, sample, gradients);
    return {
      value: name,
      label:
        why !== null && "missing" in why && !tokens.pending
          ? t("{0} – not stored", measureLabels[name])
          : measureLabels[name],
    };
  });
  const more = learnedNumbers(whatIf, place.whatIf !== null && isChanged(place.whatIf));
  const choose = (value: string): void => {
    const name = measureNames.find((one) => one === value);
    if (name !== undefined) model.go({ measure: name });
  };
  const keep = ({ detail }: CustomEvent<number | null>): void => model.keep({ token: detail });
  return html`<div class="measure-bar">
      ${select(t("Tint by"), choices, place.measure, choose)} ${measure === null ? nothing : legend(measure)}
    </div>
    ${"missing" in found ? html`<p class="muted" role="status">${found.missing}</p>` : nothing}
    ${measure?.note ? html`<p class="muted">${measure.note}</p>` : nothing}
    ${
      tokens.damaged.length > 0
        ? html`<p class="cut" role="status">
            Left out, since the store has another length of them than of tokens: ${visible(tokens.damaged.join(", "))}.
          </p>`
        : nothing
    }
    <token-view
      .tokens=${tokens}
      .measure=${measure}
      .token=${place.token}
      .more=${more}
      .isOfRun=${place.file === null}
      .under=${underNumbers(model, sample, tokens, place.file === null)}
      @choose=${keep}
    ></token-view>`;
}

/** Why a token has no alternatives, and what can be done about it. */
function underNumbers(
  model: TracesModel,
  sample: RolloutSummary,
  { top, topProblem, pending }: Tokens,
  isOfRun: boolean,
): TemplateResult | typeof nothing {
  if (top !== null || pending) return nothing;
  if (topProblem !== null) return html`<p class="muted">Likeliest tokens: ${topProblem}</p>`;
  if (!isOfRun) return html`<p class="muted">The likeliest tokens of a place: not in this file.</p>`;
  const setting =
    sample.purpose === "evaluation"
      ? html`<code>evaluation.top_logprobs</code>`
      : html`<code>top_logprobs</code> of ${visible(sample.stage)}`;
  return html`<p class="muted">
    The likeliest tokens of a place are not stored. ${setting} in the recipe stores them.
    <button type="button" class="link" @click=${() => model.tryRollout(sample)}>Try Checkpoint with This Prompt</button>
  </p>`;
}

const swatch = (strength: number, side: "low" | "high"): TemplateResult =>
  html`<span class="token" data-side=${side} .style=${`--heat: ${strength}`}>&nbsp;&nbsp;&nbsp;</span>`;

const legend = ({ words }: Measure): TemplateResult =>
  html`<p class="scale" aria-hidden="true">
    ${words.below === null ? nothing : html`${words.below} ${swatch(1, "low")}${swatch(0.5, "low")}`} ${words.little}
    ${swatch(0.1, "high")}${swatch(0.4, "high")}${swatch(0.7, "high")}${swatch(1, "high")} ${words.much}
  </p>`;
