/** A group, opened: its samples side by side. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { isDrawn, type Marks, type RewardOutcome, type RolloutSummary } from "../../server/protocol/traces";
import { placedParts } from "../../server/shared/completion-parts";
import type { PartKind } from "../../server/shared/completion-parts";
import { visible } from "../shared/visible";
import { formatShort, formatSigned, formatSpread } from "../shared/format";
import { highlight, marksOf, moreMarks } from "./highlight";
import { matchingFirst } from "./matching-first";
import type { TracesModel, TracesState } from "./model";
import { groupBar } from "./sample/group-bar";
import { historyView } from "./sample/history-view";
import { noteBadges } from "./sample/notes-view";
import { promptView } from "./sample/prompt-view";
import { whatIfView } from "./sample/what-if-view";
import { meanAndDeviation } from "./statistics";

export function groupView(model: TracesModel, state: TracesState, samples: readonly RolloutSummary[]): TemplateResult {
  return html`${groupHeader(model, state, samples)} ${groupBar(model, state)} ${whatIfView(model, state)}
    ${historyView(model, state)}
    <div class="samples" role="list" aria-label="Samples" @keydown=${moveBetween}>
      ${repeat(
        matchingFirst(samples, state.matching),
        ({ sample }) => sample,
        (sample) => card(sample, model, state),
      )}
    </div>`;
}

export function groupHeader(
  model: TracesModel,
  state: TracesState,
  samples: readonly RolloutSummary[],
): TemplateResult | typeof nothing {
  const first = samples[0];
  if (first === undefined) return nothing;
  const drawn = samples.filter(isDrawn);
  const { mean, deviation } = meanAndDeviation(
    drawn.flatMap((sample) => (sample.reward === null ? [] : [sample.reward])),
  );
  return html`<header class="group-header">
    <div class="where">
      ${first.stage} · step ${first.step} ·
      ${first.purpose === "train" ? t("training") : first.purpose === "sampling" ? t("sampling") : t("held-out")} ·
      group ${first.group}
    </div>
    <h2 class="mono">${highlight(first.prompt, marksOf(state.marks, first).prompt)}</h2>
    ${promptView(model, state, first)}
    <div class="facts">
      ${first.answer === "" ? nothing : html`<span>gold <b class="mono">${visible(first.answer)}</b></span>`}
      <span>reward <b>${formatSpread(mean, deviation)}</b></span>
      <span>${plural(drawn.length, "sample")}</span>
    </div>
  </header>`;
}

function card(
  sample: RolloutSummary,
  model: TracesModel,
  { versions, notes, marks: ofSamples }: TracesState,
): TemplateResult {
  // A file of another tool has no rewards to run.
  const ofRun = model.state().place.file === null;
  const marks = marksOf(ofSamples, sample).completion;
  const openTokens = (): void => model.openSample(sample.sample);
  const opened = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.target !== event.currentTarget) return;
    event.preventDefault();
    openTokens();
  };
  return html`<article
    class="sample"
    role="listitem"
    tabindex="0"
    data-sample=${sample.sample}
    aria-label="Sample ${sample.sample}"
    @keydown=${opened}
  >
    <header>
      <span class="name">#${sample.sample}</span>
      <span class="total" title="Weighted sum of the rewards"
        >reward <b>${sample.reward === null ? "–" : formatShort(sample.reward)}</b></span
      >
      ${ofRun || sample.advantage !== null ? advantage(sample) : nothing}
      <span class="actions">
        <button type="button" class="link" @click=${openTokens}>Tokens</button>
        ${
          ofRun
            ? html`<button
                  type="button"
                  class="link"
                  title="Make it a case of a reward, with the score that it must get"
                  @click=${() => model.saveCase(sample)}
                >
                  Save as case
                </button>
                <button
                  type="button"
                  class="link"
                  title="Run a reward on it under the debugger"
                  @click=${() => model.debugRollout(sample)}
                >
                  Debug
                </button>`
            : nothing
        }
      </span>
    </header>
    ${choice(sample.tags)}
    <div class="completion mono">${completion(sample.completion, marks)}</div>
    ${moreMarks(marks)} ${rewards(sample, model, versions)}
    <footer>
      ${verdict(sample)} ${finish(sample)}
      ${sample.length < 0 ? nothing : html`<span>${plural(sample.length, "token")}</span>`}
      ${otherTags(sample.tags).map((tag) => html`<span class="badge">${visible(tag)}</span>`)}
      ${noteBadges(notes, sample)}
    </footer>
  </article>`;
}

/** What rejection sampling made of a sample: `refused` is followed by the reason. */
function choice(tags: readonly string[]): TemplateResult | typeof nothing {
  if (tags[0] === "kept") return html`<p class="choice" data-kept="true">✓ kept for the training set</p>`;
  if (tags[0] !== "refused") return nothing;
  return html`<p class="choice" data-kept="false">✗ refused${tags[1] === undefined ? "" : visible(`: ${tags[1]}`)}</p>`;
}

