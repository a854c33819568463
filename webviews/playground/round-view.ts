/** One round: what was asked, and each answer down to what else could have stood at a token. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { PlayAnswer, PlayScores, PlayToken } from "../../server/protocol/playground";
import { rewardErrorText, type RewardOutcome } from "../../server/protocol/traces";

import { titleAmong } from "../../server/protocol/run-title";
import { named } from "../../server/shared/unseen";
import { formatNumber, formatOptional, formatShort } from "../shared/format";
import { iconButton, problem } from "../shared/pieces";
import { visible } from "../shared/visible";
import "./answer-strip";
import { focusDraft } from "./focus-draft";
import type { PlaygroundModel, PlaygroundPage } from "./model";
import type { Round } from "./rounds";

/** Of an answer, in nats: worked out once, for there may be many of many tokens. */
const surprises = new WeakMap<PlayAnswer, number>();
function surpriseOf(answer: PlayAnswer): number {
  const known = surprises.get(answer) ?? answer.tokens.reduce((sum, { logprob }) => sum - logprob, 0);
  surprises.set(answer, known);
  return known;
}

export function roundView(model: PlaygroundModel, state: PlaygroundPage, round: Round): TemplateResult {
  const { id, asked, answer, how, checkpoint, answers, asking, ticket, problem: failed } = round;
  const scoring = state.scoring.has(id);
  const open = state.place.token?.round === id ? state.place.token : null;
  // A page has up to twenty rounds of up to 64 answers: one that is as it was is not looked at again.
  const other = round.run === null || round.run === state.run?.folder ? null : titleAmong(state.runs ?? [], round.run);
  return html`${guard([round, scoring, other, open?.answer, open?.index], () => drawn())}`;

  function drawn(): TemplateResult {
    return html`<article class="round" aria-label=${named(how)} aria-busy=${asking || ticket !== null}>
      <header>
        <span class="mono excerpt" title=${named(asked.prompt)}>${visible(asked.prompt.slice(0, 200))}</span>
        <span class="how"
          >${visible(how)} · ${visible(checkpoint)}${other === null ? nothing : html` of ${visible(other)}`}</span
        >
        ${answer === null ? nothing : html`<span class="how">gold <b class="mono">${visible(answer)}</b></span>`}
        <span class="actions">
          ${
            ticket === null
              ? html`<button
                  type="button"
                  class="link"
                  ?disabled=${scoring || answers.length === 0}
                  @click=${() => model.score(round)}
                >
                  ${scoring ? t("Scoring…") : t("Score")}
                </button>`
              : html`<button type="button" class="link" @click=${() => model.stop(round)}>Stop</button>`
          }
          ${iconButton("close", t("Remove these answers"), () => model.remove(round))}
        </span>
      </header>
      ${problem(failed)}
      <div class="answers" role="list">${answers.map((one, index) => answerView(model, state, round, one, index))}</div>
    </article>`;
  }
}

const ends: Readonly<Record<NonNullable<PlayAnswer["end"]>, string>> = {
  stop: t("ended by itself"),
  length: t("cut off at the length limit"),
  written: t("written by hand"),
  cancelled: t("stopped"),
};

function answerView(
  model: PlaygroundModel,
  { place }: PlaygroundPage,
  round: Round,
  answer: PlayAnswer,
  index: number,
): TemplateResult {
  const open = place.token?.round === round.id && place.token.answer === index ? place.token.index : null;
  const surprise = surpriseOf(answer);
  return html`<section class="answer" role="listitem" aria-label="Answer ${index + 1}">
    <header>
      <span class="name">#${index + 1}</span>
      <span>${answer.end === null ? "…" : ends[answer.end]}</span>
      <span>${plural(answer.tokens.length, "token")}</span>
      <span title="−log of the probability that the model writes exactly this, in nats"
        >surprise ${formatShort(surprise)}</span
      >
      <span class="actions">
        <button
          type="button"
          class="link"
          title="Change the text and see what model, rewards and verifier say of it"
          ?disabled=${answer.end === null}
          @click=${() => {
            model.edit(round, answer);
            focusDraft();
          }}
        >
          Edit…
        </button>
      </span>
    </header>
    ${strip(model, round, answer, index, open)}
    ${open === null ? nothing : tokenView(model, round, answer, index, open)}
    ${round.scores === null ? nothing : scores(round.scores, index)}
  </section>`;
}

