/** Held-out results stage by stage, before → after, one column a measure. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { PipelineStage } from "../../server/protocol/pipeline";
import type { EvaluationSummary } from "../../server/protocol/run";
import { trains } from "../../server/protocol/stage-kinds";
import { durationText } from "../../server/shared/duration";
import { changeOf } from "../shared/change-of";
import { formatNumber } from "../shared/format";
import { passCurveChart } from "./pass-curve";
import { intervalText, rate } from "./texts";

interface Column {
  readonly title: string;
  readonly about: string;
  readonly of: (summary: EvaluationSummary) => number | null;
  readonly text: (value: number) => string;
  readonly interval?: "pass_at_1" | "pass_at_k" | "maj_at_k";
}

const columnsFor = (k: string): readonly Column[] => [
  {
    title: "pass@1",
    about: t("Mean over all samples; in brackets, its 95 % interval over prompts"),
    text: rate,
    of: ({ pass_at_1 }) => pass_at_1,
    interval: "pass_at_1",
  },
  {
    title: `pass@${k}`,
    about: t(
      "Share of prompts with a correct answer among the samples. Beside pass@1 it shows whether a stage sharpened or taught",
    ),
    text: rate,
    of: ({ pass_at_k }) => pass_at_k,
    interval: "pass_at_k",
  },
  {
    title: `maj@${k}`,
    about: t("Share of prompts whose majority answer is correct"),
    text: rate,
    of: ({ maj_at_k }) => maj_at_k,
    interval: "maj_at_k",
  },
  {
    title: t("Thinking"),
    about: t("Mean tokens of the thinking"),
    text: formatNumber,
    of: ({ thinking_length }) => thinking_length,
  },
  {
    title: t("Self-corr."),
    about: t("Completions that replace one of their steps"),
    text: rate,
    of: ({ self_correction }) => self_correction,
  },
  {
    title: t("Refused"),
    about: t("Unanswerable prompts that were declined, correctly"),
    text: rate,
    of: ({ refusal }) => refusal,
  },
  {
    title: t("Wrongly"),
    about: t("Answerable prompts that were declined"),
    text: rate,
    of: ({ wrong_refusal }) => wrong_refusal,
  },
];

export function resultsTable(stages: readonly PipelineStage[]): TemplateResult | typeof nothing {
  const measured = stages.filter(({ record }) => record !== null && (record.before ?? record.after) !== null);
  const summaries = measured.flatMap(({ record }) => [record?.before, record?.after]).filter((each) => each != null);
  const first = summaries[0];
  if (first === undefined) return nothing;
  const ks = new Set(summaries.map(({ samples }) => samples));
  const columns = columnsFor(ks.size === 1 ? String(first.samples) : "k").filter(({ of }) =>
    summaries.some((summary) => of(summary) !== null),
  );
  const counts = new Set(summaries.map(({ prompts }) => prompts));
  return html`<section class="results" aria-labelledby="results-title">
    <h2 id="results-title">Held-out results</h2>
    <p class="about">
      Before → after each
      stage${counts.size === 1 ? t(", on {0} prompts", formatNumber(first.prompts)) : ""}${
        ks.size === 1 ? t(" with {0} samples each", first.samples) : ""
      }.
      If pass@1 rises and pass@k does not, the stage sharpened what was there; if both rise, it taught something new.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            ${columns.map(({ title, about }) => html`<th scope="col" title=${about}>${title}</th>`)}
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          ${measured.map((stage) => row(stage, columns))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function row(stage: PipelineStage, columns: readonly Column[]): TemplateResult {
  const { name, record } = stage;
  const { before = null, after = null, seconds = 0 } = record ?? {};
  const alone = !trains(stage) || before === null;
  return html`<tr>
    <th scope="row">${name}</th>
    ${columns.map(({ of, text, interval }) => {
      const shown = (summary: EvaluationSummary | null): string => {
        const value = summary && of(summary);
        return value === null ? "–" : text(value);
      };
      const range = interval ? intervalText(after, interval) : null;
      return html`<td>
        <span class="change">${changeOf(alone ? null : shown(before), shown(after))}</span
        >${range === null ? nothing : html`<span class="interval">${range}</span>`}
      </td>`;
    })}
    <td>${durationText(seconds)}</td>
  </tr>`;
}

/** The same of one stage, a row a measure: what it began with and where it ended. */
export function stageResults(stage: PipelineStage): TemplateResult | typeof nothing {
  const { before = null, after = null } = stage.record ?? {};
  const known = after ?? before;
  // An evaluation's own report says more.
  if (known === null || !trains(stage)) return nothing;
  const columns = columnsFor(String(known.samples)).filter(({ of }) => of(known) !== null);
  const shown = (summary: EvaluationSummary | null, { of, text }: Column): string => {
    const value = summary && of(summary);
    return value === null ? "–" : text(value);
  };
  return html`<h3>Held out</h3>
    <table class="measures">
      <thead>
        <tr>
          <th scope="col"></th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col">95 % interval</th>
        </tr>
      </thead>
      <tbody>
        ${columns.map(
          (column) =>
            html`<tr>
              <th scope="row" title=${column.about}>${column.title}</th>
              <td>${shown(before, column)}</td>
              <td><b>${shown(after, column)}</b></td>
              <td class="muted">${column.interval ? intervalText(after, column.interval) : nothing}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${passCurveChart(before?.pass_at ?? [], after?.pass_at ?? [])}`;
}
