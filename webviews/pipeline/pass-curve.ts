/** pass@k over k, before and after a stage: a curve that only rises at its left end was sharpened, one that rises as a whole learned something new. */
import { html, svg, t } from "../shared/l10n";
import { nothing } from "lit";
import type { SVGTemplateResult, TemplateResult } from "lit";
import type { PassAt } from "../../server/protocol/run";
import { rate } from "./texts";

const size = { width: 260, height: 170, left: 34, right: 10, top: 8, bottom: 34 };
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom };

type Curve = readonly PassAt[];

/** Nothing where there are too few points to make a curve. */
export function passCurveChart(before: Curve, after: Curve): TemplateResult | typeof nothing {
  const longest = after.length >= before.length ? after : before;
  if (longest.length < 3) return nothing;
  const most = Math.log2(longest.at(-1)!.k);
  const across = (k: number): string => (size.left + (Math.log2(k) / most) * inner.width).toFixed(1);
  const down = (share: number): string => (size.top + (1 - share) * inner.height).toFixed(1);

  const line = (curve: Curve, of: "before" | "after"): SVGTemplateResult | typeof nothing => {
    if (curve.length === 0) return nothing;
    const upper = curve.map(({ k, high }) => `${across(k)},${down(high)}`);
    const lower = curve.map(({ k, low }) => `${across(k)},${down(low)}`).reverse();
    return svg`<polygon class="band" data-of=${of} points=${[...upper, ...lower].join(" ")}></polygon>
      <polyline class="line" data-of=${of} points=${curve.map(({ k, mean }) => `${across(k)},${down(mean)}`).join(" ")}></polyline>
      ${curve.map(
        ({ k, mean, low, high }) =>
          svg`<circle class="point" data-of=${of} cx=${across(k)} cy=${down(mean)} r="3">
            <title>${of}: pass@${k} ${rate(mean)} [${rate(low)}, ${rate(high)}]</title>
          </circle>`,
      )}`;
  };
  const spoken = (curve: Curve): string => curve.map(({ k, mean }) => t("pass@{0} {1}", k, rate(mean))).join(", ");
  const both = [
    ...(before.length > 0 ? [t("before: {0}", spoken(before))] : []),
    ...(after.length > 0 ? [t("after: {0}", spoken(after))] : []),
  ].join("; ");
  return html`<figure class="small-chart">
    <svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="pass@k over k; ${both}">
      ${[0, 0.25, 0.5, 0.75, 1].map(
        (tick) =>
          svg`<line class="grid" x1=${size.left} x2=${size.width - size.right} y1=${down(tick)} y2=${down(tick)}></line>
          <text class="tick" x=${size.left - 6} y=${Number(down(tick)) + 3} text-anchor="end">${tick}</text>`,
      )}
      ${longest.map(
        ({ k }) =>
          svg`<text class="tick" x=${across(k)} y=${size.height - size.bottom + 14} text-anchor="middle">${k}</text>`,
      )}
      <text class="tick" x=${size.left + inner.width / 2} y=${size.height - 4} text-anchor="middle">k of pass@k</text>
      ${line(before, "before")} ${line(after, "after")}
    </svg>
    <figcaption>
      ${
        before.length > 0 && after.length > 0
          ? t(
              "Dashed: before. Solid: after. Each with its 95 % interval. A rise only at the left is sharpening; a rise at the right too is new ability.",
            )
          : t("With 95 % intervals over prompts.")
      }
    </figcaption>
  </figure>`;
}
