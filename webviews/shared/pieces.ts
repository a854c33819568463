/** Small pieces of interface that both pages use. All text goes in through Lit bindings: as text, never as markup. */
import { html, t } from "./l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { styleMap } from "lit/directives/style-map.js";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { RunEntry } from "../../server/protocol/editor";
import type { StageRecord } from "../../server/protocol/run";
import { runFolderName, runTitles } from "../../server/protocol/run-title";
import { runHeadline } from "./run-labels";
import { named } from "../../server/shared/unseen";
import { plainName, visible } from "./visible";

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
}

/** A labelled drop-down; `title`: its tooltip. */
export function select(
  label: string,
  choices: readonly Choice[],
  value: string,
  choose: (value: string) => void,
  title = "",
): TemplateResult {
  const changed = (event: Event): void => {
    const chosen: unknown = (event.currentTarget as HTMLElement & { readonly value: unknown }).value;
    if (typeof chosen === "string" && chosen !== value) choose(chosen);
  };
  // As wide as its longest choice, so that none is cut off where they are listed. A letter is narrower than a digit.
  const letters = Math.max(0, ...choices.map(({ label: name }) => name.length));
  const options = choices.map(({ label: name, description, ...choice }) => ({
    ...choice,
    label: plainName(name),
    ...(description === undefined ? {} : { description: named(description) }),
    selected: choice.value === value,
  }));
  // One whose choices change keeps the place of the chosen one, not its value: others are a control of their own.
  const control = html`<vscode-single-select
    label=${label}
    style=${styleMap({ minWidth: `calc(${0.85 * Math.min(36, letters)}ch + 30px)` })}
    .options=${options}
    .value=${value}
    @change=${changed}
  ></vscode-single-select>`;
  return html`<label class="field" title=${title === "" ? nothing : named(title)}>
    <span>${label}</span>
    ${keyed(JSON.stringify(choices.map((choice) => choice.value)), control)}
  </label>`;
}

/** A button with an icon of `@vscode/codicons`; the label is its tooltip and its accessible name. */
export function iconButton(icon: string, label: string, press: () => void, disabled = false): TemplateResult {
  return html`<button
    class="icon-button"
    type="button"
    title=${label}
    aria-label=${label}
    ?disabled=${disabled}
    @click=${press}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span>
  </button>`;
}

/** Runs to choose from, by their titles. */
export function runChoices(runs: readonly RunEntry[]): Choice[] {
  const titles = runTitles(runs);
  return runs.map((run) => ({
    value: run.folder,
    label: titles.get(run.folder) ?? "",
    description: `${runHeadline(run).text} · ${runFolderName(run)}`,
  }));
}

export function runPicker(
  runs: readonly RunEntry[],
  run: RunEntry | null,
  choose: (folder: string) => void,
): TemplateResult {
  return select(t("Run"), runChoices(runs), run?.folder ?? "", choose, run?.folder);
}

/** Status of the run, and its message when it did not end by itself. */
export function runStatus(run: RunEntry): TemplateResult {
  const { status, text } = runHeadline(run);
  return html`<span class="run-status" data-status=${status}>
    <span class="codicon codicon-${statusIcons[status]}" aria-hidden="true"></span> ${visible(text)}
  </span>`;
}

const statusIcons = {
  running: "sync",
  stopping: "debug-stop",
  completed: "pass",
  stopped: "debug-pause",
  paused: "warning",
  failed: "error",
  interrupted: "debug-disconnect",
  unreadable: "error",
} as const;

/** What stages let pass and somebody should know of. */
export function remarkList(stages: readonly Pick<StageRecord, "name" | "remarks">[]): TemplateResult | typeof nothing {
  const remarks = stages.flatMap(({ name, remarks: found }) => Object.values(found).map((text) => ({ name, text })));
  if (remarks.length === 0) return nothing;
  const named = stages.length > 1;
  return html`<ul class="remarks" aria-label="Worth knowing">
    ${remarks.map(
      ({ name, text }) =>
        html`<li>
          <span class="codicon codicon-info" aria-hidden="true"></span>
          <span>${named ? html`<b>${name}</b> ` : nothing}${visible(text)}</span>
        </li>`,
    )}
  </ul>`;
}

/** What stands in place of data that is not there; `more`: what else can be done. */
export function emptyState(
  title: string,
  text: string,
  more: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div class="empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${more}
  </div>`;
}

/** An error in place of the data it should have brought, with a way to try again. */
export function problem(message: string | null, retry: (() => void) | null = null): TemplateResult | typeof nothing {
  if (message === null) return nothing;
  return html`<div class="problem" role="alert">
    <span class="codicon codicon-error" aria-hidden="true"></span>
    <span>${visible(message)}</span>
    ${retry === null ? nothing : html`<vscode-button secondary @click=${retry}>Try Again</vscode-button>`}
  </div>`;
}
