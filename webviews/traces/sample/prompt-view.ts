/** The prompt as the model saw it: in its chat template, with its special tokens, and by its ids; closed until it is wanted. */
import { html, plural } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { RolloutSummary } from "../../../server/protocol/traces";
import type { PromptTokens } from "../../../server/protocol/prompt-tokens";

import { visible } from "../../shared/visible";
import type { TracesModel, TracesState } from "../model";
import { shownText } from "../../shared/strip-rows";

/** Characters of the prompt's text that are shown. */
const mostText = 200_000;

export function promptView(
  model: TracesModel,
  state: TracesState,
  { promptAsSeen }: RolloutSummary,
): TemplateResult | typeof nothing {
  if (promptAsSeen === null) return nothing;
  const { promptTokens, place } = state;
  const left = promptAsSeen.length - mostText;
  const opened = ({ currentTarget }: Event): void => {
    if ((currentTarget as HTMLDetailsElement).open) model.samples.askPromptTokens();
  };
  return html`<details class="as-seen" @toggle=${opened}>
    <summary>As the model saw it</summary>
    <pre class="mono" tabindex="0">
${visible(left > 0 ? promptAsSeen.slice(0, mostText).toWellFormed() : promptAsSeen)}</pre>
    ${left > 0 ? html`<p class="cut">${plural(left, "more character")} not shown here: open the raw row.</p>` : nothing}
    ${
      place.file !== null || promptTokens === null
        ? nothing
        : promptTokens === "asked"
          ? html`<p class="muted" role="status">Reading the tokenizer…</p>`
          : typeof promptTokens === "string"
            ? html`<p class="muted" role="status">${visible(promptTokens)}</p>`
            : tokensView(promptTokens)
    }
  </details>`;
}

const tokensView = ({ tokens, count, checkpoint, problem }: PromptTokens): TemplateResult =>
  html`<p class="muted">
      ${plural(count, "token")} by the tokenizer of <code>${visible(checkpoint)}</code>; ids below each, special tokens
      framed.
    </p>
    ${problem === null ? nothing : html`<p class="cut">${problem}</p>`}
    <ol class="prompt-tokens">
      ${tokens.map(
        ({ id, text, special }) =>
          html`<li data-special=${special}>
            <span class="mono">${visible(shownText(text))}</span><small>${id}</small>${
              special ? html`<span class="visually-hidden"> special</span>` : nothing
            }
          </li>`,
      )}
    </ol>
    ${count > tokens.length ? html`<p class="cut">${plural(count - tokens.length, "more token")} not shown.</p>` : nothing}`;
