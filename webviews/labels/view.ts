/** The labelling page: a pair, the keys, how far it is, and whether the labels can be believed. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { LabelState } from "../../server/protocol/labels";
import { named } from "../../server/shared/unseen";
import { completionParts } from "../../server/shared/completion-parts";

import { emptyState, problem, runPicker, select } from "../shared/pieces";
import { visible } from "../shared/visible";
import { choices, tags, undo, type Action } from "./keys";
import { said, type LabelsModel, type LabelsState } from "./model";
import { passesOffered } from "./passes";

export function labelsView(model: LabelsModel): TemplateResult {
  const state = model.state();
  return html`<h1 class="visually-hidden">Label Preferences</h1>
    ${toolbar(model, state)} ${problem(state.problem, () => model.pull())}
    <p class="visually-hidden" role="status">${state.said}</p>
    ${content(model, state)}`;
}

function content(model: LabelsModel, state: LabelsState): TemplateResult | typeof nothing {
  const { labels, run } = state;
  if (labels === null) {
    if (state.problem !== null) return nothing;
    return run === null && state.runs.length === 0 && !state.busy
      ? emptyState(
          t("No runs yet"),
          t("Pairs to label come from the rollouts of a run. Open a recipe (*.lab.json) and run it."),
        )
      : html`<p class="loading" role="status">Reading rollouts…</p>`;
  }
  const more = labels.problems.length - mostProblems;
  return html`${labels.problems.slice(0, mostProblems).map((text) => problem(text))}
  ${more > 0 ? problem(t("{0} of {1} cannot be read.", plural(more, "more line"), labels.file)) : nothing}
  ${facts(labels)} ${labels.next === null ? withoutPair(model, labels) : pair(model, state, labels.next)}`;
}

/** Lines that cannot be read and are shown one by one. */
const mostProblems = 3;

const withoutPair = (model: LabelsModel, labels: LabelState): TemplateResult =>
  labels.asking && labels.view.order === "uncertain"
    ? html`<p class="loading" role="status">Asking ${labels.view.rewardModel} what it is least sure of…</p>`
    : allDone(model, labels);

function pair(model: LabelsModel, state: LabelsState, shown: NonNullable<LabelState["next"]>): TemplateResult {
  return html`<section class="pair" aria-label="Pair" aria-busy=${state.busy}>
    <h2 class="prompt"><span class="part-name">prompt</span><span class="mono">${visible(shown.prompt)}</span></h2>
    <div class="sides">${side("left", shown.left)} ${side("right", shown.right)}</div>
    <div class="keys">
      <div class="choices" role="group" aria-label="Which is better">
        ${choices.map((choice) => button(model, choice))}
      </div>
      <div class="choices" role="group" aria-label="What the label is about">
        ${tags.map((tag) =>
          button(
            model,
            tag,
            state.place.tags.some((set) => set === tag.action),
          ),
        )}
        ${undoing(model, state.labels?.last ?? null)}
      </div>
    </div>
  </section>`;
}

/** The button, and what it would take back. */
const undoing = (model: LabelsModel, last: LabelState["last"]): TemplateResult =>
  html`${
    last === null
      ? nothing
      : html`<span class="last" title=${t("Last: {0}", named(last.prompt))}>${said[last.key].replace(/\.$/, "")}</span>`
  }${button(model, undo, null, last === null)}`;

function side(which: "left" | "right", completion: string): TemplateResult {
  const name = which === "left" ? t("Left") : t("Right");
  return html`<article class="side" data-side=${which} aria-label=${name}>
    <header>${name}</header>
    <div class="completion mono" tabindex="0">
      ${completionParts(completion).map(
        ({ kind, text, close }) =>
          html`<div class="part" data-kind=${kind}>
            ${kind === "text" ? nothing : html`<span class="part-name">${kind}</span>`}<span class="part-text"
              >${visible(text)}</span
            >${kind !== "text" && close === "" ? html`<span class="unclosed">not closed</span>` : nothing}
          </div>`,
      )}
    </div>
  </article>`;
}

function button(
  model: LabelsModel,
  { action, label, key }: Action,
  pressed: boolean | null = null,
  disabled = false,
): TemplateResult {
  return html`<button
    type="button"
    class="key"
    data-action=${action}
    aria-pressed=${pressed === null ? nothing : String(pressed)}
    ?disabled=${disabled}
    @click=${() => model.act(action)}
  >
    ${pressed === true ? html`<span class="codicon codicon-check" aria-hidden="true"></span>` : nothing}${label}
    <kbd>${key}</kbd>
  </button>`;
}

