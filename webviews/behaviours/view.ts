/** The behaviours page around its charts: toolbar, what changed, examples, definitions. */
import { html, plural, t } from "../shared/l10n";
import { nothing, render } from "lit";
import type { TemplateResult } from "lit";
import { measures, measureTexts } from "../../server/protocol/behaviours";
import { isLive } from "../../server/protocol/run";
import { rolloutPurposeSchema, type RolloutPurpose } from "../../server/protocol/traces";
import type { ChartBoard } from "../charts/chart-board";

import { emptyState, problem, runPicker, runStatus, select } from "../shared/pieces";
import { changeTable } from "./change-table";
import { definitionTable } from "./definition-table";
import { exampleList } from "./examples";
import type { BehavioursModel, BehavioursState } from "./model";
import { chartsOf } from "./points";

export interface BehavioursView {
  draw(): void;
  /** Says what the crosshair's row rests on; null: the newest. */
  readOut(index: number | null): void;
  /** Whether the page is scrolled to where it was. */
  restored(): boolean;
}

/** `charts`: the element that the board draws into. */
export function behavioursView(
  model: BehavioursModel,
  board: ChartBoard,
  charts: HTMLElement,
  body: HTMLElement,
): BehavioursView {
  const root = body.appendChild(document.createElement("main"));
  let restored = false;

  const draw = (): void => {
    const state = model.state();
    render(page(model, state, charts), root);
    if (state.line === null || state.line.x.length === 0) return;
    board.draw(charts, chartsOf(state.shown, isSparse(state)).specs, state.line, state.place);
    readOut(null);
    if (!restored) {
      restored = true;
      window.scrollTo(0, state.place.scroll);
    }
  };

  const readOut = (index: number | null): void => {
    const target = root.querySelector(".readout");
    const { line } = model.state();
    if (line === null || target === null) return;
    const at = index ?? line.x.length - 1;
    const count = (key: string): number => line.columns.get(`${key}/n`)?.[at] ?? 0;
    const parts = [
      `${index === null ? t("Newest: step") : t("Step")} ${line.steps[at] ?? "–"}`,
      line.stages[at] ?? "",
      `n: ${plural(count("self-correction"), "rollout")}`,
      t(
        "{0} right, {1} wrong",
        count("length-right").toLocaleString("en-US"),
        count("length-wrong").toLocaleString("en-US"),
      ),
      ...(count("flags-right") + count("flags-wrong") > 0
        ? [`${plural(count("flags-wrong"), "wrong step")}, ${plural(count("flags-right"), "right step")}`]
        : []),
    ];
    const text = parts.join(" · ");
    if (target.textContent !== text) target.textContent = text;
  };

  return { draw, readOut, restored: () => restored };
}

/** Evaluations are few and exact. */
const isSparse = ({ purpose }: BehavioursState): boolean => purpose === "evaluation";

function page(model: BehavioursModel, state: BehavioursState, charts: HTMLElement): TemplateResult {
  return html`<h1 class="visually-hidden">Behaviours</h1>
    ${toolbar(model, state)} ${problem(state.problem, () => model.pull())} ${content(model, state, charts)}`;
}

function content(model: BehavioursModel, state: BehavioursState, charts: HTMLElement): TemplateResult | typeof nothing {
  const { points, run, pending, comparison, shown } = state;
  if (points === null)
    return state.problem === null ? html`<p class="loading" role="status">Reading rollouts…</p>` : nothing;
  if (run === null)
    return emptyState(
      t("No runs yet"),
      t("Open a recipe (*.lab.json) and choose Run above its pipeline. Its rollouts are then counted here."),
    );
  if (points.length === 0)
    return pending > 0
      ? html`<p class="loading" role="status">Reading ${plural(pending, "rollout")}…</p>`
      : emptyState(
          t("No rollouts"),
          isLive(run.record)
            ? t("The first rollouts come with the first evaluation.")
            : t("This run recorded no rollouts."),
        );
  const { never } = chartsOf(shown, isSparse(state));
  const rollouts = shown.reduce((sum, point) => sum + point.rollouts, 0);
  return html`${pending > 0 ? html`<p class="loading" role="status">${plural(pending, "rollout")} still to be read…</p>` : nothing}
    <div class="columns">
      <div class="findings">
        ${
          comparison === null
            ? html`<p class="muted changes">
                ${pending > 0 ? t("Changes are shown once all rollouts have been read.") : t("A change needs two steps to compare.")}
              </p>`
            : changeTable(comparison, isSparse(state), (kind) => model.go({ kind, step: null, exampleStage: null }))
        }
        <div class="row">
          <p class="readout" role="status"></p>
          <p class="hint">Click a point for examples of its step · drag to zoom, double-click to reset</p>
        </div>
        ${charts}
        ${
          never.length === 0
            ? nothing
            : html`<p class="muted never">
                Never in ${plural(rollouts, "rollout")}:
                ${measures
                  .filter((measure) => never.includes(measure))
                  .map((measure) => t(measureTexts[measure].title))
                  .join(", ")}.
              </p>`
        }
      </div>
      ${exampleList(model, state)}
    </div>
    ${definitionTable(state.reflectionWords)}`;
}

const purposeNames: Readonly<Record<RolloutPurpose, string>> = {
  train: t("Training, each step"),
  sampling: t("Rejection sampling"),
  evaluation: t("Held-out evaluations of checkpoints"),
};

function toolbar(model: BehavioursModel, state: BehavioursState): TemplateResult | typeof nothing {
  const { run, runs, place, purpose, purposes, stages } = state;
  if (runs.length === 0 || run === null) return nothing;
  const pickRun = (folder: string): void => model.go({ run: folder, stage: null, step: null, exampleStage: null });
  const stageChoices = [
    { value: "", label: t("All, one after the other") },
    ...stages.map((name) => ({ value: name, label: name })),
  ];
  const smoothed = (event: Event): void =>
    model.look({ smoothing: Number((event.currentTarget as HTMLInputElement).value) });
  return html`<header class="toolbar">
    ${runPicker(runs, run, pickRun)}
    ${
      purpose === null
        ? nothing
        : select(
            t("Rollouts of"),
            purposes.map((value) => ({ value, label: purposeNames[value] })),
            purpose,
            (value) =>
              model.go({
                purpose: rolloutPurposeSchema.catch("train").parse(value),
                stage: null,
                step: null,
                exampleStage: null,
              }),
          )
    }
    ${
      stages.length < 2
        ? nothing
        : select(t("Stage"), stageChoices, stages.includes(place.stage ?? "") ? (place.stage ?? "") : "", (name) =>
            model.go({ stage: name === "" ? null : name, step: null, exampleStage: null }),
          )
    }
    <label class="field">
      <span>Smoothing ${place.smoothing === 0 ? t("off") : place.smoothing.toFixed(2)}</span>
      <input type="range" min="0" max="0.98" step="0.02" .value=${String(place.smoothing)} @input=${smoothed} />
    </label>
    ${runStatus(run)}
  </header>`;
}
