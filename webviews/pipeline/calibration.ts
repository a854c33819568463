/** How sure a reward model says it is, against how often it is right: on the diagonal it can be believed. */
import { html, svg, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { ConfidenceBin } from "../../server/protocol/reports";
import { rate } from "./texts";

const size = { width: 260, height: 190, left: 34, right: 8, top: 8, bottom: 34 };

const across = (confidence: number): number =>
  size.left + ((confidence - 0.5) / 0.5) * (size.width - size.left - size.right);
const down = (accuracy: number): number => size.top + (1 - accuracy) * (size.height - size.top - size.bottom);

export function calibrationChart(bins: readonly ConfidenceBin[]): TemplateResult {
  const known = bins.flatMap(({ confidence, accuracy, count }) =>
    confidence === null || accuracy === null ? [] : [{ confidence, accuracy, count }],
  );
  const most = Math.max(1, ...known.map(({ count }) => count));
  const spoken = known
    .map(({ confidence, accuracy, count }) =>
      t("{0} sure, {1} right ({2} pairs)", rate(confidence), rate(accuracy), count),
    )
    .join("; ");
  return html`<figure class="small-chart calibration">
      <svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Calibration: ${spoken}">
        ${[0, 0.25, 0.5, 0.75, 1].map(
          (tick) =>
            svg`<line class="grid" x1=${across(0.5)} x2=${across(1)} y1=${down(tick)} y2=${down(tick)}></line>
            <text class="tick" x=${size.left - 6} y=${down(tick) + 3} text-anchor="end">${tick}</text>`,
        )}
        ${[0.5, 0.6, 0.7, 0.8, 0.9, 1].map(
          (tick) =>
            svg`<text class="tick" x=${across(tick)} y=${size.height - size.bottom + 14} text-anchor="middle">${tick}</text>`,
        )}
        <text class="tick" x=${(across(0.5) + across(1)) / 2} y=${size.height - 4} text-anchor="middle">
          how sure it is
        </text>
        <line class="diagonal" x1=${across(0.5)} y1=${down(0.5)} x2=${across(1)} y2=${down(1)}></line>
        ${known.map(
          ({ confidence, accuracy, count }) =>
            svg`<circle
            class="point"
            cx=${across(confidence)}
            cy=${down(accuracy)}
            r=${(3 + 7 * Math.sqrt(count / most)).toFixed(1)}
          ><title>${rate(confidence)} sure, ${rate(accuracy)} right, ${count} pairs</title></circle>`,
        )}
      </svg>
      <figcaption>
        Share of pairs that it ranks correctly, by how sure it is. Larger circles are more pairs. On the line, its
        confidence can be believed.
      </figcaption>
    </figure>
    ${known.length === 0 ? html`<p class="muted">No held-out pairs.</p>` : nothing}`;
}
