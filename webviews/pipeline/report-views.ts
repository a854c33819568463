/** What a stage found, by the kind of its report. Texts of a model go in as text nodes only. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { dropReasons } from "../../server/protocol/reports";
import type {
  DropReason,
  Estimate,
  FilterReport,
  LeftOutRow,
  Measures,
  StageReport,
} from "../../server/protocol/reports";
import { formatNumber } from "../shared/format";
import { visible } from "../shared/visible";
import { calibrationChart } from "./calibration";
import type { PipelineModel } from "./model";
import { passCurveChart } from "./pass-curve";
import { rate } from "./texts";

type ReportOf<Kind extends StageReport["kind"]> = Extract<StageReport, { kind: Kind }>;

export const reportView = (model: PipelineModel, stage: string, report: StageReport): TemplateResult =>
  html`${viewOf(model, stage, report)}${leftOutView(("leftOut" in report ? report.leftOut : null) ?? [])}`;

const leftOutTexts: Readonly<Record<LeftOutRow["reason"], string>> = {
  "held-out": t("held out for evaluation"),
  identical: t("chosen and rejected are the same"),
};

/** Rows of files that the stage did not take. */
const leftOutView = (rows: readonly LeftOutRow[]): TemplateResult | typeof nothing =>
  rows.length === 0
    ? nothing
    : html`<h4>${plural(rows.length, "row")} of files left out</h4>
        <ul class="examples">
          ${rows.map(
            ({ file, line, prompt, reason }) =>
              html`<li>
                <div><b>${leftOutTexts[reason]}</b> <span class="muted">${visible(file)}:${line}</span></div>
                <div class="mono prompt">${visible(prompt)}</div>
              </li>`,
          )}
        </ul>`;

function viewOf(model: PipelineModel, stage: string, report: StageReport): TemplateResult {
  switch (report.kind) {
    case "filter":
      return filterView(report);
    case "held-out-rows":
      return html`<h3>Held-out prompts in its files</h3>
        <p>
          The stage did not start, because the evaluations use the prompts of these rows. Remove the rows, or set
          <code>held_out_rows</code> to <code>"drop"</code>.
        </p>`;
    case "rejection-sampling":
      return samplingView(model, stage, report);
    case "reward-model":
      return rewardModelView(report);
    case "dpo":
      return dpoView(report);
    case "evaluation":
      return evaluationView(report);
  }
}

const reasonTexts: Readonly<Record<DropReason, string>> = {
  unreadable: t("unreadable, or not in the required form"),
  "wrong-answer": t("wrong answer, by the verifier"),
  "low-reward": t("reward below keep_reward"),
  "too-long": t("too long"),
  "mixed-language": t("mixed language"),
  repetition: t("repetition"),
  "near-duplicate": t("nearly the same as a kept one"),
  "over-cap": t("more than the limit per prompt"),
};

