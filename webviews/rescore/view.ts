/** Re-scorings as tables: by reward, by step, and the samples that changed most, old beside new. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { BeforeAndAfter, RescoredCounts, RescoredSample, Rescoring } from "../../server/protocol/rescore";
import { rewardErrorText, type RewardOutcome } from "../../server/protocol/traces";
import { formatOptional, formatShort, formatSigned } from "../shared/format";
import { emptyState, problem, runPicker, select } from "../shared/pieces";
import { visible } from "../shared/visible";
import { keyOf, type RescoreModel } from "./model";

/** Steps that are listed, the newest first. */
const mostSteps = 200;

export function rescoreView(model: RescoreModel): TemplateResult {
  const state = model.state();
  return html`<h1 class="visually-hidden">Re-scored samples</h1>
    ${toolbar(model)} ${problem(state.problem, () => model.pull())} ${content(model)}`;
}

function toolbar(model: RescoreModel): TemplateResult | typeof nothing {
  const { runs, run, rescorings } = model.state();
  if (run === null) return nothing;
  const shown = model.shown();
  return html`<header class="toolbar">
    ${runPicker(runs, run, (folder) => model.go({ run: folder, time: null, sample: null }))}
    ${
      shown === null || rescorings === null || rescorings.length < 2
        ? nothing
        : select(
            t("Re-scoring"),
            rescorings.map((one) => ({ value: String(one.time), label: titleOf(one) })),
            String(shown.time),
            (time) => model.go({ time: Number(time), sample: null }),
          )
    }
  </header>`;
}

const titleOf = ({ time, steps }: Rescoring): string =>
  `${new Date(time).toLocaleTimeString()} · ${steps.length === 1 ? t("step {0}", steps[0]!.step) : plural(steps.length, "step")}`;

function content(model: RescoreModel): TemplateResult | typeof nothing {
  const { rescorings, run, problem: why } = model.state();
  if (rescorings === null) return why === null ? html`<p class="loading" role="status">Reading runs…</p>` : nothing;
  const shown = model.shown();
  if (shown === null)
    return emptyState(
      run === null ? t("No runs yet") : t("Nothing was re-scored yet"),
      t(
        "Run “Re-score Run…”: stored rollouts go through the rewards as they are now. What comes of it is known until the window is reloaded.",
      ),
    );
  const { all, names, steps, seconds, notes, firstError } = shown;
  return html`<section class="facts-of" aria-label="In all">
      <p>
        ${plural(all.samples, "rollout")} of ${plural(steps.length, "step")} re-scored with
        <b>${visible(names.join(", "))}</b> in ${seconds.toFixed(1)} s. ${plural(shown.changed, "sample")} changed.
      </p>
      ${notes.map((note) => html`<p class="muted">${visible(note)}</p>`)}
      ${
        firstError === null
          ? nothing
          : html`<p class="error">
              ${plural(all.errors, "sample")} with an error: without a new score, never 0. The first:
              ${visible(rewardErrorText(firstError))}
            </p>`
      }
    </section>
    ${rewardTable(all)} ${stepTable(shown)} ${sampleTable(model, shown)}`;
}

const means = ({ old, new: next, rank }: BeforeAndAfter): TemplateResult =>
  html`<td>${formatOptional(old)}</td>
    <td>${formatOptional(next)}</td>
    <td>${formatOptional(rank)}</td>`;

const rankTitle = t("Spearman's rank correlation of new with old; – where one of them is the same everywhere");

function rewardTable({ rewards, total }: RescoredCounts): TemplateResult {
  return html`<table class="numbers">
    <caption>
      Mean rewards
    </caption>
    <thead>
      <tr>
        <th scope="col">reward</th>
        <th scope="col">old</th>
        <th scope="col">new</th>
        <th scope="col" title=${rankTitle}>rank corr.</th>
      </tr>
    </thead>
    <tbody>
      ${Object.entries(rewards).map(
        ([name, one]) =>
          html`<tr>
            <th scope="row">${visible(name)}</th>
            ${means(one)}
          </tr>`,
      )}
      <tr>
        <th scope="row">weighted sum</th>
        ${means(total)}
      </tr>
    </tbody>
  </table>`;
}

