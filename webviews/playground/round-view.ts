/** One round: what was asked, and each answer down to what else could have stood at a token. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { PlayAnswer, PlayScores, PlayToken } from "../../server/protocol/playground";
import { rewardErrorText, type RewardOutcome } from "../../server/protocol/traces";

import { named } from "../../server/shared/unseen";
import { formatNumber, formatOptional, formatShort } from "../shared/format";
import { iconButton, problem } from "../shared/pieces";
import { visible } from "../shared/visible";
import type { PlaygroundModel, PlaygroundPage, TokenPlace } from "./model";
import type { Round } from "./rounds";

/** −log π at which a token is fully tinted: e^−4, one in fifty. */
const fullSurprise = 4;

export function roundView(model: PlaygroundModel, state: PlaygroundPage, round: Round): TemplateResult {
  const { id, asked, answer, how, checkpoint, answers, asking, ticket, problem: failed } = round;
  const scoring = state.scoring.has(id);
  return html`<article class="round" aria-label=${named(how)} aria-busy=${asking || ticket !== null}>
    <header>
      <span class="mono excerpt" title=${named(asked.prompt)}>${visible(asked.prompt.slice(0, 200))}</span>
      <span class="how">${visible(how)} · ${visible(checkpoint)}</span>
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

const ends: Readonly<Record<NonNullable<PlayAnswer["end"]>, string>> = {
  stop: t("ended by itself"),
  length: t("cut off at the length limit"),
  written: t("written by hand"),
  cancelled: "stopped",
};

function answerView(
  model: PlaygroundModel,
  { place }: PlaygroundPage,
  round: Round,
  answer: PlayAnswer,
  index: number,
): TemplateResult {
  const open = place.token?.round === round.id && place.token.answer === index ? place.token.index : null;
  const surprise = answer.tokens.reduce((sum, { logprob }) => sum - logprob, 0);
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
          @click=${() => model.move({ draft: answer.completion, asked: round.asked, answer: round.answer ?? "", columns: round.columns })}
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
  const at = (token: number): TokenPlace => ({ round: round.id, answer: index, index: token });
  const clicked = (event: MouseEvent): void => {
    const token = (event.target as Element).closest(".token");
    const holder = event.currentTarget as HTMLElement;
    if (token !== null) model.move({ token: at([...holder.children].indexOf(token)) });
  };
  /** As of now: keys come faster than the page is drawn. */
  const newest = (): number | null => {
    const { token } = model.state().place;
    return token?.round === round.id && token.answer === index ? token.index : null;
  };
  const pressed = (event: KeyboardEvent): void => {
    const open = newest();
    const targets: Record<string, number | undefined> = {
      ArrowRight: open === null ? 0 : Math.min(tokens.length - 1, open + 1),
      ArrowLeft: open === null ? 0 : Math.max(0, open - 1),
      Home: 0,
      End: tokens.length - 1,
    };
    const to = targets[event.key];
    if (to !== undefined && to >= 0) {
      event.preventDefault();
      model.move({ token: at(to) });
    } else if (event.key === "Enter" && open !== null) model.drawFrom(round, index, open);
    else if (event.key === "Escape" && open !== null) model.move({ token: null });
  };
  return html`<div
    class="strip mono"
    tabindex="0"
    role="application"
    aria-label="Tokens of answer ${index + 1}. Arrow keys move from token to token, Enter draws again from there."
    @click=${clicked}
    @keydown=${pressed}
  >
    ${tokens.map(
      ({ text, logprob, given }, place) =>
        html`<span
          class="token ${given ? "given" : ""} ${place === open ? "pointed" : ""}"
          .style=${`--heat: ${Math.min(1, -logprob / fullSurprise).toFixed(3)}`}
          >${tokenText(text)}</span
        >`,
    )}
  </div>`;
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
              Maths verifier: ${verdict.score === null ? t("not judged") : verdict.score === 1 ? "✓ right" : "✗ wrong"}
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
