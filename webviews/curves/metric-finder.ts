/** A box that finds a metric by a part of its name, wherever it is drawn, and shows it or makes a panel of it. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { plainName, visible } from "../shared/visible";

export interface FoundMetric {
  readonly key: string;
  /** Title of the panel that draws it; null: none does at present. */
  readonly panel: string | null;
  /** Whether the reader made a panel of it. */
  readonly own: boolean;
}

export interface FinderActions {
  readonly show: (key: string) => void;
  /** Makes a panel of it; null: every metric has its own. */
  readonly make: ((key: string) => void) | null;
  readonly redraw: () => void;
}

/** Metrics that are listed at once: more than that nobody reads. */
const mostListed = 40;

/** Whose name, or whose panel's title, has all words; those that begin with what is sought come first. */
export function findMetrics(metrics: readonly FoundMetric[], sought: string): FoundMetric[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ key, panel }: FoundMetric): number | null => {
    const name = key.toLowerCase();
    const all = `${name} ${panel?.toLowerCase() ?? ""}`;
    if (!words.every((word) => all.includes(word))) return null;
    return name.startsWith(words[0] ?? "") ? 0 : words.every((word) => name.includes(word)) ? 1 : 2;
  };
  return metrics
    .flatMap((metric) => {
      const at = rank(metric);
      return at === null ? [] : [{ metric, at }];
    })
    .sort((left, right) => left.at - right.at || (left.metric.key < right.metric.key ? -1 : 1))
    .map(({ metric }) => metric);
}

export interface MetricFinder {
  view(metrics: readonly FoundMetric[]): TemplateResult;
  /** Puts the cursor into the box. */
  focus(): void;
}

export function metricFinder({ show, make, redraw }: FinderActions): MetricFinder {
  let sought = "";
  let open = false;
  let active = 0;
  let input: HTMLInputElement | null = null;

  const close = (): void => {
    sought = "";
    open = false;
    active = 0;
    if (input !== null) input.value = "";
    redraw();
  };
  const take = (metric: FoundMetric | undefined, asPanel: boolean): void => {
    if (metric === undefined) return;
    close();
    if (asPanel && !metric.own && make !== null) make(metric.key);
    else show(metric.key);
  };

  return {
    focus: () => input?.focus(),
    view(metrics) {
      const found = open ? findMetrics(metrics, sought) : [];
      const listed = found.slice(0, mostListed);
      active = Math.min(active, Math.max(0, listed.length - 1));
      const typed = (event: Event): void => {
        sought = (event.currentTarget as HTMLInputElement).value;
        open = true;
        active = 0;
        redraw();
      };
      const pressed = (event: KeyboardEvent): void => {
        if (event.key === "ArrowDown") active = Math.min(listed.length - 1, active + 1);
        else if (event.key === "ArrowUp") active = Math.max(0, active - 1);
        else if (event.key === "Enter") take(listed[active], event.shiftKey);
        else if (event.key === "Escape") close();
        else return;
        event.preventDefault();
        redraw();
      };
      const left = (event: FocusEvent): void => {
        const within = event.currentTarget as HTMLElement;
        if (!(event.relatedTarget instanceof Node && within.contains(event.relatedTarget))) {
          open = false;
          redraw();
        }
      };
      return html`<div class="field finder" @focusout=${left}>
        <span id="finder-label">Find a metric</span>
        <input
          ${ref((element) => (input = element instanceof HTMLInputElement ? element : null))}
          type="text"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          placeholder="${metrics.length} metrics ( / )"
          aria-labelledby="finder-label"
          aria-expanded=${open}
          aria-controls="found-metrics"
          aria-autocomplete="list"
          aria-activedescendant=${listed.length > 0 ? `found-${active}` : ""}
          @focus=${typed}
          @input=${typed}
          @keydown=${pressed}
        />
        ${open ? list(found.length, listed, active, take, make !== null) : nothing}
      </div>`;
    },
  };
}

function list(
  all: number,
  listed: readonly FoundMetric[],
  active: number,
  take: (metric: FoundMetric, asPanel: boolean) => void,
  makes: boolean,
): TemplateResult {
  return html`<div class="found">
    <ul id="found-metrics" role="listbox" tabindex="-1" aria-label="Metrics">
      ${listed.map(
        (metric, at) =>
          html`<li id="found-${at}" role="option" aria-selected=${at === active} class=${at === active ? "active" : ""}>
            <button type="button" tabindex="-1" class="name" title="Show it" @click=${() => take(metric, false)}>
              <span>${visible(metric.key)}</span>
              <span class="where"
                >${metric.panel === null ? t("not shown") : metric.panel === plainName(metric.key) ? nothing : visible(metric.panel)}</span
              >
            </button>
            ${
              metric.own || !makes
                ? nothing
                : html`<button
                    type="button"
                    tabindex="-1"
                    class="icon-button"
                    title="Make a panel of it (Shift+Enter)"
                    aria-label="Make a panel of ${plainName(metric.key)}"
                    @click=${() => take(metric, true)}
                  >
                    <span class="codicon codicon-add" aria-hidden="true"></span>
                  </button>`
            }
          </li>`,
      )}
    </ul>
    <p class="hint" role="status">
      ${
        all === 0
          ? t("No metric has that in its name.")
          : all > listed.length
            ? makes
              ? t("{0} of {1}: type more of the name. Enter shows, Shift+Enter makes a panel.", listed.length, all)
              : t("{0} of {1}: type more of the name. Enter shows.", listed.length, all)
            : makes
              ? t("Enter shows, Shift+Enter makes a panel.")
              : t("Enter shows.")
      }
    </p>
  </div>`;
}