const otherTags = (tags: readonly string[]): readonly string[] =>
  tags[0] === "kept" ? tags.slice(1) : tags[0] === "refused" ? tags.slice(2) : tags;

/** Arrow keys between the cards, as they stand on the screen. */
function moveBetween(event: KeyboardEvent): void {
  const cards = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(".sample")];
  const at = cards.findIndex((one) => one === document.activeElement);
  if (at < 0) return;
  const columns = cards.filter((one) => one.offsetTop === cards[0]?.offsetTop).length;
  const moves: Record<string, number | undefined> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: columns,
    ArrowUp: -columns,
  };
  const by = moves[event.key];
  const target = by === undefined ? undefined : cards[at + by];
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
}

export function advantage({ advantage: value }: Pick<RolloutSummary, "advantage">): TemplateResult {
  if (value === null) return html`<span class="advantage" title="Left out of the baseline">no advantage</span>`;
  const direction = value > 0 ? "up" : value < 0 ? "down" : "none";
  return html`<span
    class="advantage"
    data-direction=${direction}
    title="Advantage: how much better than expected (GRPO: than the group's mean)"
  >
    advantage <b>${formatSigned(value)}</b>
  </span>`;
}

const partNames: Record<PartKind, string | null> = { thinking: t("thinking"), answer: t("answer"), text: null };

/** Characters of a part that a card shows from its beginning and its end. */
const cardText = { start: 3000, end: 1000 } as const;

/** Of a long text beginning and end: the whole stands in the open sample. */
function cutMiddle(text: string, marks: Marks, from: number): ReturnType<typeof highlight> {
  const left = text.length - cardText.start - cardText.end;
  if (left <= 0) return highlight(text, marks, from);
  return [
    ...highlight(text.slice(0, cardText.start).toWellFormed(), marks, from),
    html`<span class="cut cut-middle">${plural(left, "character")} more: open the sample</span>`,
    ...highlight(text.slice(-cardText.end).toWellFormed(), marks, from + text.length - cardText.end),
  ];
}

/** The completion with thinking and answer set apart; text of the model goes in as text nodes only. */
function completion(text: string, marks: Marks): TemplateResult[] {
  return placedParts(text).map(
    ({ kind, text: content, close, start }) =>
      html`<div class="part" data-kind=${kind}>
        ${partNames[kind] === null ? nothing : html`<span class="part-name">${partNames[kind]}</span>`}<span
          class="part-text"
          >${cutMiddle(content, marks, start)}</span
        >${kind !== "text" && close === "" ? html`<span class="unclosed">not closed</span>` : nothing}
      </div>`,
  );
}

export function rewards(sample: RolloutSummary, model: TracesModel, versions: TracesState["versions"]): TemplateResult {
  const { rewardHash } = sample;
  const kept = rewardHash === null ? undefined : versions.get(rewardHash);
  const version: Version | null = kept
    ? {
        number: kept.number,
        scores: (name) => Object.keys(kept.rewards).some((reference) => reference.endsWith(`#${name}`)),
        open: (name) => model.openVersion(kept.hash, name),
      }
    : null;
  return html`<table class="rewards">
    <caption class="visually-hidden">
      Rewards of sample ${sample.sample}
    </caption>
    <tbody>
      ${Object.entries(sample.rewards).map(([name, outcome]) => reward(name, outcome, model, version))}
    </tbody>
  </table>`;
}

