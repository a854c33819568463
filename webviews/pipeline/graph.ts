/** The graph: cards of the stages, and what each takes from others. */
import { html, svg, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Pipeline, PipelineStage, StageSource } from "../../server/protocol/pipeline";
import { kindOf, trains } from "../../server/protocol/stage-kinds";
import type { TrainerProgress } from "../../server/protocol/trainer";
import { durationText } from "../../server/shared/duration";
import { changeOf } from "../shared/change-of";
import { visible } from "../shared/visible";
import { layOut, type Box } from "./layout";
import type { PipelineModel } from "./model";
import { doneShare, intervalText, rate, roleNames, statusText } from "./texts";

/** The recipe's model: an id that no stage has. */
const modelId = "(model)";
const cardHeight = 124;
/** Of a stage that the run leaves out, or before any run. */
const emptyHeight = 52;
const modelHeight = 40;

const sourceId = (source: StageSource): string => source.stage ?? modelId;

export function graph(model: PipelineModel, pipeline: Pipeline, available: number): TemplateResult {
  const shown = new Set(pipeline.stages.map(({ name }) => name));
  const edges = pipeline.stages.flatMap((stage) =>
    stage.sources
      .filter(({ stage: source }) => source === null || shown.has(source))
      .map((source) => ({ from: sourceId(source), to: stage.name, role: source.role })),
  );
  const fromModel = edges.some(({ from }) => from === modelId);
  const nodes = [
    ...(fromModel ? [{ id: modelId, height: modelHeight }] : []),
    ...pipeline.stages.map(({ name, record }) => ({ id: name, height: record === null ? emptyHeight : cardHeight })),
  ];
  const { width, height, boxes, paths } = layOut(nodes, edges, available);
  const open = model.state().place.stage;
  const boxOf = new Map(boxes.map((box) => [box.id, box]));
  const lines = paths.map((path, index) => {
    const { from, to, role } = edges[index]!;
    const near = open !== null && (from === open || to === open);
    return svg`<path class="edge" data-role=${role} data-near=${near} d=${path} marker-end="url(#arrow)"></path>`;
  });
  const place = ({ x, y, width: wide, height: high }: Box): string =>
    `left: ${x}px; top: ${y}px; width: ${wide}px; height: ${high}px`;
  return html`<div class="graph" .style=${`width: ${width}px; height: ${height}px`} @keydown=${moveBetween}>
    <svg width=${width} height=${height} aria-hidden="true">
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="9"
          markerHeight="9"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path class="arrow" d="M 0 0 L 8 4 L 0 8 z"></path>
        </marker>
      </defs>
      ${lines}
    </svg>
    <ol aria-label="Stages">
      ${
        fromModel
          ? html`<li class="base" .style=${place(boxOf.get(modelId)!)} title="The recipe's model">
              <span class="codicon codicon-symbol-structure" aria-hidden="true"></span>
              <span class="what">${pipeline.model}</span>
            </li>`
          : nothing
      }
      ${pipeline.stages.map((stage) => card(model, pipeline, stage, place(boxOf.get(stage.name)!)))}
    </ol>
  </div>`;
}

/** Up and down between the stages, in the recipe's order. */
function moveBetween(event: KeyboardEvent): void {
  const names = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button.name")];
  const at = names.findIndex((one) => one === document.activeElement);
  const by: Record<string, number | undefined> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  const step = by[event.key];
  const target = at < 0 || step === undefined ? undefined : names[at + step];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}

const icons = {
  pending: "circle-large-outline",
  running: "sync",
  completed: "pass",
  stopped: "debug-pause",
  failed: "error",
} as const;

