/** The open stage: what it builds on, what came of it, and what it found. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Pipeline, PipelineStage } from "../../server/protocol/pipeline";
import { gives, kindOf, trains } from "../../server/protocol/stage-kinds";
import { durationText } from "../../server/shared/duration";
import { iconButton, remarkList } from "../shared/pieces";
import { visible } from "../shared/visible";
import type { PipelineModel } from "./model";
import { stageResults } from "./results-table";
import { reportView } from "./report-views";
import { capital, roleNames, statusText } from "./texts";

export function stageDetail(model: PipelineModel, pipeline: Pipeline, stage: PipelineStage): TemplateResult {
  const { report } = model.state();
  const { record, name } = stage;
  const progress = pipeline.progress?.stage === name ? pipeline.progress : null;
  return html`<section class="detail" aria-label="Stage ${name}">
    <header>
      <h2>${name}</h2>
      <span class="muted">${t(kindOf(stage).title)}</span>
      ${iconButton("close", t("Close"), () => model.go({ stage: null }))}
    </header>
    <dl class="facts">
      <div>
        <dt>Status</dt>
        <dd>
          ${statusText(stage, progress, pipeline.run !== null)}${
            record && record.seconds > 0 ? ` · ${durationText(record.seconds)}` : ""
          }
        </dd>
      </div>
      ${stage.sources.map(
        ({ role, stage: source, checkpoint }) =>
          html`<div>
            <dt>${capital(roleNames[role])}</dt>
            <dd>
              ${source ?? pipeline.model}
              ${checkpoint === null ? nothing : html`<span class="muted path">${checkpoint}</span>`}
            </dd>
          </div>`,
      )}
    </dl>
    ${
      record && record.notes.length > 0
        ? html`<ul class="notes">
            ${record.notes.map((note) => html`<li>${visible(note)}</li>`)}
          </ul>`
        : nothing
    }
    ${remarkList(record === null ? [] : [record])} ${actions(model, stage)} ${stageResults(stage)}
    ${report === null ? waiting(pipeline, stage) : reportView(model, name, report)}
  </section>`;
}

function waiting({ run }: Pipeline, { record }: PipelineStage): TemplateResult | typeof nothing {
  if (run === null) return html`<p class="muted">Run the recipe to see what this stage finds.</p>`;
  return record?.status === "pending" ? html`<p class="muted">This stage has not started yet.</p>` : nothing;
}

function actions(model: PipelineModel, stage: PipelineStage): TemplateResult | typeof nothing {
  const { name, record, checkpoint } = stage;
  if (record === null || record.status === "pending") return nothing;
  const button = (title: string, press: () => void): TemplateResult =>
    html`<button type="button" class="action" @click=${press}>${title}</button>`;
  const { answers } = kindOf(stage);
  return html`<div class="actions">
    ${
      checkpoint === null
        ? nothing
        : html`${
            checkpoint.card
              ? button(t("Open Model Card"), () => model.open({ what: "card", checkpoint: checkpoint.name }))
              : nothing
          }
          ${button(t("Reveal Checkpoint"), () => model.open({ what: "folder", checkpoint: checkpoint.name }))}
          ${
            gives(stage, "policy")
              ? button(t("Try…"), () => model.open({ what: "playground", checkpoint: checkpoint.name }))
              : nothing
          }
          ${
            gives(stage, "policy")
              ? button(t("Evaluate…"), () => model.open({ what: "evaluation", checkpoint: checkpoint.name }))
              : nothing
          }`
    }
    ${trains(stage) ? button(t("Curves"), () => model.open({ what: "curves", stage: name })) : nothing}
    ${answers ? button(t("Traces"), () => model.openTraces(name)) : nothing}
  </div>`;
}