function strip(
  model: PlaygroundModel,
  round: Round,
  { tokens }: PlayAnswer,
  index: number,
  open: number | null,
): TemplateResult {
  const chosen = ({ detail }: CustomEvent<number | null>): void =>
    model.move({ token: detail === null ? null : { round: round.id, answer: index, index: detail } });
  return html`<answer-strip
    class="strip mono"
    tabindex="0"
    role="application"
    aria-label="Tokens of answer ${index + 1}. Arrow keys move from token to token, Enter draws again from there."
    .tokens=${tokens}
    .token=${open}
    @choose=${chosen}
    @again=${({ detail }: CustomEvent<number>) => model.drawFrom(round, index, detail)}
  ></answer-strip>`;
}

/** White space as something that can be seen and pointed at, and what is not seen by its name. */
const tokenText = (text: string): ReturnType<typeof visible> =>
  visible(text === "" ? "∅" : text.replaceAll("\n", "↵\n").replaceAll("\t", "⇥\t"));

const percent = (logprob: number): string => `${formatNumber(100 * Math.exp(logprob))} %`;

function tokenView(
  model: PlaygroundModel,
  round: Round,
  answer: PlayAnswer,
  index: number,
  at: number,
): TemplateResult | typeof nothing {
  const token: PlayToken | undefined = answer.tokens[at];
  if (!token) return nothing;
  const { id, text, logprob, entropy, alternatives, given } = token;
  return html`<div class="alternatives" role="group" aria-label="Token ${at + 1}">
    <p aria-live="polite">
      <b class="mono">${tokenText(text)}</b> token ${at + 1} of ${answer.tokens.length}, id ${id} · ${percent(logprob)}
      (log π ${formatNumber(logprob)}) · entropy ${formatNumber(entropy)}${given ? t(" · given, not drawn") : ""}
    </p>
    <button type="button" class="link" @click=${() => model.drawFrom(round, index, at)}>Resample from here</button>
    <span class="muted">or go on with</span>
    ${alternatives
      .filter((one) => one.id !== id)
      .map(
        (one) =>
          html`<button type="button" class="alternative" @click=${() => model.drawFrom(round, index, at, one)}>
            <span class="mono">${tokenText(one.text)}</span> ${percent(one.logprob)}
          </button>`,
      )}
  </div>`;
}

function scores({ names, weights, outcomes, totals, verdicts }: PlayScores, index: number): TemplateResult {
  const said = outcomes[index] ?? {};
  const verdict = verdicts?.[index];
  return html`<table class="scores">
      <caption class="visually-hidden">
        Rewards of answer ${index + 1}
      </caption>
      <tbody>
        ${names.map((name, at) => {
          const outcome = said[name];
          return html`<tr>
            <th scope="row">${visible(name)}</th>
            <td>${outcome === undefined ? "–" : outcomeText(outcome)}</td>
            <td class="muted">× ${formatShort(weights[at] ?? 1)}</td>
          </tr>`;
        })}
        <tr>
          <th scope="row">reward</th>
          <td><b>${formatOptional(totals[index])}</b></td>
          <td class="muted">weighted sum</td>
        </tr>
      </tbody>
    </table>
    ${
      verdict === undefined
        ? nothing
        : html`<details class="verdict">
            <summary>
              Maths verifier:
              ${verdict.score === null ? t("not judged") : verdict.score === 1 ? t("✓ right") : t("✗ wrong")}
            </summary>
            <pre class="mono" tabindex="0">${visible(verdict.report)}</pre>
          </details>`
    }`;
}

function outcomeText(outcome: RewardOutcome): TemplateResult {
  switch (outcome.kind) {
    case "score":
      return html`${formatShort(outcome.score)}
      ${Object.entries(outcome.extras).map(
        ([key, value]) =>
          html`<span class="muted"
            >${visible(key)} <b>${typeof value === "number" ? formatShort(value) : visible(value)}</b></span
          >`,
      )}`;
    case "not-applicable":
      return html`<span class="muted">does not apply</span>`;
    case "error":
      return html`<span class="error">error: ${visible(rewardErrorText(outcome))}</span>`;
  }
}
