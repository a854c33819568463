/** One prompt over the run: how its answer changed. */
import { html, plural, t } from "../../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { PromptRollout } from "../../../server/protocol/prompt-history";
import { formatOptional } from "../../shared/format";
import { iconButton } from "../../shared/pieces";
import { visible } from "../../shared/visible";
import type { TracesModel, TracesState } from "../model";
import { placeOf } from "./sample-actions";

export function historyView(model: TracesModel, state: TracesState): TemplateResult | typeof nothing {
  if (!state.place.history) return nothing;
  const { history } = state;
  return html`<section class="history" aria-label="This prompt over the run">
    <header>
      <h3>This prompt over the run</h3>
      ${iconButton("close", t("Close (o)"), () => model.samples.showHistory(false))}
    </header>
    ${
      history === null
        ? html`<p class="loading" role="status">Looking for the prompt…</p>`
        : html`<p class="muted" role="status">
              ${plural(history.rollouts.length, "rollout")}${history.more ? t(", the newest") : ""}${steps(history.rollouts)}
            </p>
            ${comesBack(history.rollouts) ? nothing : html`<p class="muted">It came in this step only: there is no change to see. Held-out prompts come back at each evaluation.</p>`}
            <div class="wide-table">${table(model, state, history.rollouts)}</div>`
    }
  </section>`;
}

/** Whether the prompt was asked in more than one step. */
const comesBack = (rollouts: readonly PromptRollout[]): boolean =>
  rollouts.some(({ stage, step }) => stage !== rollouts[0]?.stage || step !== rollouts[0].step);

/** `, in 3 steps: right 1 of 4, 2 of 4, 4 of 4`: drawn answers by step, where they were judged. */
function steps(rollouts: readonly PromptRollout[]): string {
  const bySteps = Map.groupBy(
    rollouts.filter(({ greedy }) => !greedy),
    ({ stage, step }) => `${stage} ${step}`,
  );
  const judged = [...bySteps.values()].filter((ones) => ones.some(({ correct }) => correct !== null));
  if (judged.length === 0) return "";
  const shares = judged.map((ones) => t("{0} of {1}", ones.filter(({ correct }) => correct === 1).length, ones.length));
  const shown = shares.length > 12 ? [...shares.slice(0, 6), "…", ...shares.slice(-5)] : shares;
  return t("; right by step: {0}", shown.join(", "));
}

const purposes = { train: t("training"), sampling: t("sampling"), evaluation: t("held-out") } as const;

const isOpen = ({ place }: TracesState, rollout: PromptRollout): boolean =>
  place.group?.stage === rollout.stage &&
  place.group.step === rollout.step &&
  place.group.purpose === rollout.purpose &&
  place.group.group === rollout.group &&
  place.sample === rollout.sample;

function table(model: TracesModel, state: TracesState, rollouts: readonly PromptRollout[]): TemplateResult {
  const { place, samples } = state;
  const open = samples?.find(({ sample }) => sample === place.sample);
  return html`<table class="history-table">
    <thead>
      <tr>
        <th scope="col">step</th>
        <th scope="col">sample</th>
        <th scope="col">answer</th>
        <th scope="col">reward</th>
        <th scope="col">tokens</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${rollouts.map((rollout) => {
        const right = rollout.correct === null ? nothing : String(rollout.correct === 1);
        return html`<tr aria-current=${isOpen(state, rollout) ? "true" : nothing}>
          <td>${rollout.stage} ${rollout.step} <span class="muted">${purposes[rollout.purpose]}</span></td>
          <td>
            <button type="button" class="link" @click=${() => model.openRollout(place.run, rollout)}>
              #${rollout.sample}</button
            >${rollout.greedy ? ` ${t("greedy")}` : nothing}
          </td>
          <td class="verdict mono" data-right=${right}>
            ${rollout.correct === null ? "" : rollout.correct === 1 ? "✓ " : "✗ "}${
              rollout.extracted === null ? html`<span class="muted">none</span>` : visible(rollout.extracted)
            }
          </td>
          <td>${formatOptional(rollout.reward)}</td>
          <td>
            ${rollout.length < 0 ? "–" : rollout.length}${rollout.finishReason === "length" ? ` ${t("(cut)")}` : nothing}
          </td>
          <td>
            ${
              open === undefined || isOpen(state, rollout)
                ? nothing
                : html`<button
                    type="button"
                    class="link"
                    title="Beside the open sample"
                    @click=${() => model.samples.compare({ left: placeOf(open), right: placeOf(rollout) })}
                  >
                    Compare
                  </button>`
            }
          </td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
