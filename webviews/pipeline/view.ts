/** The pipeline page: toolbar, graph, the open stage beside or below it, and the table of results. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Pipeline } from "../../server/protocol/pipeline";
import { emptyState, problem, runChoices, runStatus, select } from "../shared/pieces";
import { visible } from "../shared/visible";
import { graph } from "./graph";
import type { PipelineModel } from "./model";
import { resultsTable } from "./results-table";
import { stageDetail } from "./stage-detail";

/** Pixels around the graph, and of the open stage beside it. */
const margin = 32;
const detailWidth = 440;
/** A page narrower than this has the open stage below the graph. */
const sideBySide = 1000;

/** `width`: of the page, in pixels. */
export function pipelineView(model: PipelineModel, width: number): TemplateResult {
  const { pipeline, runs, problem: trouble } = model.state();
  return html`<h1 class="visually-hidden">Pipeline</h1>
    ${toolbar(model)} ${problem(trouble, () => model.pull())}
    ${
      pipeline !== null
        ? content(model, pipeline, width)
        : trouble !== null
          ? nothing
          : runs === null || runs.length > 0 || model.state().place.recipe !== null
            ? html`<p class="loading" role="status">Reading the pipeline…</p>`
            : emptyState(t("No runs yet"), t("Open a recipe (*.lab.json) and choose Show Pipeline above its stages."))
    }`;
}

/** The recipe as it stands is a choice of its own, before any run and beside them. */
const recipeChoice = "(recipe)";

function toolbar(model: PipelineModel): TemplateResult | typeof nothing {
  const { runs, place, pipeline } = model.state();
  const run = model.run();
  if (runs === null || (run === null && place.recipe === null)) return nothing;
  const file = place.recipe?.split("/").at(-1);
  const choices = [
    ...(file === undefined
      ? []
      : [
          {
            value: recipeChoice,
            label: t("{0}, the file itself", decoded(file)),
            description: t("the recipe, not a run"),
          },
        ]),
    ...runChoices(runs),
  ];
  return html`<header class="toolbar">
    ${select(
      t("Run"),
      choices,
      run?.folder ?? recipeChoice,
      (value) => model.go({ run: value === recipeChoice ? null : value }),
      run?.folder,
    )}
    ${run === null ? html`<span class="run-status">not run yet</span>` : runStatus(run)}
    ${
      pipeline === null
        ? nothing
        : html`<span class="recipe muted"
            >${visible(pipeline.name)} · <span class="mono">${visible(pipeline.recipeFile)}</span></span
          >`
    }
  </header>`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function content(model: PipelineModel, pipeline: Pipeline, width: number): TemplateResult {
  const stage = model.stage();
  const beside = stage !== null && width >= sideBySide;
  const available = width - margin - (beside ? detailWidth : 0);
  const message = pipeline.problem ?? pipeline.run?.message ?? null;
  return html`${
      message === null
        ? nothing
        : html`<div class="notice" role="status">
            <span class="codicon codicon-info" aria-hidden="true"></span><span>${visible(message)}</span>
          </div>`
    }
    <div class="split" data-beside=${beside}>
      <div class="picture">${graph(model, pipeline, available)} ${legend(pipeline)}</div>
      ${stage === null ? nothing : stageDetail(model, pipeline, stage)}
    </div>
    ${stage === null ? html`<p class="hint">Select a stage to see what it found.</p>` : nothing}
    ${resultsTable(pipeline.stages)}`;
}

/** What the lines mean; of those that are there. */
function legend({ stages }: Pipeline): TemplateResult | typeof nothing {
  const roles = new Set(stages.flatMap(({ sources }) => sources.map(({ role }) => role)));
  if (roles.size < 2) return nothing;
  const texts = { start: t("starts from"), samples: t("is sampled by"), reward: t("gives rewards to") } as const;
  return html`<ul class="legend" aria-label="Lines">
    ${(["start", "samples", "reward"] as const)
      .filter((role) => roles.has(role))
      .map(
        (role) =>
          html`<li>
            <svg width="28" height="8" aria-hidden="true">
              <line class="edge" data-role=${role} x1="0" x2="28" y1="4" y2="4"></line></svg
            >${texts[role]}
          </li>`,
      )}
  </ul>`;
}
