/** The text of a completion: thinking by its steps, answer and what stands between, all of it as text. */
import { html, plural, t } from "../../shared/l10n";
import { LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { placedParts, type CompletionPart, type PlacedPart } from "../../../server/shared/completion-parts";

import type { Marks } from "../../../server/protocol/traces";
import { formatShort } from "../../shared/format";
import type { StepScores } from "./step-scores";
import { plainName, visible } from "../../shared/visible";
import { highlight, moreMarks } from "../highlight";
import { stepsOf, type StepRule, type Steps } from "../../../server/shared/steps";

/** Characters of a part that are shown: several times the longest context of today. */
const mostText = 1_000_000;
/** Steps of a part that are shown at once, and with each press on *Show more*. */
const stepsAtOnce = 200;

const names: Readonly<Record<CompletionPart["kind"], string>> = {
  thinking: t("Thinking"),
  answer: t("Answer"),
  text: t("Text"),
};

const byRule: Readonly<Record<StepRule, string>> = {
  paragraphs: t("by paragraphs"),
  lines: t("by lines"),
  semicolons: t("by semicolons"),
  sentences: t("by sentences"),
  whole: "",
};

/** `scores`: of the completion's steps, by the reward that gave them. */
export function textView(completion: string, marks: Marks, scores: readonly StepScores[] = []): TemplateResult {
  if (completion === "") return html`<p class="muted">The completion is empty.</p>`;
  const parts = placedParts(completion);
  const cut = parts.some(({ kind }) => kind === "thinking") ? "thinking" : "text";
  let from = 0;
  return html`${parts.map((part) => {
    if (scores.length === 0 || part.kind !== cut || part.text.length > mostText) return partView(part, marks, null);
    const { steps } = knownSteps(part.text);
    const first = from;
    from += steps.filter((step) => step.trim() !== "").length;
    return partView(part, marks, scoresOfSteps(steps, scores, first));
  })}
  ${moreMarks(marks)}`;
}

/** What rewards said of one step. */
type OfStep = readonly { readonly reward: string; readonly score: number }[];

const scored = new WeakMap<
  readonly string[],
  { readonly by: readonly StepScores[]; readonly all: readonly OfStep[] }
>();

/** By step, those of `scores` from `first` on; the same array for the same ones, so that what is drawn again stays as it is. */
function scoresOfSteps(steps: readonly string[], by: readonly StepScores[], first: number): readonly OfStep[] {
  const kept = scored.get(steps);
  if (kept?.by === by) return kept.all;
  let at = first;
  const all = steps.map((step): OfStep => {
    if (step.trim() === "") return [];
    const place = at++;
    return by.map(({ reward, scores }) => ({ reward, score: scores[place]! }));
  });
  scored.set(steps, { by, all });
  return all;
}

const known = new Map<string, Steps>();
const mostKnown = 8;

/** The same array for the same text, so that what is drawn again stays as it is. */
function knownSteps(text: string): Steps {
  const found = known.get(text) ?? stepsOf(text);
  known.delete(text);
  known.set(text, found);
  if (known.size > mostKnown) known.delete(known.keys().next().value ?? "");
  return found;
}

/** `start`: where the first step begins in what `marks` are of. */
export function stepItems(
  steps: readonly string[],
  marks: Marks,
  start: number,
  scores: readonly OfStep[] = [],
): TemplateResult[] {
  let next = start;
  return steps.map((step, at) => {
    const from = next;
    next += step.length;
    return html`<li>
      <span class="part-text mono">${highlight(step, marks, from)}</span>${(scores[at] ?? []).map(stepScore)}
    </li>`;
  });
}

const stepScore = ({ reward, score }: OfStep[number]): TemplateResult =>
  html` <span
    class="step-score"
    data-side=${score > 0 ? "high" : score < 0 ? "low" : "none"}
    title=${t("Score of this step by {0}", plainName(reward))}
    ><span class="visually-hidden">${t("Score of this step by {0}", plainName(reward))}: </span
    >${formatShort(score)}</span
  >`;

/** `scores`: by step; null: none. */
function partView(
  { kind, open, text, close, start }: PlacedPart,
  marks: Marks,
  scores: readonly OfStep[] | null,
): TemplateResult {
  const shown = text.length > mostText ? text.slice(0, mostText).toWellFormed() : text;
  const { rule, steps } =
    kind === "thinking" || scores !== null ? knownSteps(shown) : { rule: "whole" as const, steps: [shown] };
  const many = steps.length > 1 || (scores !== null && steps.length > 0);
  const title = many ? `${names[kind]} · ${plural(steps.length, "step")} ${byRule[rule]}` : names[kind];
  const left = text.length - shown.length;
  return html`<div class="part" data-kind=${kind}>
    <span class="part-name">${title}${open === "" ? nothing : html` <code>${visible(open)}</code>`}</span>
    ${
      many
        ? html`<step-list .steps=${steps} .marks=${marks} .start=${start} .scores=${scores ?? []}></step-list>`
        : html`<span class="part-text mono">${highlight(shown, marks, start)}</span>`
    }
    ${left > 0 ? html`<p class="cut">${plural(left, "more character")} not shown here.</p>` : nothing}
    ${kind !== "text" && close === "" ? html`<span class="unclosed">not closed</span>` : nothing}
  </div>`;
}

/** The steps of a part, more of them when they are asked for: thousands at once would keep the page waiting. */
class StepList extends LitElement {
  static override readonly properties = {
    steps: { attribute: false },
    marks: { attribute: false },
    start: { attribute: false },
    scores: { attribute: false },
  };

  declare steps: readonly string[];
  declare marks: Marks;
  declare start: number;
  declare scores: readonly OfStep[];
  #shown = stepsAtOnce;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("steps")) this.#shown = stepsAtOnce;
  }

  protected override render(): TemplateResult {
    const left = this.steps.length - this.#shown;
    const more = (count: number) => (): void => {
      this.#shown += count;
      this.requestUpdate();
    };
    return html`<ol class="step-list">
        ${stepItems(this.steps.slice(0, this.#shown), this.marks, this.start, this.scores)}
      </ol>
      ${
        left <= 0
          ? nothing
          : html`<p class="cut">
              ${plural(left, "more step")}:
              <button type="button" class="link" @click=${more(stepsAtOnce)}>
                Show ${Math.min(left, stepsAtOnce)}
              </button>
              <button type="button" class="link" @click=${more(left)}>Show all</button>
            </p>`
      }`;
  }
}

customElements.define("step-list", StepList);
