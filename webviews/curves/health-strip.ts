/** What the numbers show of the run's health: a line a note, with its evidence, what people do about it and which setting changes it. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { HealthEvidence, HealthNote, HealthNotes } from "../../server/protocol/health";
import { formatNumber } from "../shared/format";
import { visible } from "../shared/visible";

export interface HealthActions {
  /** The reader wants to see a number in its chart. */
  readonly open: (evidence: HealthEvidence) => void;
  /** The reader wants to read the rollouts that a note speaks of; null: there are none here. */
  readonly traces: ((note: HealthNote) => void) | null;
  /** The reader wants to change a setting; null: there is no recipe here. */
  readonly setting: ((note: HealthNote, setting: string) => void) | null;
  /** The reader wants another threshold. */
  readonly threshold: (name: string) => void;
}

export function healthStrip(notes: HealthNotes, actions: HealthActions): TemplateResult | typeof nothing {
  if (notes.length === 0) return nothing;
  return html`<section class="health" aria-label="Health of the run">
    ${repeat(
      notes,
      ({ id, stage }) => `${stage}/${id}`,
      (note) => noteView(note, actions),
    )}
  </section>`;
}

const kinds = {
  alarm: { icon: "warning", label: t("Alarm") },
  advice: { icon: "lightbulb", label: t("Advice") },
} as const;

function noteView(note: HealthNote, { open, traces, setting, threshold }: HealthActions): TemplateResult {
  const { icon, label } = kinds[note.kind];
  return html`<details data-kind=${note.kind} data-rule=${note.id}>
    <summary>
      <span class="codicon codicon-${icon}" role="img" aria-label=${label}></span>
      <b>${note.title}</b> ·
      <span>${visible(note.text)}</span>
      <span class="stage">${visible(note.stage)}</span>
    </summary>
    <div class="because">
      <ul aria-label="Evidence">
        ${note.evidence.map(
          (one) =>
            html`<li>
              <button type="button" title="Show in the chart" @click=${() => open(one)}>
                <code>${visible(one.metric)}</code> ${formatNumber(one.value)} at step ${one.step}
              </button>
              <span class="what">${visible(one.what)}</span>
            </li>`,
        )}
        ${
          note.traces === null || traces === null
            ? nothing
            : html`<li>
                <button type="button" class="traces" @click=${() => traces(note)}>
                  Open its rollouts in the traces
                </button>
                <code class="what">${note.traces.where}</code>
              </li>`
        }
      </ul>
      <p>${note.remedy} <a href=${note.source.url}>${note.source.title}</a></p>
      <p class="settings">
        Settings:
        ${note.settings.map((name, at) => html`${at > 0 ? ", " : nothing}${settingName(name, setting === null ? null : () => setting(note, name))}`)}
      </p>
      <p class="thresholds">
        It speaks by these thresholds:
        ${note.thresholds.map(
          ({ name, value }, at) =>
            html`${at > 0 ? ", " : nothing}<button
                type="button"
                title="Open in the settings of VS Code"
                @click=${() => threshold(name)}
              >
                <code>${name}</code> ${value}
              </button>`,
        )}
      </p>
    </div>
  </details>`;
}

const settingName = (name: string, open: (() => void) | null): TemplateResult =>
  open === null
    ? html`<code>${name}</code>`
    : html`<button type="button" title="Show in the recipe" @click=${open}><code>${name}</code></button>`;
