/** *What if*: rewards, weights and settings of the open group changed by hand, beside what the run had. */
import { html, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import { lossTypes } from "../../../server/protocol/loss-types";
import { scaleRewards, type WhatIf, type WhatIfChange, type WhatIfSample } from "../../../server/protocol/what-if";
import { formatOptional, formatSigned } from "../../shared/format";
import { iconButton, select } from "../../shared/pieces";
import { marked, typedNumber } from "../../shared/typed-number";
import { named } from "../../../server/shared/unseen";
import { visible } from "../../shared/visible";
import type { TracesModel, TracesState } from "../model";
import { formatExact } from "./numbers";
import { isChanged, unchanged, withScore, withSetting, withWeight } from "./what-if-state";

export const whatIfButton = (model: TracesModel, { place }: TracesState): TemplateResult =>
  html`<button
    type="button"
    class="link"
    aria-pressed=${place.whatIf !== null}
    title="Change rewards or settings by hand and see what the step would have learned"
    @click=${() => model.changeWhatIf(place.whatIf === null ? unchanged : null)}
  >
    What if…
  </button>`;

export function whatIfView(model: TracesModel, { place, whatIf }: TracesState): TemplateResult | typeof nothing {
  const change = place.whatIf;
  if (change === null) return nothing;
  return html`<section class="what-if" aria-label="What if">
    <header>
      <h3>What if</h3>
      ${iconButton("discard", t("As the run had it"), () => model.changeWhatIf(unchanged), !isChanged(change))}
      ${iconButton("close", t("Close what-if (w)"), () => model.changeWhatIf(null))}
    </header>
    ${
      whatIf === null || whatIf.kind === "asked"
        ? html`<p class="loading" role="status">Learning the step again…</p>`
        : whatIf.kind === "none"
          ? html`<p class="cut" role="status">${visible(whatIf.problem)}</p>`
          : changed(model, change, whatIf.answer)
    }
  </section>`;
}

function changed(model: TracesModel, change: WhatIfChange, answer: WhatIf): TemplateResult {
  return html`${reproduction(answer)} ${settings(model, change, answer)} ${table(model, change, answer)}
  ${answer.notes.map((note) => html`<p class="muted">${note}</p>`)}`;
}

function reproduction({ reproduces, loss, learning }: WhatIf): TemplateResult {
  const good = reproduces.advantages && reproduces.loss;
  return html`<p class="reproduces" data-good=${good}>
      <span class="codicon codicon-${good ? "pass" : "warning"}" aria-hidden="true"></span>
      ${
        reproduces.problem ??
        t("The recorded settings, by the functions that trained, give the recorded advantages and loss.")
      }
    </p>
    <p class="facts" role="status">
      <span>policy loss of the step: recorded <b>${formatExact(loss.recorded)}</b></span>
      <span>with the recorded settings <b>${formatExact(loss.before)}</b></span>
      <span>changed <b>${formatExact(loss.after)}</b></span>
      <span
        >learned from <b>${learning.before}</b>${
          learning.after === learning.before ? nothing : html` → <b>${learning.after}</b>`
        }
        of ${learning.samples} samples</span
      >
    </p>`;
}

function settings(model: TracesModel, change: WhatIfChange, { settings: both, locked }: WhatIf): TemplateResult {
  const { before, after } = both;
  const set = (next: WhatIfChange): void => model.changeWhatIf(next);
  const number = (name: "epsilon" | "epsilon_high" | "beta", label: string, least: number): TemplateResult => {
    const typed = (event: Event): void => {
      const value = typedNumber(event, (number) =>
        number > 0 || (least === 0 && number === 0)
          ? null
          : least === 0
            ? t("Type 0 or more.")
            : t("Type more than 0."),
      );
      if (value !== null) set(withSetting(change, name, value, before[name]));
    };
    return html`<label class="field" title=${locked[name] ?? t("As the run had it: {0}", before[name])}>
      <span>${label}</span>
      <input
        class="number"
        type="number"
        step="any"
        min="0"
        ?disabled=${locked[name] !== undefined}
        data-changed=${after[name] !== before[name]}
        .value=${String(after[name])}
        @change=${typed}
      />
    </label>`;
  };
  const scale = (value: string): void => {
    const chosen = scaleRewards.find((one) => one === value);
    if (chosen) set(withSetting(change, "scale_rewards", chosen, before.scale_rewards));
  };
  const loss = (value: string): void => {
    const chosen = lossTypes.find((one) => one === value);
    if (chosen) set(withSetting(change, "loss_type", chosen, before.loss_type));
  };
  const named = (values: readonly string[], own: string) =>
    values.map((value) => ({ value, label: value === own ? t("{0} (as run)", value) : value }));
  const { scores: _, ...applied } = change;
  const canApply = isChanged({ ...applied, scores: [] });
  return html`<div class="what-if-settings">
      ${
        locked.scale_rewards === undefined
          ? select("scale_rewards", named(scaleRewards, before.scale_rewards), after.scale_rewards, scale)
          : nothing
      }
      ${select("loss_type", named(lossTypes, before.loss_type), after.loss_type, loss)}
      ${number("epsilon", "epsilon", 1)} ${number("epsilon_high", "epsilon_high", 1)} ${number("beta", "beta", 0)}
      <vscode-button
        secondary
        ?disabled=${!canApply}
        title="Write the changed settings and weights into the recipe, as an edit that can be undone. Changed scores are no setting."
        @click=${() => model.applyWhatIf()}
        >Apply to Recipe</vscode-button
      >
    </div>
    ${Object.entries(locked).map(([name, why]) => html`<p class="muted"><code>${name}</code>: ${codeIn(why)}</p>`)}`;
}

/** A sentence of ours with names in backticks. */
const codeIn = (text: string): (string | TemplateResult)[] =>
  text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));