function stepTable({ steps, all }: Rescoring): TemplateResult {
  const newest = steps.slice(-mostSteps).toReversed();
  const cells = ({ total, signChanges, gained, lost, errors }: RescoredCounts): TemplateResult =>
    html`${means(total)}
      <td>${signChanges ?? "–"}</td>
      <td>${gained}</td>
      <td>${lost}</td>
      <td>${errors}</td>`;
  return html`<details class="steps" ?open=${steps.length <= 12}>
    <summary>By step</summary>
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">old</th>
          <th scope="col">new</th>
          <th scope="col" title=${rankTitle}>rank corr.</th>
          <th scope="col" title="Samples whose advantage is of the other sign">signs changed</th>
          <th scope="col" title="Groups whose rewards were all equal and are not any more">gain signal</th>
          <th scope="col" title="Groups whose rewards are all equal now">lose signal</th>
          <th scope="col">errors</th>
        </tr>
      </thead>
      <tbody>
        ${newest.map(
          (step) =>
            html`<tr>
              <th scope="row">${step.stage} ${step.step}</th>
              ${cells(step)}
            </tr>`,
        )}
        <tr>
          <th scope="row">all</th>
          ${cells(all)}
        </tr>
      </tbody>
    </table>
    ${steps.length > mostSteps ? html`<p class="muted">The newest ${mostSteps} steps of ${steps.length}.</p>` : nothing}
  </details>`;
}

function sampleTable(model: RescoreModel, { samples, changed }: Rescoring): TemplateResult {
  if (samples.length === 0) return html`<p class="muted pad">No sample has another score than before.</p>`;
  return html`<h2 class="pad">
      ${changed > samples.length ? t("The {0} that changed most, of {1}", samples.length, plural(changed, "sample")) : t("Samples that changed")}
    </h2>
    <ul class="samples-of" aria-label="Changed samples">
      ${repeat(samples, keyOf, (sample) => sampleRow(model, sample))}
    </ul>`;
}

function sampleRow(model: RescoreModel, sample: RescoredSample): TemplateResult {
  const key = keyOf(sample);
  const open = model.state().place.sample === key;
  const toggle = (): void => model.go({ sample: open ? null : key });
  const { old, new: next, oldAdvantage, newAdvantage } = sample;
  return html`<li class="changed-sample">
    <button type="button" class="head" aria-expanded=${String(open)} @click=${toggle}>
      <span class="codicon codicon-chevron-${open ? "down" : "right"}" aria-hidden="true"></span>
      <span class="where">step ${sample.step} · group ${sample.group} · #${sample.sample}</span>
      <span>reward <b>${formatOptional(old)} → ${formatOptional(next)}</b></span>
      ${
        oldAdvantage === null || newAdvantage === null
          ? nothing
          : html`<span data-flipped=${String(oldAdvantage * newAdvantage < 0)}
              >advantage <b>${formatSigned(oldAdvantage)} → ${formatSigned(newAdvantage)}</b></span
            >`
      }
      <span class="excerpt mono">${visible(sample.completion.slice(-120))}</span>
    </button>
    ${open ? detail(model, sample) : nothing}
  </li>`;
}

function detail(model: RescoreModel, sample: RescoredSample): TemplateResult {
  return html`<div class="side-by-side">
    <p class="mono prompt">${visible(sample.prompt)}</p>
    <p>
      gold <b class="mono">${visible(sample.answer)}</b>
      <button type="button" class="link" @click=${() => model.openTraces(sample)}>Open in Traces</button>
    </p>
    <pre class="mono" tabindex="0">${visible(sample.completion)}</pre>
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">reward</th>
          <th scope="col">old</th>
          <th scope="col">new</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(sample.outcomes).map(
          ([name, said]) =>
            html`<tr>
              <th scope="row">${visible(name)}</th>
              <td>${outcomeText(said.old)}</td>
              <td>${outcomeText(said.new)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function outcomeText(outcome: RewardOutcome): TemplateResult {
  if (outcome.kind === "score") return html`${formatShort(outcome.score)}`;
  if (outcome.kind === "not-applicable") return html`<span class="muted">does not apply</span>`;
  return html`<span class="error">error: ${visible(rewardErrorText(outcome))}</span>`;
}
