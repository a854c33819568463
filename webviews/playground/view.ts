/** The page on which one talks to a checkpoint: which one, what it is asked, how answers are drawn, and the answers. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import {
  mostSamples,
  mostTemperature,
  mostTokens,
  playSettingsSchema,
  type PlaySettings,
} from "../../server/protocol/playground";
import { amount } from "../../server/shared/amount";
import { emptyState, problem, runPicker, select } from "../shared/pieces";
import { refused, typedNumber } from "../shared/typed-number";
import { visible } from "../shared/visible";
import { focusDraft } from "./focus-draft";
import type { PlaygroundModel, PlaygroundPage } from "./model";
import { roundView } from "./round-view";
import { most } from "./rounds";
import { trainsNow } from "./training";

export function playgroundView(model: PlaygroundModel): TemplateResult {
  const state = model.state();
  return html`<h1 class="visually-hidden">Try Checkpoint</h1>
    ${toolbar(model, state)} ${problem(state.problem, () => model.pull())} ${content(model, state)}`;
}

function toolbar(
  model: PlaygroundModel,
  { runs, run, open, loading }: PlaygroundPage,
): TemplateResult | typeof nothing {
  if (runs === undefined || run === null) return nothing;
  const choices = (open?.checkpoints ?? []).map((name) => ({ value: name, label: name }));
  return html`<header class="toolbar">
    ${runPicker(runs, run, (folder) => model.chooseRun(folder))}
    ${open === null ? nothing : select(t("Checkpoint"), choices, open.checkpoint, (name) => model.chooseCheckpoint(name))}
    <p class="loaded" role="status">${loadedText(open, loading, trainsNow(runs))}</p>
  </header>`;
}

function loadedText(
  open: PlaygroundPage["open"],
  loading: boolean,
  training: boolean,
): TemplateResult | typeof nothing {
  if (loading) return html`Loading the checkpoint…`;
  if (open === null) return nothing;
  const { parameters, engine, chat, positions, seconds } = open.model;
  return html`<span title=${engine}
      >${amount(parameters)} parameters on ${engine.split(":")[0]}, ${positions}
      positions${chat ? t(", chat template") : ""}, loaded in ${seconds.toFixed(1)} s</span
    >${training ? html`<span class="shared">A run is training: both share this machine, so both are slower.</span>` : nothing}`;
}

function content(model: PlaygroundModel, state: PlaygroundPage): TemplateResult | typeof nothing {
  const { runs, run, open, place, rounds, lost } = state;
  if (runs === undefined) return html`<p class="loading" role="status">Reading runs…</p>`;
  if (run === null)
    return emptyState(
      t("No checkpoint yet"),
      t("Open a recipe (*.lab.json) and run it. Its checkpoints can be tried here."),
    );
  if (open === null || place.settings === null) return nothing;
  return html`${prompt(model, state)} ${sampling(model, place.settings)}
    ${place.draft === null ? nothing : draft(model, place.draft)}
    <section class="rounds" aria-label="Answers">
      ${repeat(
        rounds,
        ({ id }) => id,
        (round) => roundView(model, state, round),
      )}
      ${lost > 0 ? html`<p class="muted" role="status">${lostText(lost)}</p>` : nothing}
    </section>`;
}

const lostText = (count: number): string =>
  t(
    "Draws whose answers are gone: {0}. The page holds the newest {1}; of these, about two megabytes outlive a hidden tab or a reload.",
    count,
    most,
  );

function prompt(model: PlaygroundModel, { place, seen }: PlaygroundPage): TemplateResult {
  const { asked, answer, columns } = place;
  const value = (event: Event): string => (event.currentTarget as HTMLTextAreaElement | HTMLInputElement).value;
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    sample(model);
  };
  const toggled = (event: Event): void => model.see((event.currentTarget as HTMLDetailsElement).open);
  return html`<section class="ask" aria-label="Prompt">
    <label class="field wide">
      <span>Prompt${columns === null ? "" : t(" (of a row of the task; typing makes it your own)")}</span>
      <textarea
        class="mono"
        name="prompt"
        rows="3"
        spellcheck="false"
        placeholder="What the model is asked. Ctrl+Enter samples."
        .value=${asked.prompt}
        @input=${(event: Event) => model.typePrompt(value(event))}
        @keydown=${pressed}
      ></textarea>
    </label>
    <label class="field gold">
      <span>Gold answer, for rewards and verifier</span>
      <input
        class="mono"
        name="gold"
        spellcheck="false"
        placeholder="none"
        .value=${answer}
        @input=${(event: Event) => model.move({ answer: value(event) })}
      />
    </label>
    <vscode-button secondary @click=${() => model.takeRow()}>Next Held-out Prompt</vscode-button>
    <details class="wide" @toggle=${toggled}>
      <summary>As the model sees it</summary>
      ${
        seen === null
          ? nothing
          : html`<pre class="mono" tabindex="0">${visible(seen.text)}</pre>
              <p class="muted">${amount(seen.tokens)} tokens</p>`
      }
    </details>
  </section>`;
}

interface Field {
  readonly name: keyof PlaySettings;
  readonly label: string;
  readonly step: string;
  readonly title: string;
  /** What it can be, for those who typed something else. */
  readonly range: string;
}

