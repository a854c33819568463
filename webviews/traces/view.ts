/** The traces page: toolbar, list of groups, and what is open of them. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { FilterNames } from "../../server/protocol/rollout-filter/complete";
import { builtInFilters, samplingFilters } from "../../server/protocol/rollout-filter/saved";
import { searchFilter } from "../../server/protocol/rollout-filter/search";
import { FilterError } from "../../server/protocol/rollout-filter/tokens";
import { isLive } from "../../server/protocol/run";
import { rolloutPurposeSchema, type RolloutPurpose } from "../../server/protocol/traces";
import { emptyState, iconButton, problem, runPicker, select } from "../shared/pieces";
import { runHeadline } from "../shared/run-labels";
import { marked } from "../shared/typed-number";
import { visible } from "../shared/visible";
import { drawingView } from "./drawing-view";
import { fileHeader, fileState } from "./file-view";
import { filterLine } from "./filter-line";
import { groupList } from "./group-list";
import { groupView } from "./group-view";
import type { TracesModel, TracesState, Within } from "./model";
import { compareView } from "./sample/compare-view";
import { keyHelp, showKeys } from "./sample/keys";
import { sampleView } from "./sample/sample-view";
import { nearestStep, purposesOf, stagesOf, stepsOf } from "./step-index";
import type { Position } from "./step-index";
import { timeline } from "./timeline";

export function tracesView(model: TracesModel): TemplateResult {
  const state = model.state();
  return html`<div class="page">
    <h1 class="visually-hidden">Traces</h1>
    ${fileHeader(model, state)} ${toolbar(model, state)} ${problem(state.problem, () => void model.pull())}
    ${toldLine(state)} ${content(model, state)} ${keyHelp()}
  </div>`;
}

/** What was done last. */
const toldLine = ({ told }: TracesState): TemplateResult | typeof nothing =>
  told === null
    ? nothing
    : html`<p class="told" role="status">
        ${visible(told.text)}
        ${told.undo === null ? nothing : html`<button type="button" class="link" @click=${told.undo}>Undo</button>`}
      </p>`;

function content(model: TracesModel, state: TracesState): TemplateResult | typeof nothing {
  if (state.place.file !== null && state.file?.state !== "ready") return fileState(model, state, state.file);
  if (state.index === null)
    return state.problem === null ? html`<p class="loading" role="status">Reading runs…</p>` : nothing;
  if (state.run === null && state.place.file === null) {
    return emptyState(
      t("No runs yet"),
      t("Open a recipe (*.lab.json) and choose Run above its pipeline. You can then read every rollout here."),
    );
  }
  if (state.position === null) {
    if (state.run === null) return emptyState(t("No rollouts"), t("This file has no rollouts."));
    const { message } = runHeadline(state.run);
    if (state.drawing !== null) return drawingView(state, true);
    return emptyState(
      t("No rollouts"),
      message ??
        (isLive(state.run.record)
          ? t("The first rollouts appear with the first evaluation.")
          : t("This run recorded no rollouts.")),
    );
  }
  return html`${drawingView(state, false)} ${timeline(model, state)}
    <div class="split">
      ${groupList(model, state)}
      <section class="detail" aria-label="Open group">${detail(model, state)}</section>
    </div>`;
}

function detail(model: TracesModel, state: TracesState): TemplateResult | typeof nothing {
  const { samples, place } = state;
  if (samples === null || place.group === null) return nothing;
  if (place.compare !== null) return compareView(model, state);
  const open = samples.find((sample) => sample.sample === place.sample);
  return open === undefined ? groupView(model, state, samples) : sampleView(model, state, open, samples);
}

function toolbar(model: TracesModel, state: TracesState): TemplateResult | typeof nothing {
  const { run, runs, place } = state;
  if (run === null && state.file?.state !== "ready") return nothing;
  const pickRun = (folder: string): void =>
    model.go({ run: folder, stage: null, step: null, purpose: null, group: null, sample: null });
  return html`<header class="toolbar">
    ${run === null ? nothing : runPicker(runs, run, pickRun)}
    ${state.position === null ? nothing : stepPicker(model, state, state.position)}
    <div class="filters">
      ${savedFilters(model, state)} ${filterLine(place.where, filterNames(state), (where) => model.go({ where }))}
      ${search(model, state)} ${iconButton("keyboard", t("Keys of this page (?)"), showKeys)}
    </div>
  </header>`;
}

const custom = "(typed)";