function card(model: PipelineModel, pipeline: Pipeline, stage: PipelineStage, place: string): TemplateResult {
  const { record, name, kind } = stage;
  const title = t(kindOf(stage).title);
  const progress = pipeline.progress?.stage === name ? pipeline.progress : null;
  const isOpen = model.state().place.stage === name;
  const status = record?.status ?? "pending";
  const toggle = (): void => model.go({ stage: isOpen ? null : name });
  const clicked = (event: Event): void => {
    if (!(event.target as Element).closest("button")) toggle();
  };
  const sources = stage.sources
    .map((source) => `${roleNames[source.role]} ${source.stage ?? t("the model")}`)
    .join(", ");
  return html`<li
    class="stage"
    data-status=${status}
    data-open=${isOpen}
    data-absent=${record === null && pipeline.run !== null}
    data-stage=${name}
    .style=${place}
    @click=${clicked}
  >
    <div class="head">
      <span class="codicon codicon-${icons[status]}" aria-hidden="true"></span>
      <button
        type="button"
        class="name"
        aria-expanded=${isOpen}
        aria-label="${name}, ${title}, ${statusText(stage, progress, pipeline.run !== null)}; ${sources}"
        @click=${toggle}
      >
        ${name}
      </button>
      ${record && record.seconds > 0 ? html`<span class="time" title="Time of the stage">${durationText(record.seconds)}</span>` : nothing}
    </div>
    <div class="kind">${name === kind ? "" : `${title} · `}${state(stage, progress, pipeline)}</div>
    ${bar(doneShare(stage, progress))} ${numbers(stage)} ${result(model, stage)}
  </li>`;
}

function state(stage: PipelineStage, progress: TrainerProgress | null, { run }: Pipeline): string {
  const { record } = stage;
  const text = statusText(stage, progress, run !== null);
  if (record === null || record.status === "running" || record.step === 0 || !trains(stage)) return text;
  return t("{0} · {1} steps", text, record.step.toLocaleString("en-US"));
}

const bar = (share: number | null): TemplateResult | typeof nothing =>
  share === null
    ? nothing
    : html`<div
        class="bar"
        role="progressbar"
        aria-valuenow=${Math.round(100 * share)}
        aria-valuemin="0"
        aria-valuemax="100"
      >
        <div .style=${`width: ${(100 * share).toFixed(1)}%`}></div>
      </div>`;

/** pass@1 and pass@k together, so that sharpening and new ability can be told apart; else what its report says first. */
function numbers(stage: PipelineStage): TemplateResult | typeof nothing {
  const { record, finding } = stage;
  const { before = null, after = null } = record ?? {};
  const known = after ?? before;
  if (known === null) return finding === null ? nothing : html`<div class="finding">${visible(finding)}</div>`;
  const change = (of: "pass_at_1" | "pass_at_k" | "maj_at_k"): TemplateResult =>
    !trains(stage) || before === null ? changeOf(null, rate(known[of])) : changeOf(rate(before[of]), rate(after?.[of]));
  return html`<dl>
    <div>
      <dt>pass@1</dt>
      <dd>${change("pass_at_1")} <span class="interval">${intervalText(after, "pass_at_1")}</span></dd>
    </div>
    <div>
      <dt>pass@${known.samples}</dt>
      <dd>${change("pass_at_k")}</dd>
    </div>
    <div>
      <dt>maj@${known.samples}</dt>
      <dd>${change("maj_at_k")}</dd>
    </div>
  </dl>`;
}

function result(model: PipelineModel, { checkpoint, name }: PipelineStage): TemplateResult | typeof nothing {
  if (checkpoint === null) return nothing;
  const open = (): void => model.open({ what: checkpoint.card ? "card" : "folder", checkpoint: checkpoint.name });
  return html`<button
    type="button"
    class="link checkpoint"
    title="${checkpoint.card ? t("Open the model card") : t("Reveal the folder")} of ${checkpoint.name}"
    aria-label="Checkpoint ${checkpoint.name} of ${name}: ${checkpoint.card ? t("open its model card") : t("reveal its folder")}"
    @click=${open}
  >
    <span class="codicon codicon-${checkpoint.card ? "book" : "archive"}" aria-hidden="true"></span
    ><span class="what">${checkpoint.name}</span>
  </button>`;
}