const fields: readonly Field[] = [
  {
    name: "samples",
    label: t("Answers"),
    step: "1",
    title: t("Drawn at a time, 1 to 64."),
    range: t("Type a whole number from {0} to {1}.", 1, mostSamples),
  },
  {
    name: "temperature",
    label: t("Temperature"),
    step: "0.1",
    title: t("0 takes the likeliest token each time."),
    range: t("Type a number from {0} to {1}.", 0, mostTemperature),
  },
  {
    name: "top_p",
    label: "top_p",
    step: "0.05",
    title: t("1: all tokens stay."),
    range: t("Type a number above 0, at most 1."),
  },
  {
    name: "top_k",
    label: "top_k",
    step: "1",
    title: t("0: all tokens stay."),
    range: t("Type a whole number, 0 or more."),
  },
  {
    name: "max_completion_length",
    label: t("Most tokens"),
    step: "1",
    title: t("An answer is cut off here."),
    range: t("Type a whole number from {0} to {1}.", 1, mostTokens),
  },
  {
    name: "seed",
    label: t("Seed"),
    step: "1",
    title: t("Goes up by one with each draw, so that answers differ. Put it back to draw the same again."),
    range: t("Type a whole number, 0 or more."),
  },
];

/** Draws as the fields say, or says which of them is not used. */
function sample(model: PlaygroundModel): void {
  const { settings } = model.state().place;
  if (settings !== null && !refused(document, settings)) model.sample();
}

function sampling(model: PlaygroundModel, settings: PlaySettings): TemplateResult {
  const typed =
    ({ name, range }: Field) =>
    (event: Event) => {
      const can = playSettingsSchema.shape[name];
      const value = typedNumber(event, (number) => (can.safeParse(number).success ? null : range));
      if (value !== null) model.set({ [name]: value });
    };
  return html`<section class="sampling" aria-label="Sampling">
    ${fields.map(
      (field) =>
        html`<label class="field number" title=${field.title}>
          <span>${field.label}</span>
          <input
            type="number"
            name=${field.name}
            min="0"
            step=${field.step}
            .value=${String(settings[field.name])}
            @change=${typed(field)}
          />
        </label>`,
    )}
    <vscode-button @click=${() => sample(model)}>Sample</vscode-button>
    <vscode-button
      secondary
      @click=${() => {
        model.move({ draft: model.state().place.draft ?? "" });
        focusDraft();
      }}
    >
      Write an Answer…
    </vscode-button>
  </section>`;
}

/** The person plays the policy. */
function draft(model: PlaygroundModel, text: string): TemplateResult {
  return html`<section class="ask" aria-label="Your answer">
    <label class="field wide">
      <span>Your answer, as the model would write it</span>
      <textarea
        class="mono"
        name="draft"
        rows="5"
        spellcheck="false"
        .value=${text}
        @input=${(event: Event) => model.keep({ draft: (event.currentTarget as HTMLTextAreaElement).value })}
      ></textarea>
    </label>
    <vscode-button @click=${() => model.readDraft()}>Ask the Model and the Rewards</vscode-button>
    <vscode-button secondary @click=${() => model.move({ draft: null })}>Close</vscode-button>
  </section>`;
}
