/** Two samples side by side, with a diff of their steps. */
import { html, plural, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { RolloutSummary } from "../../../server/protocol/traces";
import { completionParts, type PartKind } from "../../../server/shared/completion-parts";
import { formatShort } from "../../shared/format";
import { titleAmong } from "../../../server/protocol/run-title";
import { iconButton } from "../../shared/pieces";
import { visible } from "../../shared/visible";
import { advantage, rewards, verdict } from "../group-view";
import type { TracesModel, TracesState } from "../model";
import { placeOf, type ComparedSample } from "./sample-actions";
import { diffSteps, diffWords, type StepPair, type WordStretch } from "./step-diff";
import { stepsOf } from "../../../server/shared/steps";

/** Characters of a completion that are compared. */
const mostText = 400_000;
/** Pairs of steps that are shown. */
const mostPairs = 4000;

const partNames: Readonly<Record<PartKind, string>> = { thinking: t("Thinking"), answer: t("Answer"), text: t("Text") };

export function compareView(model: TracesModel, state: TracesState): TemplateResult {
  const { compared } = state;
  const close = (): void => model.samples.compare(null);
  return html`<div class="compare">
    <div class="toolbar token-bar">
      ${iconButton("arrow-left", t("Back"), close)}
      <h2>Side by side</h2>
      ${
        compared === null
          ? nothing
          : iconButton("arrow-swap", t("Swap sides"), () =>
              model.samples.compare({ left: placeOf(compared.right), right: placeOf(compared.left) }),
            )
      }
    </div>
    ${compared === null ? html`<p class="loading" role="status">Reading…</p>` : body(model, state, compared)}
  </div>`;
}

const sameGroupOf = (left: ComparedSample, right: ComparedSample): boolean =>
  left.of === right.of &&
  left.stage === right.stage &&
  left.step === right.step &&
  left.purpose === right.purpose &&
  left.group === right.group;

function body(
  model: TracesModel,
  state: TracesState,
  { left, right }: { readonly left: ComparedSample; readonly right: ComparedSample },
): TemplateResult {
  // Labels go to the recipe of the run that is open.
  const canPrefer = state.place.file === null && left.of === null && sameGroupOf(left, right);
  return html`<div class="compare-heads">
      ${head(model, state, left, canPrefer ? right : null)} ${head(model, state, right, canPrefer ? left : null)}
    </div>
    ${
      left.prompt === right.prompt
        ? html`<p class="muted compare-prompt">Prompt <b class="mono">${visible(left.prompt)}</b></p>`
        : html`<p class="cut compare-prompt">These are answers to different prompts.</p>
            <div class="compare-heads compare-prompts">${promptOf(left)} ${promptOf(right)}</div>`
    }
    ${diffView(left.completion, right.completion)}`;
}

const promptOf = ({ sample, prompt, answer }: RolloutSummary): TemplateResult =>
  html`<p>
    <span class="muted">Prompt of #${sample}</span> <b class="mono">${visible(prompt)}</b>
    ${answer === "" ? nothing : html`<span>gold <b class="mono">${visible(answer)}</b></span>`}
  </p>`;

function head(
  model: TracesModel,
  state: TracesState,
  sample: ComparedSample,
  other: ComparedSample | null,
): TemplateResult {
  const { of } = sample;
  return html`<section aria-label="Sample ${sample.sample}">
    <p>
      <b>#${sample.sample}</b> <span class="muted">${sample.stage} ${sample.step}, group ${sample.group}</span>
      <span>reward <b>${sample.reward === null ? "–" : formatShort(sample.reward)}</b></span> ${advantage(sample)}
      ${sample.length < 0 ? nothing : html`<span class="muted">${plural(sample.length, "token")}</span>`}
    </p>
    ${of === null ? nothing : html`<p>Run <b title=${of}>${visible(titleAmong(state.runs, of))}</b></p>`}
    <p>${verdict(sample)}</p>
    ${rewards(sample, model, of === null ? state.versions : new Map())}
    <p>
      <button type="button" class="link" @click=${() => model.openRollout(of ?? state.place.run, sample)}>Open</button>
      ${
        other === null
          ? nothing
          : html`<button
              type="button"
              class="link"
              title="Append this pair to the label file: this one is better"
              @click=${() => model.samples.prefer(sample, other)}
            >
              Prefer this one
            </button>`
      }
    </p>
  </section>`;
}

interface Section {
  readonly kind: PartKind;
  readonly steps: readonly string[];
}

/** Thinking by steps; of the rest each part is one. */
const sectionsOf = (completion: string): readonly Section[] =>
  completionParts(completion.length > mostText ? completion.slice(0, mostText).toWellFormed() : completion).map(
    ({ kind, text }) => ({ kind, steps: kind === "thinking" ? stepsOf(text).steps : text === "" ? [] : [text] }),
  );

const kinds: readonly PartKind[] = ["thinking", "text", "answer"];

function diffView(left: string, right: string): TemplateResult {
  const [own, other] = [sectionsOf(left), sectionsOf(right)];
  const of = (sections: readonly Section[], kind: PartKind): string[] =>
    sections.filter((section) => section.kind === kind).flatMap(({ steps }) => steps);
  const cut = Math.max(0, left.length - mostText) + Math.max(0, right.length - mostText);
  return html`${kinds.map((kind) => section(kind, of(own, kind), of(other, kind)))}
  ${cut > 0 ? html`<p class="cut compare-prompt">${plural(cut, "character")} at the ends are not compared.</p>` : nothing}`;
}

function section(kind: PartKind, left: readonly string[], right: readonly string[]): TemplateResult | typeof nothing {
  if (left.length === 0 && right.length === 0) return nothing;
  const [own, other] = [left[0], right[0]];
  // Two answers stand beside each other, whatever they are.
  const isOne = left.length === 1 && right.length === 1 && own !== undefined && other !== undefined;
  const { pairs, byOrder } = isOne ? { pairs: [{ left: own, right: other }], byOrder: false } : diffSteps(left, right);
  const changed = pairs.filter(
    (pair) => pair.left === null || pair.right === null || pair.left.trim() !== pair.right.trim(),
  );
  const many = t("{0} of {1} differ", changed.length, plural(pairs.length, "step"));
  const said = changed.length === 0 ? t("the same") : pairs.length === 1 ? t("different") : many;
  return html`<table class="diff" data-kind=${kind}>
      <caption>
        ${partNames[kind]}:
        ${said}${byOrder ? t(". Too many steps to align: some stand beside each other by their order alone") : ""}
      </caption>
      <tbody>
        ${pairs.slice(0, mostPairs).map(pairRow)}
      </tbody>
    </table>
    ${pairs.length > mostPairs ? html`<p class="cut compare-prompt">${plural(pairs.length - mostPairs, "more step")} not shown.</p>` : nothing}`;
}

function pairRow({ left, right }: StepPair): TemplateResult {
  if (left === null || right === null) {
    const side = left === null ? "right" : "left";
    return html`<tr data-change="one-sided">
      <td>${left === null ? nothing : oneSided(left, side)}</td>
      <td>${right === null ? nothing : oneSided(right, side)}</td>
    </tr>`;
  }
  if (left.trim() === right.trim())
    return html`<tr>
      <td class="mono">${visible(left)}</td>
      <td class="mono">${visible(right)}</td>
    </tr>`;
  const words = diffWords(left, right);
  return html`<tr data-change="changed">
    <td class="mono">${words.left.map((one) => stretch(one, "left"))}</td>
    <td class="mono">${words.right.map((one) => stretch(one, "right"))}</td>
  </tr>`;
}

const oneSided = (text: string, side: "left" | "right"): TemplateResult =>
  html`<span class="mono only" data-side=${side}
    ><span class="visually-hidden">${side === "left" ? t("only left: ") : t("only right: ")}</span
    >${visible(text)}</span
  >`;

const stretch = ({ text, same }: WordStretch, side: "left" | "right"): TemplateResult =>
  same ? html`${visible(text)}` : html`<mark class="word" data-side=${side}>${visible(text)}</mark>`;
