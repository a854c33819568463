/** The steps of a stage in a row: how much of each is left by the filter, and the mean reward of that. A click or a key goes to a step. */
import { html, plural, svg, t } from "../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { TimelineBin } from "../../server/protocol/traces";
import { formatShort } from "../shared/format";
import type { TracesModel, TracesState } from "./model";

const height = 36;

const inWords = ({ from, to, matching, rollouts, reward }: TimelineBin): string =>
  t(
    "{0}: {1} of {2}{3}",
    from === to ? t("Step {0}", from) : t("Steps {0} to {1}", from, to),
    matching.toLocaleString("en-US"),
    plural(rollouts, "rollout"),
    reward === null ? "" : t(", mean reward {0}", formatShort(reward)),
  );

const holds = ({ from, to }: TimelineBin, step: number): boolean => from <= step && step <= to;

/** Nothing while there is one step, or none. */
export function timeline(model: TracesModel, state: TracesState): TemplateResult | typeof nothing {
  const { timeline: found, position } = state;
  if (found === null || position === null || found.bins.length < 2) return nothing;
  const { bins } = found;
  const { step } = position;
  const at = bins.findIndex((bin) => holds(bin, step));
  const most = Math.max(1, ...bins.map(({ matching }) => matching));
  const rewards = bins.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  const [low, high] = [Math.min(...rewards), Math.max(...rewards)];
  const y = (reward: number): number =>
    high > low ? height - 2 - ((height - 4) * (reward - low)) / (high - low) : height / 2;
  const points = bins.flatMap(({ reward }, index) =>
    reward === null ? [] : [`${index + 0.5},${y(reward).toFixed(1)}`],
  );
  const go = (index: number): void => {
    const bin = bins[Math.max(0, Math.min(bins.length - 1, index))];
    if (bin !== undefined) model.go({ ...position, step: bin.to, group: null, sample: null, within: "step" });
  };
  const pressed = (event: KeyboardEvent): void => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: bins.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  const clicked = (event: MouseEvent): void => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    go(Math.floor((bins.length * (event.clientX - left)) / width));
  };
  const open = bins[at];
  return html`<div class="timeline">
    <div
      class="steps-strip"
      role="slider"
      tabindex="0"
      aria-label="Timeline of steps"
      aria-valuemin=${bins[0]!.from}
      aria-valuemax=${bins.at(-1)!.to}
      aria-valuenow=${step}
      aria-valuetext=${open === undefined ? t("Step {0}", step) : inWords(open)}
      @keydown=${pressed}
      @click=${clicked}
    >
      <svg viewBox="0 0 ${bins.length} ${height}" preserveAspectRatio="none" aria-hidden="true">
        ${bins.map(
          (bin, index) =>
            svg`<g class=${index === at ? "bin open" : "bin"}><title>${inWords(bin)}</title>
              <rect class="back" x=${index} y="0" width="1" height=${height} />
              <rect class="bar" x=${index + 0.1} width="0.8" y=${height - (height * bin.matching) / most} height=${(height * bin.matching) / most} /></g>`,
        )}
        ${points.length > 1 ? svg`<polyline class="reward" points=${points.join(" ")} vector-effect="non-scaling-stroke" />` : nothing}
      </svg>
    </div>
    <p>
      ${open === undefined ? nothing : html`<span>${inWords(open)}</span>`}
      ${rewards.length > 1 ? html`<span class="key">line: mean reward, ${formatShort(low)} to ${formatShort(high)}</span>` : nothing}
      ${found.done ? nothing : html`<span>counting…</span>`}
    </p>
  </div>`;
}
