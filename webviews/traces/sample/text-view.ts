/** The text of a completion: thinking by its steps, answer and what stands between, all of it as text. */
import { html, nothing, type TemplateResult } from "lit";
import { completionParts, type CompletionPart } from "../../shared/completion";
import { plural } from "../../shared/format";
import { visible } from "../../shared/visible";
import { highlight } from "../highlight";
import { stepsOf, type StepRule } from "./steps";

/** Characters of a part that are shown: several times the longest context of today. */
const mostText = 1_000_000;
/** Steps of a part that are shown. */
const mostSteps = 5000;

const names: Readonly<Record<CompletionPart["kind"], string>> = {
  thinking: "Thinking",
  answer: "Answer",
  text: "Text",
};

const byRule: Readonly<Record<StepRule, string>> = {
  paragraphs: "by paragraphs",
  lines: "by lines",
  semicolons: "by semicolons",
  sentences: "by sentences",
  whole: "",
};

export function textView(completion: string, needle: string): TemplateResult {
  if (completion === "") return html`<p class="muted">The completion is empty.</p>`;
  return html`${completionParts(completion).map((part) => partView(part, needle))}`;
}

function partView({ kind, open, text, close }: CompletionPart, needle: string): TemplateResult {
  const shown = text.length > mostText ? text.slice(0, mostText).toWellFormed() : text;
  const { rule, steps } = kind === "thinking" ? stepsOf(shown) : { rule: "whole" as const, steps: [shown] };
  const many = steps.length > 1;
  const title = many ? `${names[kind]} · ${plural(steps.length, "step")} ${byRule[rule]}` : names[kind];
  const left = text.length - shown.length;
  return html`<div class="part" data-kind=${kind}>
    <span class="part-name">${title}${open === "" ? nothing : html` <code>${visible(open)}</code>`}</span>
    ${
      many
        ? html`<ol class="step-list">
            ${steps.slice(0, mostSteps).map((step) => html`<li><span class="part-text mono">${highlight(step, needle)}</span></li>`)}
          </ol>`
        : html`<span class="part-text mono">${highlight(shown, needle)}</span>`
    }
    ${steps.length > mostSteps ? html`<p class="cut">${plural(steps.length - mostSteps, "more step")} not shown here.</p>` : nothing}
    ${left > 0 ? html`<p class="cut">${plural(left, "more character")} not shown here.</p>` : nothing}
    ${kind !== "text" && close === "" ? html`<span class="unclosed">not closed</span>` : nothing}
  </div>`;
}
