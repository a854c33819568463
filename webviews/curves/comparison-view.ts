/** The curves page with several runs over each other: which, in what they differ, and a chart for each metric. */
import { html, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import type { PanelLayout } from "../../server/protocol/panel-layout";
import { allStages } from "../../server/protocol/curves";
import { stageKinds, type ChartId } from "../../server/protocol/stage-kinds";
import type { ChartBoard } from "../charts/chart-board";
import type { ChartSpec } from "../charts/chart-spec";
import type { Mark } from "../charts/metric-table";
import { readTheme } from "../charts/theme";
import { formatOptional } from "../shared/format";
import { latest } from "../shared/latest";
import { emptyState, problem, select } from "../shared/pieces";
import { visible } from "../shared/visible";
import { chartsFor, type Charts } from "./chart-specs";
import { comparedPanel, metricCharts, withLines } from "./comparison-charts";
import { differenceTable, newestTable } from "./comparison-tables";
import { comparing, groupsOf, type Compared, type RunName } from "./compared-runs";
import { metricFinder, type FoundMetric } from "./metric-finder";
import { hiddenTo } from "../charts/panel-order";
import { markKey, marksAt, rewardEdits } from "./marks-above";
import { panelBar } from "./panel-bar";
import { lookControls } from "./look-controls";
import type { CurvesModel } from "./model";
import { comparedList } from "./run-list";

export interface ComparisonView {
  page(complaint: string | null, retry: () => void): TemplateResult;
  /** Draws the charts into the page; `pixels`: how wide they are. */
  draw(pixels: number): void;
  /** Puts the cursor into the box that finds a metric. */
  findMetric(): void;
  /** What stands at a place of the axis; null: nothing is pointed at. */
  readOut(index: number | null): string;
}

const everyChart: ReadonlySet<ChartId> = new Set(
  Object.values(stageKinds).flatMap(({ charts }): readonly ChartId[] => charts),
);

export function comparisonView(
  model: CurvesModel,
  board: ChartBoard,
  {
    redraw,
    arrange,
    openEdit,
    addTracker,
  }: {
    readonly redraw: () => void;
    readonly arrange: (layout: PanelLayout) => void;
    readonly openEdit: (mark: Mark) => void;
    readonly addTracker: () => void;
  },
): ComparisonView {
  const main = document.createElement("div");
  main.className = "charts";
  const more = document.createElement("div");
  more.className = "charts";
  const change = (compare: Compared): void => model.go({ compare });
  const compare = (runs: readonly RunName[]): void => change(comparing(runs, model.place().compare));
  const list = comparedList({ change, compare, redraw, addTracker });
  const chartsOf = latest((metrics: readonly string[]): Charts => metricCharts(chartsFor(metrics, null, everyChart)));

  /** Metric whose panel the reader wants to see, until it is drawn. */
  let sought: string | null = null;
  const finder = metricFinder({
    show: (key) => {
      sought = key;
      redraw();
    },
    make: null,
    redraw,
  });
  const metricsOf = latest((charts: Charts): FoundMetric[] =>
    [...charts.main, ...charts.more].map(({ id, title }) => ({
      key: id.slice(comparedPanel.length),
      panel: title,
      own: true,
    })),
  );
  const showSought = (metrics: readonly string[]): void => {
    if (sought === null) return;
    const { main: first, more: rest } = chartsOf(metrics);
    const id = `${comparedPanel}${sought}`;
    const { layout, more: open } = model.place();
    if (layout.hidden.includes(id)) arrange(hiddenTo(layout, id, false));
    else if (!open && rest.some((spec) => spec.id === id)) model.go({ more: true });
    else {
      sought = null;
      // A chart that was made just now knows its scales a moment later.
      if ([...first, ...rest].some((spec) => spec.id === id)) requestAnimationFrame(() => board.show(id, null));
    }
  };

  const groups = (compared: Compared): TemplateResult => {
    const { members } = model.comparison();
    const seeds = groupsOf(
      members.filter(({ shown }) => shown),
      true,
    ).filter((group) => group.length > 1);
    return html`<label class="switch" title="Runs that differ in nothing but their seed are one line">
        <input
          type="checkbox"
          .checked=${compared.grouped}
          @change=${(event: Event) => change({ ...compared, grouped: (event.currentTarget as HTMLInputElement).checked })}
        />
        <span>Mean over seeds</span>
      </label>
      ${
        compared.grouped
          ? select(
              t("Band"),
              [
                { value: "deviation", label: t("Mean ± s.d.") },
                { value: "range", label: t("Lowest to highest") },
              ],
              compared.band,
              (band) => change({ ...compared, band: band === "range" ? "range" : "deviation" }),
            )
          : nothing
      }
      ${compared.grouped && seeds.length === 0 ? html`<span class="hint">No two of them differ in their seed alone.</span>` : nothing}`;
  };

  const marks = (compared: Compared): TemplateResult =>
    select(
      t("Marks"),
      [
        { value: "each", label: t("Of each run") },
        { value: "baseline", label: t("Of the baseline") },
        { value: "none", label: t("None") },
      ],
      compared.marks,
      (whose) => change({ ...compared, marks: whose === "none" || whose === "baseline" ? whose : "each" }),
    );

  const said = (compared: Compared): TemplateResult | typeof nothing => {
    const banded = model.comparison().lines.filter((line) => line.banded);
    if (banded.length === 0) return nothing;
    const band =
      compared.band === "range"
        ? t("the band reaches from the lowest to the highest of them")
        : t("the band is the mean ± their standard deviation (n − 1)");
    return html`<p class="hint banded">
      ${banded.map(({ label, members }) => t("{0}: mean of {1} seeds", label, members.length)).join("; ")}; ${band}.
      Means are drawn as far as all seeds have come.
    </p>`;
  };

  return {
    page(complaint, retry) {
      const compared = model.place().compare!;
      const { members, lines, notes, stages, metrics, line } = model.comparison();
      const { stage, more: open } = model.place();
      const choices = [
        { value: "", label: t("Newest of each run") },
        ...stages.map((name) => ({ value: name, label: name })),
        { value: allStages, label: t("All, one after the other") },
      ];
      return html`<h1 class="visually-hidden">Compared runs</h1>
        <header class="toolbar">
          ${select(t("Stage"), choices, stage ?? "", (name) => model.go({ stage: name === "" ? null : name }))}
          ${lookControls(model)} ${metrics.length === 0 ? nothing : finder.view(metricsOf(chartsOf(metrics)))}
          ${groups(compared)} ${marks(compared)}
          <vscode-button secondary @click=${() => model.go({ compare: null, stage: null })}>One Run</vscode-button>
        </header>
        ${problem(complaint, retry)} ${list.view(compared, members, lines, model.runs(), readTheme())}
        ${
          notes.length === 0
            ? nothing
            : html`<ul class="remarks" aria-label="What is not drawn">
                ${notes.map(
                  (note) =>
                    html`<li>
                      <span class="codicon codicon-info" aria-hidden="true"></span><span>${visible(note)}</span>
                    </li>`,
                )}
              </ul>`
        }
        ${members.length === 0 && compared.runs.length > 0 ? html`<p class="loading" role="status">Reading runs…</p>` : nothing}
        ${compared.runs.length === 0 ? emptyState(t("No runs"), t("Add runs to draw them over each other.")) : nothing}
        <div class="row">
          <p class="readout" role="status"></p>
          <p class="hint">
            Click near a line to open the traces of its run · drag or Ctrl+wheel to zoom, Shift+wheel to pan,
            double-click to reset
          </p>
        </div>
        ${markKey(line?.marks ?? [])} ${rewardEdits(line, openEdit)}
        ${panelBar(Object.values(chartsOf(metrics)).flat(), model.place().layout, arrange)} ${said(compared)}
        ${line === null ? nothing : main} ${differenceTable(model.comparison())}
        ${newestTable(model.comparison(), compared.baseline)}
        <details class="more" ?open=${open} @toggle=${toggled}>
          <summary>More metrics (${chartsOf(metrics).more.length})</summary>
          ${more}
        </details>`;
    },
    draw(pixels) {
      const { metrics, lines, line } = model.comparison();
      const { main: first, more: rest } = chartsOf(metrics);
      const { layout, more: open } = model.place();
      const hidden = new Set(layout.hidden);
      const shown = (specs: readonly ChartSpec[]): ChartSpec[] => specs.filter(({ id }) => !hidden.has(id));
      const [above, below] = [shown(first), open ? shown(rest) : []];
      model.want([...above, ...below], pixels, []);
      if (line === null) return;
      const compared = (specs: readonly ChartSpec[]): ChartSpec[] => specs.map((spec) => withLines(spec, lines));
      board.draw(main, compared(above), line, model.place());
      board.draw(more, compared(below), line, model.place());
      showSought(metrics);
    },
    findMetric: () => finder.focus(),
    readOut(index) {
      const { line } = model.comparison();
      const x = line?.x.at(index ?? -1);
      if (line === null || x === undefined) return "";
      const place =
        line.axis === "hours"
          ? t("{0} h since each began", formatOptional(x))
          : line.axis === "tokens"
            ? t("{0} tokens", formatOptional(x))
            : t("Step {0}", formatOptional(x));
      return [place, ...marksAt(line, x)].join(" · ");
    },
  };

  function toggled(event: Event): void {
    const open = (event.currentTarget as HTMLDetailsElement).open;
    if (open !== model.place().more) model.go({ more: open });
  }
}
