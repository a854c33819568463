/** What the marks over the curves mean, and the edits of the rewards among them, which the keyboard reaches here. */
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { Mark, Timeline } from "../charts/metric-table";
import { formatOptional } from "../shared/format";
import { html, t } from "../shared/l10n";

const markNames: Readonly<Record<Mark["kind"], string>> = {
  stage: t("│ stage begins"),
  reward: t("▼ rewards edited"),
  checkpoint: t("▲ checkpoint"),
  resume: t("○ resumed"),
  note: t("¦ note"),
};

/** What the marks of the shown steps mean. */
export function markKey(marks: readonly Mark[]): TemplateResult | typeof nothing {
  const kinds = new Set(marks.map(({ kind }) => kind));
  if (kinds.size === 0) return nothing;
  return html`<p class="mark-key">
    ${[...kinds].map((kind) => html`<span data-mark=${kind}>${markNames[kind]}</span>`)}
  </p>`;
}

/** Edits that are listed: the newest. */
const mostEdits = 8;

/** Edits of the rewards among the shown steps, each of which can be looked at. */
export function rewardEdits(line: Timeline | null, open: (mark: Mark) => void): TemplateResult | typeof nothing {
  if (line === null) return nothing;
  const { marks, stepOf } = line;
  const all = marks.filter(({ edit }) => edit !== null);
  if (all.length === 0) return nothing;
  return html`<p class="edits">
    <span>Rewards edited${all.length > mostEdits ? t(" {0} times, newest", all.length) : ""}:</span>
    ${all
      .slice(-mostEdits)
      .map(
        (mark) =>
          html`<button type="button" class="link" title="Show what changed" @click=${() => open(mark)}>
            ${mark.short} from step ${formatOptional(mark.step ?? stepOf(mark.x))}
          </button>`,
      )}
  </p>`;
}

/** What is marked at a place of the axis, in words. */
export const marksAt = ({ marks, width }: Timeline, x: number): string[] =>
  marks.filter((mark) => Math.abs(mark.x - x) <= width / 2).map(({ label }) => label);
