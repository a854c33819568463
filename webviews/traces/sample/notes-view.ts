/** Tags and a note of the reader's own on a sample. */
import { html } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import { noteLimits, type RolloutNote } from "../../../server/protocol/rollout-notes";
import { named } from "../../../server/shared/unseen";
import { visible } from "../../shared/visible";
import type { TracesModel, TracesState } from "../model";
import { noteOf, type SamplePlace } from "./sample-actions";

/** As badges, for lists and cards. */
export function noteBadges(notes: readonly RolloutNote[], place: SamplePlace): TemplateResult | typeof nothing {
  const note = noteOf(notes, place);
  if (!note) return nothing;
  return html`${note.tags.map((tag) => html`<span class="badge own-tag">${visible(tag)}</span>`)}
  ${
    note.note === ""
      ? nothing
      : html`<span class="own-note" title=${named(note.note)}
          ><span class="codicon codicon-note" role="img" aria-label="Has a note"></span
        ></span>`
  }`;
}

/** Of a group in the list: its samples' tags, each once. */
export function groupBadges(
  notes: readonly RolloutNote[],
  group: Omit<SamplePlace, "sample">,
): TemplateResult | typeof nothing {
  const own = notes.filter(
    (note) =>
      note.stage === group.stage &&
      note.step === group.step &&
      note.purpose === group.purpose &&
      note.group === group.group,
  );
  if (own.length === 0) return nothing;
  const tags = [...new Set(own.flatMap((note) => note.tags))];
  const written = own.some(({ note }) => note !== "");
  return html`${tags.map((tag) => html`<span class="badge own-tag">${visible(tag)}</span>`)}
  ${written ? html`<span class="badge own-tag">note</span>` : nothing}`;
}

export function notesView(
  model: TracesModel,
  { notes, notesProblem }: TracesState,
  place: SamplePlace,
): TemplateResult {
  const known = noteOf(notes, place);
  const tags = known?.tags ?? [];
  const write = (next: Pick<RolloutNote, "tags" | "note">): void => model.samples.writeNote(place, next);
  const note = known?.note ?? "";
  const added = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const field = event.currentTarget as HTMLInputElement;
    const tag = field.value.trim();
    field.value = "";
    if (tag !== "" && !tags.includes(tag)) write({ tags: [...tags, tag], note });
  };
  const used = [...new Set(notes.flatMap((one) => one.tags))].filter(
    // One with characters that nobody sees is not offered again.
    (tag) => !tags.includes(tag) && named(tag) === tag,
  );
  return html`<section class="sample-part notes" aria-label="Tags and note">
    <h3>Tags and note</h3>
    <div class="tag-list">
      ${tags.map(
        (tag) =>
          html`<span class="badge own-tag"
            >${visible(tag)}
            <button
              type="button"
              class="link"
              aria-label="Remove the tag ${named(tag)}"
              @click=${() => write({ tags: tags.filter((one) => one !== tag), note })}
            >
              ×
            </button></span
          >`,
      )}
      ${
        tags.length >= noteLimits.tags
          ? nothing
          : html`<input
              class="new-tag"
              type="text"
              list="used-tags"
              maxlength=${noteLimits.tag}
              placeholder="Add a tag (t)"
              aria-label="Add a tag"
              @keydown=${added}
            />`
      }
      <datalist id="used-tags">${used.map((tag) => html`<option value=${tag}></option>`)}</datalist>
    </div>
    <textarea
      class="own-text"
      rows="2"
      maxlength=${noteLimits.note}
      placeholder="A note of your own, kept in the run's folder (n)"
      aria-label="Note"
      .value=${note}
      @change=${(event: Event) => write({ tags: [...tags], note: (event.currentTarget as HTMLTextAreaElement).value })}
    ></textarea>
    ${notesProblem === null ? nothing : html`<p class="cut" role="status">${visible(notesProblem)}</p>`}
  </section>`;
}