const arrow = (before: string, after: string): TemplateResult =>
  before === after ? html`${before}` : html`<span class="muted">${before}</span> → <b>${after}</b>`;

const signed = (value: number | null): string => (value === null ? "–" : formatSigned(value));

function table(model: TracesModel, change: WhatIfChange, { samples, settings: both }: WhatIf): TemplateResult {
  const names = Object.keys(both.before.weights);
  const weight = (name: string): TemplateResult => {
    const [old, now] = [both.before.weights[name]!, both.after.weights[name]!];
    const typed = (event: Event): void => {
      const value = typedNumber(event, () => null);
      if (value !== null) model.changeWhatIf(withWeight(change, name, value, old));
    };
    return html`<input
      class="number"
      type="number"
      step="any"
      aria-label="Weight of ${named(name)}"
      title="As the run had it: ${old}"
      data-changed=${old !== now}
      .value=${String(now)}
      @change=${typed}
    />`;
  };
  return html`<div class="wide-table">
    <table class="what-if-table">
      <thead>
        <tr>
          <th scope="col">sample</th>
          ${names.map((name) => html`<th scope="col">${visible(name)}</th>`)}
          <th scope="col">reward</th>
          <th scope="col">advantage</th>
          <th scope="col" title="What its tokens add to the policy loss of the step">loss</th>
          <th scope="col" title="Tokens that the update makes likelier">▲</th>
          <th scope="col" title="Tokens that the update makes less likely">▼</th>
          <th scope="col" title="Tokens whose gradient the clip stops">clipped</th>
          <th scope="col" title="Tokens that move the other way than before, or begin or cease to move">turned</th>
        </tr>
        <tr class="weights">
          <th scope="row">weight</th>
          ${names.map((name) => html`<td>${weight(name)}</td>`)}
          <td colspan="7"></td>
        </tr>
      </thead>
      <tbody>
        ${samples.map((sample) => row(model, change, names, sample))}
      </tbody>
    </table>
  </div>`;
}

function row(model: TracesModel, change: WhatIfChange, names: readonly string[], sample: WhatIfSample): TemplateResult {
  const score = (name: string): TemplateResult => {
    const [old, now] = [sample.scores[name] ?? null, sample.changedScores[name] ?? null];
    const typed = (event: Event): void => {
      const field = event.currentTarget as HTMLInputElement;
      const none = field.value === "" && !field.validity.badInput;
      if (none) marked(field, null);
      const score = none ? null : typedNumber(event, () => null);
      if (none || score !== null)
        model.changeWhatIf(withScore(change, { sample: sample.sample, reward: name, score }, old));
    };
    return html`<input
      class="number"
      type="number"
      step="any"
      placeholder="none"
      aria-label="Score of sample ${sample.sample} by ${named(name)}"
      title="As the run had it: ${old ?? t("no score")}. Empty: no score"
      data-changed=${old !== now}
      .value=${now === null ? "" : String(now)}
      @change=${typed}
    />`;
  };
  const { reward, recordedAdvantage, advantage, loss, before, after, turned } = sample;
  const open = (): void => model.openSample(sample.sample);
  return html`<tr>
    <th scope="row"><button type="button" class="link" @click=${open}>#${sample.sample}</button></th>
    ${names.map((name) => html`<td>${score(name)}</td>`)}
    <td>${arrow(formatOptional(reward.before), formatOptional(reward.after))}</td>
    <td title="Recorded: ${formatExact(recordedAdvantage)}. Changed: ${formatExact(advantage.after)}">
      ${arrow(signed(advantage.before), signed(advantage.after))}
    </td>
    <td title="Before: ${formatExact(loss.before)}. Changed: ${formatExact(loss.after)}">
      ${arrow(signed(loss.before), signed(loss.after))}
    </td>
    <td>${arrow(String(before.up), String(after.up))}</td>
    <td>${arrow(String(before.down), String(after.down))}</td>
    <td>${arrow(String(before.clipped), String(after.clipped))}</td>
    <td>${turned}</td>
  </tr>`;
}