/** Which version of the rewards gave the scores of a sample. */
interface Version {
  readonly number: number;
  /** Whether the reward is one of its; what reward models say is not. */
  readonly scores: (reward: string) => boolean;
  readonly open: (reward: string) => void;
}

function versionLink(name: string, version: Version | null): TemplateResult | typeof nothing {
  if (version === null || !version.scores(name)) return nothing;
  const open = (): void => version.open(name);
  return html`<button type="button" class="link version" title="Open the source that gave this score" @click=${open}>
    v${version.number}
  </button>`;
}

function reward(name: string, outcome: RewardOutcome, model: TracesModel, version: Version | null): TemplateResult {
  switch (outcome.kind) {
    case "score":
      return html`<tr>
        <th scope="row">${visible(name)}</th>
        <td class="score">${formatShort(outcome.score)}</td>
        <td class="extras">
          ${versionLink(name, version)}
          ${Object.entries(outcome.extras).map(
            ([key, value]) =>
              html`<span
                >${visible(key)} <b>${typeof value === "number" ? formatShort(value) : visible(value)}</b></span
              >`,
          )}
        </td>
      </tr>`;
    case "not-applicable":
      return html`<tr>
        <th scope="row">${visible(name)}</th>
        <td colspan="2" class="muted">does not apply ${versionLink(name, version)}</td>
      </tr>`;
    case "error":
      return html`<tr class="error">
        <th scope="row">${visible(name)}</th>
        <td colspan="2">
          <span class="codicon codicon-error" aria-hidden="true"></span> error: ${visible(outcome.message)}
          ${errorPlace(outcome, model)} ${versionLink(name, version)}
        </td>
      </tr>`;
  }
}

type RewardError = Extract<RewardOutcome, { kind: "error" }>;

function errorPlace({ file, line, column }: RewardError, model: TracesModel): TemplateResult | typeof nothing {
  if (file === null) return nothing;
  const open = (): void => model.openSource(file, line, column);
  return html`<button type="button" class="link mono" title="Open this line" @click=${open}>
    ${visible(file)}${line === null ? "" : `:${line}`}
  </button>`;
}

/** How the completion ended; nothing where a file of another tool does not say. */
function finish({ finishReason }: RolloutSummary): TemplateResult | typeof nothing {
  if (finishReason === "unknown") return nothing;
  return finishReason === "length"
    ? html`<span class="cut">cut off at the length limit</span>`
    : html`<span>ended by itself</span>`;
}

/** The task's verdict; what it read as the answer stands beside it. */
export function verdict({ correct, extracted, answer, finishReason }: RolloutSummary): TemplateResult {
  // A file of another tool may say neither what was read nor what is right.
  if (correct === null && extracted === null && answer === "") return html`<span class="verdict">not judged</span>`;
  if (extracted === null && finishReason === "unknown") {
    const word = correct === null ? t("not judged") : correct === 1 ? t("✓ right") : t("✗ wrong");
    const right = correct === null ? nothing : String(correct === 1);
    return html`<span class="verdict" data-right=${right}
      >${word}${answer === "" ? nothing : html`, gold <b>${visible(answer)}</b>`}</span
    >`;
  }
  const read = extracted === null ? html`no answer found` : html`<b>${visible(extracted)}</b>`;
  const gold = visible(answer);
  if (correct === null) return html`<span class="verdict">not judged: ${read}, gold <b>${gold}</b></span>`;
  if (correct === 1)
    return html`<span class="verdict" data-right="true"
      >✓ ${read} ${extracted === answer ? t("is gold") : html`is right, gold <b>${gold}</b>`}</span
    >`;
  const cut = finishReason === "length" && extracted !== null ? t(", cut off") : "";
  return html`<span class="verdict" data-right="false">✗ ${read}${cut}, gold <b>${gold}</b></span>`;
}
