/** Notes at steps: the form that one is written in, and the list of them. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import { annotationLimits, type StepNote } from "../../server/protocol/annotations";
import { visible } from "../shared/visible";
import type { NoteDraft } from "./step-notes";

export interface NoteActions {
  readonly show: (note: StepNote) => void;
  readonly edit: (note: StepNote) => void;
  readonly remove: (note: StepNote) => void;
}

export interface DraftActions {
  /** The text as it is typed: kept, not drawn. */
  readonly typed: (text: string) => void;
  readonly save: () => void;
  readonly drop: () => void;
}

export function noteForm(draft: NoteDraft, { typed, save, drop }: DraftActions): TemplateResult {
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") drop();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    else return;
    event.preventDefault();
  };
  const form = html`<form
    class="note-form"
    @submit=${(event: Event) => {
      event.preventDefault();
      save();
    }}
  >
    <label for="note-text"
      >${draft.id === null ? t("Note") : t("Change the note")} at step ${draft.step} of ${draft.stage}</label
    >
    <textarea
      id="note-text"
      rows="3"
      maxlength=${annotationLimits.stepNote}
      .value=${draft.text}
      @input=${(event: Event) => typed((event.currentTarget as HTMLTextAreaElement).value)}
      @keydown=${pressed}
    ></textarea>
    <div>
      <vscode-button @click=${save}>Save Note</vscode-button>
      <vscode-button secondary @click=${drop}>Cancel</vscode-button>
      <span class="hint">Ctrl+Enter saves, Escape cancels.</span>
    </div>
  </form>`;
  return html`${keyed(`${draft.id ?? ""} ${draft.stage} ${draft.step}`, form)}`;
}

/** `deleting`: the note that is deleted once that is said again. */
export function noteList(
  notes: readonly StepNote[],
  deleting: string | null,
  { show, edit, remove }: NoteActions,
): TemplateResult | typeof nothing {
  if (notes.length === 0) return nothing;
  const sorted = notes.toSorted((a, b) => (a.stage === b.stage ? a.step - b.step : a.stage < b.stage ? -1 : 1));
  return html`<details class="notes" open>
    <summary>Notes (${notes.length})</summary>
    <ul>
      ${repeat(
        sorted,
        ({ id }) => id,
        (note) =>
          html`<li>
            <button type="button" class="link at" title="Show this step" @click=${() => show(note)}>
              ${visible(note.stage)} ${note.step}
            </button>
            <span class="text">${visible(note.text)}</span>
            <button
              type="button"
              class="icon-button"
              title="Change this note"
              aria-label="Change the note at step ${note.step}"
              @click=${() => edit(note)}
            >
              <span class="codicon codicon-edit" aria-hidden="true"></span>
            </button>
            ${
              deleting === note.id
                ? html`<button type="button" class="link sure" @click=${() => remove(note)}>Delete for good</button>`
                : html`<button
                    type="button"
                    class="icon-button"
                    title="Delete this note"
                    aria-label="Delete the note at step ${note.step}"
                    @click=${() => remove(note)}
                  >
                    <span class="codicon codicon-trash" aria-hidden="true"></span>
                  </button>`
            }
          </li>`,
      )}
    </ul>
  </details>`;
}