/** Filters by their names: everybody's, those of rejection sampling where a run has it, the person's own; and a way to keep the line. */
function savedFilters(model: TracesModel, { index, place, filters: own }: TracesState): TemplateResult {
  const sampled = index?.some(({ purpose }) => purpose === "sampling") ?? false;
  const known = [
    { name: t("All"), line: "" },
    ...builtInFilters.map(({ name, line }) => ({ name: t(name), line })),
    ...(sampled || samplingFilters.some(({ line }) => line === place.where) ? samplingFilters : []),
    ...own,
  ];
  const at = known.findIndex(({ line }) => line === place.where);
  const mine = own.find(({ line }) => line === place.where);
  const choices = [
    ...(at < 0 ? [{ value: custom, label: t("As typed") }] : []),
    ...known.map(({ name, line }, index) => ({ value: String(index), label: name, description: line })),
  ];
  const name = (): void => model.nameFilter(mine ?? { name: place.where.slice(0, 200), line: place.where });
  const forget = (): void => model.keepFilters(own.filter(({ line }) => line !== place.where));
  return html`${select(t("Show"), choices, at < 0 ? custom : String(at), (value) => {
    const chosen = known[Number(value)];
    if (chosen !== undefined) model.go({ where: chosen.line });
  })}
  ${
    mine !== undefined
      ? html`${iconButton("edit", t("Rename this filter…"), name)}
        ${iconButton("star-full", t("Forget this filter"), forget)}`
      : at < 0
        ? iconButton("star-empty", t("Keep this filter…"), name)
        : nothing
  }`;
}

/** What a filter can name; null: not known yet. */
const filterNames = ({ rewards, index }: TracesState): FilterNames | null =>
  rewards === null ? null : { rewards, stages: [...new Set(index?.map(({ stage }) => stage))] };

function stepPicker(model: TracesModel, state: TracesState, position: Position): TemplateResult {
  const index = state.index ?? [];
  const { stage, step, purpose } = position;
  const order = state.run?.record?.stages.map((one) => one.name) ?? [];
  const steps = stepsOf(index, stage, purpose);
  const at = steps.indexOf(step);
  const go = (to: number | undefined): void => {
    if (to !== undefined) model.go({ stage, step: to, purpose, group: null, sample: null, within: "step" });
  };
  const typed = (event: Event): void => {
    const field = event.currentTarget as HTMLInputElement;
    const wanted = Number(field.value);
    const found = field.value.trim() === "" || !Number.isFinite(wanted) ? null : nearestStep(steps, wanted);
    field.value = String(found ?? step);
    if (found !== null && found !== step) go(found);
  };
  const purposes = purposesOf(index, stage).map((value) => ({ value, label: purposeNames[value] }));
  return html`${select(
      t("Stage"),
      stagesOf(index, order).map((name) => ({ value: name, label: name })),
      stage,
      (name) => model.go({ stage: name, step: null, purpose: null, group: null, sample: null, within: "step" }),
    )}
    ${select(t("Rollouts of"), purposes, purpose, (value) =>
      model.go({ purpose: rolloutPurposeSchema.catch("train").parse(value), stage, step, group: null, sample: null }),
    )}
    <div class="field steps" role="group" aria-label="Step">
      <span>Step ${at + 1 === steps.length ? t("(newest)") : ""}</span>
      <div>
        ${iconButton("chevron-left", t("Previous step"), () => go(steps[at - 1]), at <= 0)}
        <input
          class="step"
          inputmode="numeric"
          aria-label="Step"
          title="Recorded steps: ${steps[0] ?? "–"} to ${steps.at(-1) ?? "–"}"
          .value=${String(step)}
          @change=${typed}
        />
        ${iconButton("chevron-right", t("Next step"), () => go(steps[at + 1]), at < 0 || at + 1 >= steps.length)}
        ${iconButton("debug-continue", t("Newest step"), () => go(steps.at(-1)), at + 1 >= steps.length)}
        ${state.run === null ? nothing : iconButton("graph-line", t("Show this step in the curves"), () => model.samples.showInCurves({ stage, step }))}
      </div>
    </div>`;
}

const purposeNames: Readonly<Record<RolloutPurpose, string>> = {
  train: t("Training"),
  sampling: t("Rejection sampling"),
  evaluation: t("Held-out evaluation"),
};

const scopes: readonly { readonly value: Within; readonly label: string }[] = [
  { value: "step", label: t("This step") },
  { value: "stage", label: t("The stage") },
  { value: "run", label: t("The whole run") },
];

const typingPause = 250;
let typing: ReturnType<typeof setTimeout> | undefined;

/** What is wrong with a regular expression in the search; null: nothing. */
function searchProblem(text: string): string | null {
  try {
    searchFilter(text);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return error.message;
    throw error;
  }
}

function search(model: TracesModel, { place }: TracesState): TemplateResult {
  const typed = (event: Event): void => {
    const field = event.currentTarget as HTMLInputElement;
    const { value } = field;
    const problem = searchProblem(value);
    marked(field, problem);
    clearTimeout(typing);
    if (problem === null) typing = setTimeout(() => model.go({ text: value }), typingPause);
  };
  return html`<label class="field search">
      <span>Search prompts and completions</span>
      <input type="search" placeholder="Text, or /regular expression/i" .value=${place.text} @input=${typed} />
    </label>
    ${select(t("Within"), scopes, place.within, (value) => {
      const within = scopes.find((scope) => scope.value === value)?.value;
      if (within !== undefined) model.go({ within });
    })}`;
}