const share = (rate: number | null): string => (rate === null ? "–" : `${Math.round(rate * 100)} %`);

/** How far it is, and how much labels agree, always with the count that rests on. */
function facts({
  done,
  total,
  view,
  file,
  withRewardModel,
  withRewardModelHeldOut,
  asking,
  betweenPasses,
  rewardModelProblem,
  by,
}: LabelState): TemplateResult {
  const { count, rate, kappa } = betweenPasses;
  return html`<div class="status">
    <label class="progress">
      <progress max=${Math.max(1, total)} .value=${done}></progress>
      <span class="count">${done} of ${plural(total, "pair")}${view.pass === 1 ? "" : t(", pass {0}", view.pass)}</span>
    </label>
    ${
      count === 0
        ? nothing
        : html`<span
            class="fact"
            title="Labels of the same pair in two passes or by two people. κ is agreement beyond chance"
          >
            Between passes <b>${share(rate)}</b>${kappa === null ? "" : `, κ ${kappa.toFixed(2)}`} of ${count}
          </span>`
    }
    ${
      withRewardModel === null
        ? nothing
        : html`<span
            class="fact"
            title="How often the reward model scores the preferred completion higher. Held out: on labels that it was not trained on"
          >
            With ${view.rewardModel} <b>${share(withRewardModel.rate)}</b> of
            ${withRewardModel.count}${
              withRewardModelHeldOut === null || withRewardModelHeldOut.count === 0
                ? ""
                : html`, held out <b>${share(withRewardModelHeldOut.rate)}</b> of ${withRewardModelHeldOut.count}`
            }
          </span>`
    }
    ${asking ? html`<span class="fact">Asking ${view.rewardModel}…</span>` : nothing}
    ${rewardModelProblem === null ? nothing : html`<span class="fact warning">${rewardModelProblem}</span>`}
    <span class="fact file" title="One line per label, written at once. To merge it in git, keep both sides"
      >${file}${by === "" ? nothing : html`, as <b>${by}</b>`}</span
    >
  </div>`;
}

function allDone(model: LabelsModel, { total, done, view, last }: LabelState): TemplateResult {
  if (total === 0)
    return view.pass > 1
      ? html`<div class="empty">
          <h2>No pairs</h2>
          <p>A later pass repeats the pairs labelled in pass 1, and there are none yet.</p>
          <p class="choices"><vscode-button @click=${() => model.look({ pass: 1 })}>Start pass 1</vscode-button></p>
        </div>`
      : emptyState(
          t("No pairs"),
          t(
            "A pair is two different answers to one prompt, from training or rejection sampling. This run has recorded none yet.",
          ),
        );
  return html`<div class="empty">
    <h2>${plural(done, "pair")} labelled</h2>
    <p>Another pass shows them in another order and on other sides. It measures how often you agree with yourself.</p>
    <p class="choices">
      <vscode-button @click=${() => model.look({ pass: view.pass + 1 })}>Start pass ${view.pass + 1}</vscode-button>
      ${undoing(model, last)}
    </p>
  </div>`;
}

function toolbar(model: LabelsModel, { runs, run, place, labels }: LabelsState): TemplateResult | typeof nothing {
  if (runs.length === 0) return nothing;
  const models = labels?.rewardModels ?? [];
  const { rewardModel, order, pass } = place.view;
  const passes = passesOffered(place.view, labels);
  return html`<header class="toolbar">
    ${runPicker(runs, run, (folder) => model.go({ run: folder }))}
    ${select(
      t("Pass"),
      Array.from({ length: passes }, (_, index) => ({ value: String(index + 1), label: String(index + 1) })),
      String(pass),
      (value) => model.look({ pass: Number(value) }),
    )}
    ${
      models.length === 0
        ? nothing
        : select(
            t("Reward model"),
            [{ value: "", label: t("None") }, ...models.map((name) => ({ value: name, label: name }))],
            rewardModel ?? "",
            (name) => model.look(name === "" ? { rewardModel: null, order: "shuffled" } : { rewardModel: name }),
          )
    }
    ${
      rewardModel === null
        ? nothing
        : select(
            t("Order"),
            [
              { value: "shuffled", label: t("Shuffled") },
              { value: "uncertain", label: t("Most uncertain first") },
            ],
            order,
            (value) => model.look({ order: value === "uncertain" ? "uncertain" : "shuffled" }),
          )
    }
  </header>`;
}
