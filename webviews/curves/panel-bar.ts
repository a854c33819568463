/** What was arranged of the panels, over them: which are hidden, and the way back. */
import { html } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { PanelLayout } from "../../server/protocol/panel-layout";
import type { ChartSpec } from "../charts/chart-spec";
import { hiddenTo, isUsual } from "../charts/panel-order";
import { usualLayout } from "../../server/protocol/panel-layout";
import { visible } from "../shared/visible";

export function panelBar(
  specs: readonly ChartSpec[],
  layout: PanelLayout,
  arrange: (layout: PanelLayout) => void,
): TemplateResult | typeof nothing {
  if (isUsual(layout)) return nothing;
  const out = new Set(layout.hidden);
  const hidden = specs.filter(({ id }) => out.has(id));
  return html`<div class="panel-bar">
    ${
      hidden.length === 0
        ? nothing
        : html`<span>Hidden:</span> ${hidden.map(
              ({ id, title }) =>
                html`<button
                  type="button"
                  class="link"
                  title="Show this panel again"
                  @click=${() => arrange(hiddenTo(layout, id, false))}
                >
                  ${visible(title)}
                </button>`,
            )}`
    }
    <button type="button" class="link reset" @click=${() => arrange(usualLayout)}>Reset layout</button>
  </div>`;
}