/** Kept and dropped by reason, as bars that add up to all that was given. `open`: what shows those of a row. */
function shares(
  report: FilterReport,
  kept: string,
  dropped: string,
  open: ((show: "kept" | DropReason) => void) | null = null,
): TemplateResult {
  const rows = [
    { name: kept, count: report.kept, side: "kept", show: "kept" as const },
    ...dropReasons.flatMap((reason) => {
      const count = report.dropped[reason];
      return count === 0 ? [] : [{ name: `${dropped}: ${reasonTexts[reason]}`, count, side: "dropped", show: reason }];
    }),
  ];
  return html`<table class="shares">
    <tbody>
      ${rows.map(({ name, count, side, show }) => {
        const share = report.given === 0 ? 0 : count / report.given;
        return html`<tr data-side=${side}>
          <th scope="row">
            ${
              open === null
                ? name
                : html`<button type="button" class="link" title="Open in the traces" @click=${() => open(show)}>
                    ${name}
                  </button>`
            }
          </th>
          <td class="number">${formatNumber(count)}</td>
          <td class="number">${(100 * share).toFixed(1)} %</td>
          <td class="share" aria-hidden="true"><div .style=${`width: ${(100 * share).toFixed(2)}%`}></div></td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

function filterView({ report, dropped }: ReportOf<"filter">): TemplateResult {
  return html`<h3>Filter</h3>
    <p>
      ${plural(report.given, "example")} of ${plural(report.prompts, "prompt")} were given; ${formatNumber(report.kept)}
      of ${plural(report.promptsKept, "prompt")} are trained on.
    </p>
    ${shares(report, t("Kept"), t("Dropped"))}
    ${
      dropped.length === 0
        ? report.given === report.kept
          ? html`<p class="muted">Nothing was dropped.</p>`
          : nothing
        : html`<h4>Dropped, for example</h4>
            <ul class="examples">
              ${dropped.map(
                ({ prompt, completion, reason, detail }) =>
                  html`<li>
                    <div><b>${reasonTexts[reason]}</b> <span class="muted">${visible(detail)}</span></div>
                    <div class="mono prompt">${visible(prompt)}</div>
                    <div class="mono text">${visible(completion)}</div>
                  </li>`,
              )}
            </ul>`
    }`;
}

function samplingView(
  model: PipelineModel,
  stage: string,
  { report, general, missing, drawn }: ReportOf<"rejection-sampling">,
): TemplateResult {
  const perSecond = drawn && drawn.seconds > 0 ? drawn.tokens / drawn.seconds : null;
  return html`<h3>Samples</h3>
    <p>
      ${plural(report.given, "sample")} of ${plural(report.prompts, "prompt")}; something was kept of
      ${formatNumber(report.promptsKept)}.
      ${
        drawn === null || perSecond === null
          ? nothing
          : html`Drawn in ${formatNumber(drawn.seconds)} s: ${formatNumber(Math.round(perSecond))} tokens/s,
            ${formatNumber(Math.round(report.given / drawn.seconds))} samples/s.`
      }
    </p>
    ${shares(report, t("Kept"), t("Refused"), (show) => model.openTraces(stage, show))}
    <div class="actions">
      <button type="button" class="action" @click=${() => model.openTraces(stage, "kept")}>Open Kept</button>
      <button type="button" class="action" @click=${() => model.openTraces(stage, "refused")}>Open Refused</button>
      <button type="button" class="action" @click=${() => model.open({ what: "dataset", stage })}>
        Export Data Set…
      </button>
    </div>
    <p>
      The training set: ${plural(report.kept, "kept sample")} and
      ${plural(general, "general example")}${
        missing > 0 ? t(", {0} fewer than asked for: the general task has no more", formatNumber(missing)) : ""
      }.
    </p>`;
}

function rewardModelView({ training, report, labelled }: ReportOf<"reward-model">): TemplateResult {
  const { whenLonger, whenShorter, whenEqual, lengthCorrelation } = report;
  return html`<h3>Reward model</h3>
    <dl class="facts">
      ${fact(t("Trained on"), `${plural(training, "pair")}${labelled === null ? "" : t(", {0} of them labelled", formatNumber(labelled.training))}`)}
      ${fact(t("Held-out accuracy"), t("{0} of {1}", rate(report.accuracy), plural(report.pairs, "pair")))}
      ${
        labelled === null
          ? nothing
          : fact(
              t("Of these, on labels"),
              labelled.heldOut.count === 0
                ? t("none held out yet")
                : t("{0} of {1}", rate(labelled.heldOut.accuracy), plural(labelled.heldOut.count, "pair")),
            )
      }
      ${fact(t("Mean margin"), report.margin === null ? "–" : formatNumber(report.margin))}
      ${fact(t("Calibration error"), rate(report.calibrationError))}
    </dl>
    <h4>Calibration</h4>
    ${calibrationChart(report.bins)}
    <h4>Length bias</h4>
    <dl class="facts">
      ${fact(t("Reward and length"), lengthCorrelation === null ? "–" : t("correlation {0}", formatNumber(lengthCorrelation)))}
      ${fact(t("Correct where the chosen one is longer"), t("{0} of {1}", rate(whenLonger.accuracy), plural(whenLonger.count, "pair")))}
      ${fact(t("Correct where it is shorter"), t("{0} of {1}", rate(whenShorter.accuracy), plural(whenShorter.count, "pair")))}
      ${
        whenEqual.count === 0
          ? nothing
          : fact(
              t("Correct where both are equally long"),
              t("{0} of {1}", rate(whenEqual.accuracy), plural(whenEqual.count, "pair")),
            )
      }
    </dl>
    <p class="muted">If it is far more often correct for longer or for shorter ones, it judges by length.</p>`;
}

function dpoView({ training, heldOut, measured }: ReportOf<"dpo">): TemplateResult {
  return html`<h3>Pairs</h3>
    <dl class="facts">
      ${fact(t("Trained on"), plural(training, "pair"))} ${fact(t("Held out"), plural(heldOut, "pair"))}
      ${Object.entries(measured ?? {}).map(([name, value]) => fact(name.replace(/^eval\//, "held-out "), formatNumber(value)))}
    </dl>`;
}

const fact = (name: string, value: string): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

const estimate = (value: Estimate | null): TemplateResult =>
  value === null
    ? html`<td>–</td>`
    : html`<td><b>${rate(value.mean)}</b><span class="interval">[${rate(value.low)}, ${rate(value.high)}]</span></td>`;

function evaluationView({ report, best_of }: ReportOf<"evaluation">): TemplateResult {
  const rows: readonly { readonly name: string; readonly measures: Measures }[] = [
    { name: t("All"), measures: report.all },
    ...report.byDifficulty.map(({ difficulty, measures }) => ({ name: String(difficulty), measures })),
  ];
  const { k } = report.all;
  return html`<h3>Evaluation</h3>
    <p>
      ${plural(report.all.prompts, "held-out prompt")}, ${plural(k, "sample")} each; 95 % bootstrap intervals over
      prompts. Best of ${k} picks by
      ${best_of === "reward" ? t("the recipe's rewards") : t("the reward model {0}", best_of)}.
    </p>
    <div class="scroll">
      <table class="measures">
        <thead>
          <tr>
            <th scope="col">${report.byDifficulty.length > 0 ? t("Difficulty") : nothing}</th>
            <th scope="col">pass@1</th>
            <th scope="col">pass@${k}</th>
            <th scope="col">maj@${k}</th>
            <th scope="col">best of ${k}</th>
            <th scope="col">Length</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, measures }) =>
              html`<tr>
                <th scope="row">${name}<span class="interval">${plural(measures.prompts, "prompt")}</span></th>
                ${estimate(measures.pass_at_1)} ${estimate(measures.pass_at_k)} ${estimate(measures.maj_at_k)}
                ${estimate(measures.best_of_k)}
                <td>${formatNumber(measures.length.mean)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${passCurveChart([], report.all.pass_at)}`;
}
