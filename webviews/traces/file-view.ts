/** What the file is that the page is the editor of: which columns became what, what was left out, and the form that chooses columns. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { ColumnMapping, FileColumn, RolloutFile } from "../../server/protocol/rollout-files";
import { amount } from "../../server/shared/amount";
import { named } from "../../server/shared/unseen";

import { visible } from "../shared/visible";
import type { TracesModel, TracesState } from "./model";

const nameOf = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;

/** Nothing of runs, which say in the toolbar what they are. */
export function fileHeader(model: TracesModel, state: TracesState): TemplateResult | typeof nothing {
  const { file, place } = state;
  if (place.file === null) return nothing;
  return html`<section class="file-header" aria-label="File">
    <p>
      <b title=${named(place.file)}>${visible(nameOf(place.file))}</b>
      ${file === null ? nothing : html`<span>${file.tool}</span>`}
      ${file?.state === "ready" ? html`<span>${plural(file.rollouts, "rollout")}</span>` : nothing}
    </p>
    ${file?.state === "ready" ? readyFile(model, state, file) : nothing}
  </section>`;
}

function readyFile(
  model: TracesModel,
  { place }: TracesState,
  file: Extract<RolloutFile, { state: "ready" }>,
): TemplateResult {
  const others = file.series - 1;
  return html`${
    file.notes.length === 0
      ? nothing
      : html`<ul class="left-out" aria-label="Not as in the file">
          ${file.notes.map((note) => html`<li>${visible(note)}</li>`)}
        </ul>`
  }
  ${
    others === 0
      ? nothing
      : html`<button
          type="button"
          class="link"
          aria-pressed=${place.whole}
          @click=${() => model.go({ whole: !place.whole, group: null, sample: null })}
        >
          ${place.whole ? t("Read this file alone") : t("Read all {0} files of this series", amount(file.series))}
        </button>`
  }
  ${
    file.became.length === 0
      ? nothing
      : html`<details class="became">
          <summary>What became what</summary>
          <ul>
            ${file.became.map((line) => html`<li>${visible(line)}</li>`)}
          </ul>
          ${file.mapping === null ? nothing : mappingForm(model, file.columns, file.mapping)}
        </details>`
  }`;
}

/** In place of rollouts that are not there yet. */
export function fileState(
  model: TracesModel,
  state: TracesState,
  file: RolloutFile | null,
): TemplateResult | typeof nothing {
  if (state.problem !== null) return nothing;
  if (file === null) return html`<p class="loading" role="status">Reading the file…</p>`;
  if (file.state === "reading")
    return html`<p class="loading" role="status">
      Reading rollouts: ${file.share === null ? nothing : `${Math.floor(100 * file.share)} %, `}${amount(file.rollouts)}
      so far
    </p>`;
  if (file.state === "unmapped")
    return html`<div class="choose">
      <h2>Which columns are prompt and completion?</h2>
      <p>Their names do not say. The choice is kept for files with the same columns; the file itself is not changed.</p>
      ${mappingForm(model, file.columns, null)}
    </div>`;
  return nothing;
}

const single = [
  { key: "prompt", label: t("Prompt"), needed: true },
  { key: "completion", label: t("Completion"), needed: true },
  { key: "answer", label: t("Gold answer"), needed: false },
  { key: "correct", label: t("Verdict (1 right, 0 wrong)"), needed: false },
  { key: "reward", label: t("Total reward"), needed: false },
  { key: "advantage", label: t("Advantage"), needed: false },
  { key: "group", label: t("Group"), needed: false },
  { key: "step", label: t("Step"), needed: false },
  { key: "tokens", label: t("Tokens"), needed: false },
] as const;

const absent: Readonly<Partial<Record<(typeof single)[number]["key"], string>>> = {
  group: t("rows with the same prompt"),
  reward: t("the sum of the rewards"),
  step: t("the number in the file's name"),
};

function mappingForm(
  model: TracesModel,
  columns: readonly FileColumn[],
  mapping: ColumnMapping | null,
): TemplateResult {
  const sent = (event: Event): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => {
      const value = data.get(name);
      return typeof value === "string" ? value : "";
    };
    const chosen = (name: string): string | null => (text(name) === "" ? null : text(name));
    model.mapColumns({
      prompt: text("prompt"),
      completion: text("completion"),
      answer: chosen("answer"),
      correct: chosen("correct"),
      reward: chosen("reward"),
      rewards: data.getAll("rewards").filter((value) => typeof value === "string"),
      advantage: chosen("advantage"),
      group: chosen("group"),
      step: chosen("step"),
      tokens: chosen("tokens"),
    });
  };
  return html`<form class="columns" @submit=${sent}>
    ${single.map(({ key, label, needed }) => {
      const value = mapping?.[key] ?? "";
      return html`<label>
        <span>${label}</span>
        <select name=${key} ?required=${needed}>
          <option value="" ?selected=${value === ""}>${needed ? t("Choose…") : `– ${absent[key] ?? t("none")}`}</option>
          ${columns.map(
            ({ name, holds }) =>
              html`<option value=${name} ?selected=${name === value}>${named(name)} (${holds})</option>`,
          )}
        </select>
      </label>`;
    })}
    <fieldset>
      <legend>Rewards by name</legend>
      ${columns
        .filter(({ holds }) => /number|true or false/.test(holds))
        .map(
          ({ name }) =>
            html`<label class="check">
              <input
                type="checkbox"
                name="rewards"
                value=${name}
                ?checked=${mapping?.rewards.includes(name) ?? false}
              />
              ${visible(name)}
            </label>`,
        )}
    </fieldset>
    <table class="examples">
      <caption class="visually-hidden">
        Columns of the file
      </caption>
      <tbody>
        ${columns.map(
          ({ name, holds, example }) =>
            html`<tr>
              <th scope="row" class="mono">${visible(name)}</th>
              <td>${holds}</td>
              <td class="mono">${visible(example)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <button type="submit" class="primary">Read by These Columns</button>
  </form>`;
}
