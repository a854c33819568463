/** The curves page around its charts: toolbar, status, the row under the crosshair, the table of newest values. */
import { html, t } from "../shared/l10n";
import { nothing, render } from "lit";
import type { TemplateResult } from "lit";
import type { PanelLayout } from "../../server/protocol/panel-layout";
import type { StepNote } from "../../server/protocol/annotations";
import type { HealthNote } from "../../server/protocol/health";
import type { RunEntry } from "../../server/protocol/editor";
import { isLive, type StageRecord } from "../../server/protocol/run";
import { kindOf, stageKinds, type ChartId } from "../../server/protocol/stage-kinds";
import { lossNote } from "../../server/protocol/stage-method";
import { sizeText } from "../../server/shared/size-text";
import { messageOf } from "../../server/shared/user-error";
import { withEvents } from "../charts/run-events";
import { formatOptional } from "../shared/format";
import { latest } from "../shared/latest";
import { emptyState, problem, runPicker, runStatus, select } from "../shared/pieces";
import { runHeadline } from "../shared/run-labels";
import { named } from "../../server/shared/unseen";
import { visible } from "../shared/visible";
import type { ChartBoard } from "../charts/chart-board";
import type { ChartSpec } from "../charts/chart-spec";
import { ownPanel } from "../charts/panel-frame";
import { arranged, hiddenTo, ownTo } from "../charts/panel-order";
import { chartsFor, metricPanel, type Charts } from "./chart-specs";
import { healthStrip } from "./health-strip";
import { markKey, marksAt, rewardEdits } from "./marks-above";
import { metricFinder, type FoundMetric } from "./metric-finder";
import { noteForm, noteList } from "./note-list";
import { panelBar } from "./panel-bar";
import { runEvents } from "./events-of-run";
import type { NoteDraft, StepNotes } from "./step-notes";
import { placeOfStep, type Mark, type Timeline } from "../charts/metric-table";
import { allStages, type CurveOverview } from "../../server/protocol/curves";
import { comparing, runsNamed } from "./compared-runs";
import { comparisonView } from "./comparison-view";
import { lookControls } from "./look-controls";
import type { CurvesModel } from "./model";
import { stageResults } from "./stage-results";
import { newestValues } from "./newest-values";

export interface CurvesView {
  draw(): void;
  /** Says which row the crosshair is on; null: the newest. */
  readOut(index: number | null): void;
  /** Opens the form for a note at this row. */
  writeNote(index: number): void;
  /** Puts the crosshair on a step of a run, once that is drawn. */
  showStep(run: string, stage: string, step: number): void;
  /** Says what was done, for a while. */
  say(text: string): void;
  /** What is drawn; null: nothing yet. */
  marked(): Timeline | null;
  /** Row that the crosshair was on last; null: it was on none. */
  crosshair(): number | null;
  /** Opens the form for the note of this id. */
  editNote(id: string): void;
  /** Whether the page is scrolled to where it was. */
  restored(): boolean;
  /** Shows why something that the reader asked for did not happen. */
  complain(message: string): void;
}

export interface ViewActions {
  /** Shows what an edit of the rewards changed. */
  readonly openEdit: (mark: Mark) => void;
  /** Arranges the panels. */
  readonly arrange: (layout: PanelLayout) => void;
  /** Has a person choose a file of another tool, whose runs are compared, too. */
  readonly addTracker: () => void;
  /** Has a person choose a file of another tool, which is shown in place of a run. */
  readonly openTracker: () => void;
  /** Opens the rollouts that a note on the run's health speaks of. */
  readonly openTraces: (folder: string, note: HealthNote) => void;
  /** Opens what changes a note on the run's health: a setting of the recipe, or a threshold. */
  readonly openSetting: (folder: string, note: HealthNote, setting: string) => void;
  readonly openThreshold: (name: string) => void;
  readonly notes: StepNotes;
}

export function curvesView(
  model: CurvesModel,
  board: ChartBoard,
  body: HTMLElement,
  { openEdit, arrange, addTracker, openTracker, openTraces, openSetting, openThreshold, notes }: ViewActions,
): CurvesView {
  const root = body.appendChild(document.createElement("main"));
  const main = document.createElement("div");
  main.className = "charts";
  const more = document.createElement("div");
  more.className = "charts";
  let complaint: string | null = null;
  let said: string | null = null;
  let saying: ReturnType<typeof setTimeout> | undefined;
  let restored = false;

  const saidLine = (): TemplateResult =>
    html`<p class="said" role="status">${said === null ? nothing : visible(said)}</p>`;
  const comparison = comparisonView(model, board, { redraw: () => draw(), arrange, openEdit, addTracker });
  const draw = (): void => {
    if (model.place().compare !== null) {
      render(html`${comparison.page(model.problem() ?? complaint, retry)} ${saidLine()}`, root);
      comparison.draw(pixelsOf(root));
      readOut(hovered);
      return;
    }
    const run = model.run();
    if (run !== null && run.folder !== notedRun) {
      notedRun = run.folder;
      notes.pull(notedRun);
    }
    render(page(), root);
    const overview = model.overview();
    if (overview === null || overview.rows === 0) return;
    const { main: first, more: rest } = panels(overview);
    const shown = [...first, ...(model.place().more ? rest : [])];
    model.want(shown, pixelsOf(root), restored || model.place().scroll === 0 ? firstInSight(shown) : shown);
    const line = marked();
    if (line === null) return;
    board.draw(main, first, line, model.place());
    board.draw(more, model.place().more ? rest : [], line, model.place());
    markDrawn(overview);
    readOut(hovered);
    showSought(line, overview);
    if (!restored) {
      restored = true;
      window.scrollTo(0, model.place().scroll);
    }
  };

  /** Panels that a page has room for before anybody scrolls. */
  const firstInSight = (specs: readonly ChartSpec[]): ChartSpec[] => {
    const room = Math.ceil(innerWidth / panelRoom.width) * Math.ceil(innerHeight / panelRoom.height);
    const ids = new Set(arranged([...new Set(specs.map(({ id }) => id))], model.place().layout).slice(0, room));
    return specs.filter(({ id }) => ids.has(id));
  };

  /** The run whose notes were asked for. */
  let notedRun: string | null = null;
  /** What is shown, with a mark for what happened to the run beside its numbers. */
  const withMarks = latest((line: Timeline, run: RunEntry, all: readonly StepNote[], zoomed: boolean) =>
    withEvents(line, runEvents(run, all), zoomed),
  );
  const marked = (): Timeline | null => {
    const line = model.timeline();
    const run = model.run();
    return line === null || run === null ? line : withMarks(line, run, notes.all(), model.place().zoom !== null);
  };
  /** Where focus was before a note was begun. */
  let before: Element | null = null;
  const draft = (): NoteDraft | null => {
    const { draft: one } = model.place();
    return one !== null && one.folder === model.run()?.folder ? one : null;
  };
  const startNote = (next: Omit<NoteDraft, "folder">): void => {
    const folder = model.run()?.folder;
    if (folder === undefined) return;
    before = document.activeElement;
    model.keep({ draft: { folder, ...next } });
    draw();
    const box = root.querySelector<HTMLTextAreaElement>("#note-text");
    box?.scrollIntoView({ block: "nearest" });
    box?.focus();
  };
  const writeNote = (index: number): void => {
    const line = model.timeline();
    const stage = line?.stages[index];
    const step = line?.steps[index];
    if (stage !== undefined && step !== undefined) startNote({ id: null, stage, step, text: "" });
  };
  const editNote = (id: string): void => {
    const note = notes.all().find((one) => one.id === id);
    if (note !== undefined) startNote({ id, stage: note.stage, step: note.step, text: note.text });
  };
  const endNote = (): void => {
    model.keep({ draft: null });
    draw();
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
  const saveNote = (): void => {
    const note = draft();
    if (note === null || note.text.trim() === "") return;
    const { folder, ...given } = note;
    notes
      .write(folder, given)
      .then(endNote)
      .catch((error: unknown) => complain(messageOf(error)));
  };
  let deleting: string | null = null;
  const removeNote = ({ id }: StepNote): void => {
    const folder = model.run()?.folder;
    if (deleting !== id || folder === undefined) {
      deleting = id;
      draw();
      return;
    }
    deleting = null;
    if (draft()?.id === id) model.keep({ draft: null });
    notes.remove(folder, id).catch((error: unknown) => complain(messageOf(error)));
  };
  const noteViews = (): TemplateResult | typeof nothing => {
    const one = draft();
    const form =
      one === null
        ? nothing
        : noteForm(one, {
            typed: (text) => model.keep({ draft: { ...one, text } }),
            save: saveNote,
            drop: endNote,
          });
    const list = noteList(notes.all(), deleting, {
      show: ({ stage, step }) => seek({ metric: null, at: { stage, step } }),
      edit: ({ id }) => editNote(id),
      remove: removeNote,
    });
    return html`${form} ${list}`;
  };

  /** All panels, the hidden ones included: those that stand first, with the reader's own and what is pinned, and the rest. */
  const everyPanel = (overview: CurveOverview): Charts =>
    panelsOf(overview, model.place().layout, lossNoteOf(model), [...headlineOf(model)].join(" "));
  const panelsOf = latest(
    ({ metrics }: CurveOverview, { own, pinned }: PanelLayout, note: string | null, headline: string): Charts => {
      const keys = metrics.map(({ key }) => key);
      const { main: first, more: rest } = chartsFor(keys, note, new Set(headline.split(" ")));
      const ownPanels = own.filter((key) => keys.includes(key)).map((key) => metricPanel(key, ownPanel(key)));
      const isPinned = new Set(pinned);
      return {
        main: [...ownPanels, ...first, ...rest.filter(({ id }) => isPinned.has(id))],
        more: rest.filter(({ id }) => !isPinned.has(id)),
      };
    },
  );
  const panels = (overview: CurveOverview): Charts => {
    const { main: first, more: rest } = everyPanel(overview);
    const hidden = new Set(model.place().layout.hidden);
    const shown = ({ id }: ChartSpec): boolean => !hidden.has(id);
    return { main: first.filter(shown), more: rest.filter(shown) };
  };
  const panelOf = ({ main: first, more: rest }: Charts, metric: string): ChartSpec | undefined =>
    [...first, ...rest].find(({ series }) => series.some(({ key }) => key === metric));

  interface Sought {
    /** Null: all, in the panel that stands first. */
    readonly metric: string | null;
    /** Null: nowhere in particular. */
    readonly at: { readonly stage: string; readonly step: number } | null;
    /** The run that it is of. Unset: the one that is shown. */
    readonly run?: string;
  }
  /** What the reader wants to see, until it is drawn. */
  let sought: Sought | null = null;
  const seek = (next: Sought): void => {
    sought = next;
    if (next.at === null) draw();
    else {
      const { stage } = next.at;
      // All of the run's numbers, so that the step is among them.
      model.go({ zoom: null, ...(model.shownStages().includes(stage) ? {} : { stage }) });
    }
  };
  const showMetric = (metric: string): void => seek({ metric, at: null });
  const showSought = (line: Timeline, overview: CurveOverview): void => {
    if (sought === null || (sought.run !== undefined && sought.run !== model.run()?.folder)) return;
    const { metric, at } = sought;
    const index = at === null ? null : placeOfStep(line, at.stage, at.step);
    const all = everyPanel(overview);
    const chart = metric === null ? panels(overview).main[0] : panelOf(all, metric);
    if ((index !== null && index < 0) || chart === undefined) return;
    const { layout } = model.place();
    if (layout.hidden.includes(chart.id)) {
      arrange(hiddenTo(layout, chart.id, false));
      return;
    }
    if (all.more.includes(chart) && !model.place().more) {
      model.go({ more: true });
      return;
    }
    sought = null;
    // A chart that was made just now knows its scales a moment later.
    requestAnimationFrame(() => board.show(chart.id, index));
  };

  const finder = metricFinder({
    show: showMetric,
    make: (key) => {
      arrange(ownTo(model.place().layout, key, true));
      showMetric(key);
    },
    redraw: () => draw(),
  });
  const metricsOf = (overview: CurveOverview): FoundMetric[] => {
    const all = everyPanel(overview);
    const own = new Set(model.place().layout.own);
    const titles = new Map<string, string>();
    for (const { series, title } of [...all.more, ...all.main].toReversed())
      for (const { key } of series) titles.set(key, title);
    return overview.metrics.map(({ key }) => ({ key, panel: titles.get(key) ?? null, own: own.has(key) }));
  };
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    if (model.place().compare === null) finder.focus();
    else comparison.findMetric();
  });

  const page = (): TemplateResult => {
    const run = model.run();
    const overview = model.overview();
    const find = overview === null || overview.rows === 0 ? nothing : finder.view(metricsOf(overview));
    const headline = run === null ? null : runHeadline(run);
    return html`<h1 class="visually-hidden">Live curves</h1>
      ${model.place().file === null ? toolbar(model, find) : trackerToolbar(model, find)}
      ${problem(model.problem() ?? complaint, () => retry())} ${notice("warning", model.damaged())} ${saidLine()}
      ${leftOut([...(model.tracker()?.notes ?? []), ...model.limits()])}
      ${notice(headline?.status === "completed" ? "info" : "warning", headline?.message ?? null)} ${reading(overview)}
      ${overview === null && !noRuns() ? nothing : content(overview)}`;
  };

  const complain = (message: string): void => {
    complaint = message;
    draw();
  };
  const retry = (): void => {
    complaint = null;
    void model.pull();
  };

  const noRuns = (): boolean => model.place().file === null && model.listed() && model.runs().length === 0;

  /** What is under way; of a long run how far it is. */
  const reading = (overview: CurveOverview | null): TemplateResult | typeof nothing => {
    if (model.problem() !== null) return nothing;
    if (overview === null) return noRuns() ? nothing : html`<p class="loading" role="status">Reading runs…</p>`;
    if (overview.read >= overview.of) return nothing;
    const share = Math.floor((100 * overview.read) / overview.of);
    return html`<p class="loading" role="status">
      Reading metrics: ${share} % of ${sizeText(overview.of)}
      <progress max="100" value=${share} aria-label="Metrics read"></progress>
    </p>`;
  };

  const content = (overview: CurveOverview | null): TemplateResult | typeof nothing => {
    const run = model.run();
    const tracker = model.tracker();
    if (tracker !== null && overview?.rows === 0) return emptyState(t("No numbers"), t("This file has no numbers."));
    if (run === null && tracker === null) {
      return model.problem() === null
        ? emptyState(
            t("No runs yet"),
            t("Open a recipe (*.lab.json) and choose Run above its pipeline. Its curves appear here while it learns."),
            html`<p>
                Or look at what another tool recorded: trainer_state.json of TRL, verl’s file logger, event files of
                TensorBoard, Trackio’s database, any JSONL or CSV with a column of steps.
              </p>
              <p class="open-tracker">
                <vscode-button secondary @click=${openTracker}>Open Metrics of Another Tool…</vscode-button>
              </p>
              <p class="hint">A folder of logs opens by its menu in the explorer.</p>`,
          )
        : nothing;
    }
    if (overview === null) return nothing;
    if (run !== null && overview.rows === 0) {
      if (overview.read < overview.of || run.record === null || model.problem() !== null) return nothing;
      return isLive(run.record)
        ? emptyState(t("Waiting for the first step"), t("The curves start after the first step."))
        : emptyState(t("No numbers"), t("This run ended before it finished a step."));
    }
    const { more: open } = model.place();
    return html`${healthStrip(model.health(), {
        open: ({ metric, stage, step }) => seek({ metric, at: { stage, step } }),
        traces: run === null ? null : (note) => openTraces(run.folder, note),
        setting: run === null ? null : (note, name) => openSetting(run.folder, note, name),
        threshold: openThreshold,
      })}
      <div class="row">
        <p class="readout" role="status"></p>
        <p class="hint">
          ${run === null ? nothing : t("Click a point to open its traces · ")}drag or Ctrl+wheel to zoom, Shift+wheel to
          pan, double-click to reset
          ${
            run === null
              ? nothing
              : html`·
                  <button
                    type="button"
                    class="link add-note"
                    @click=${() => writeNote(crosshair ?? (model.timeline()?.x.length ?? 0) - 1)}
                  >
                    Add note (N in a plot)
                  </button>`
          }
        </p>
      </div>
      ${unplaced(model)} ${markKey(marked()?.marks ?? [])} ${run === null ? nothing : noteViews()}
      ${rewardEdits(model.timeline(), openEdit)}
      ${panelBar(Object.values(everyPanel(overview)).flat(), model.place().layout, arrange)} ${main}
      ${stageResults(run?.record?.stages ?? [])}
      <details class="more" ?open=${open} @toggle=${toggled}>
        <summary>More metrics</summary>
        ${more}
      </details>
      ${newestValues(overview.metrics)}`;
  };

  const toggled = (event: Event): void => {
    const open = (event.currentTarget as HTMLDetailsElement).open;
    if (open !== model.place().more) model.go({ more: open });
  };

  /** The row that the crosshair was on last: it is gone once the pointer has left for a button. */
  let crosshair: number | null = null;
  /** The row that it is on; null: on none. */
  let hovered: number | null = null;
  const readOut = (index: number | null): void => {
    const target = root.querySelector(".readout");
    if (model.place().compare !== null) {
      hovered = index;
      const place = comparison.readOut(index);
      if (target !== null && target.textContent !== place) target.textContent = place;
      return;
    }
    const line = marked();
    hovered = index;
    if (index !== null) crosshair = index;
    if (line === null || target === null) return;
    const at = Math.min(index ?? line.x.length, line.x.length - 1);
    const time = line.times[at];
    const parts = [
      `${index === null ? t("Newest: step") : t("Step")} ${formatOptional(line.steps[at])}`,
      line.stages[at] ?? "",
      time === undefined || time === 0 ? "" : new Date(time).toLocaleTimeString(),
      ...marksAt(line, line.x[at] ?? Number.NaN),
    ];
    const text = parts.filter((part) => part !== "").join(" · ");
    if (target.textContent !== text) target.textContent = text;
  };

  return {
    draw,
    readOut,
    restored: () => restored,
    writeNote,
    editNote,
    showStep: (run, stage, step) => {
      sought = { metric: null, at: { stage, step }, run };
      draw();
    },
    say: (text) => {
      said = text;
      draw();
      clearTimeout(saying);
      saying = setTimeout(() => {
        said = null;
        draw();
      }, sayingMilliseconds);
    },
    marked,
    crosshair: () => crosshair,
    complain,
  };
}

/** For who measures how long the page takes: what it has just drawn. */
function markDrawn({ version, metrics, rows }: CurveOverview): void {
  performance.clearMarks("curves");
  performance.mark("curves", { detail: { version, rows, step: Math.max(0, ...metrics.map(({ step }) => step)) } });
}

/** Pixels that a panel takes at least, as `charts.css` has it. */
const panelRoom = { width: 345, height: 230 };

/** Pixels of the screen that the widest chart has; of a page that is not laid out yet those of a usual one. */
function pixelsOf(root: HTMLElement): number {
  const widths = Array.from(root.querySelectorAll(".plot"), (plot) => plot.clientWidth);
  const widest = Math.max(0, ...widths) || 640;
  // In steps, so that a panel that is dragged wider is not drawn anew with each pixel.
  return Math.min(4096, 256 * Math.ceil((widest * devicePixelRatio) / 256));
}

/** How long something is said. */
const sayingMilliseconds = 6000;

function notice(icon: "info" | "warning", message: string | null): TemplateResult | typeof nothing {
  if (message === null) return nothing;
  return html`<div class="notice" role="status">
    <span class="codicon codicon-${icon}" aria-hidden="true"></span><span>${visible(message)}</span>
  </div>`;
}

/** Why there is nothing to see on an axis. */
function unplaced(model: CurvesModel): TemplateResult | typeof nothing {
  const line = model.timeline();
  if (line === null || line.x.length > 0 || (model.overview()?.rows ?? 0) === 0) return nothing;
  if (line.axis === "hours") return notice("info", t("No row says when it was written: choose another axis."));
  if (line.axis !== "tokens") return nothing;
  return notice("info", t("None of the shown stages counts its tokens (num_tokens): choose another axis."));
}

/** What was not read of another tool's file. */
function leftOut(notes: readonly string[]): TemplateResult | typeof nothing {
  if (notes.length === 0) return nothing;
  return html`<ul class="remarks" aria-label="What was not read">
    ${notes.map(
      (note) =>
        html`<li><span class="codicon codicon-info" aria-hidden="true"></span><span>${visible(note)}</span></li>`,
    )}
  </ul>`;
}

function toolbar(model: CurvesModel, find: TemplateResult | typeof nothing): TemplateResult | typeof nothing {
  const run = model.run();
  if (model.runs().length === 0 || run === null) return nothing;
  const { stage } = model.place();
  const stages = model.stages();
  const choices = [
    { value: "", label: t("Newest ({0})", stages.at(-1) ?? t("none yet")) },
    ...stages.map((name) => ({ value: name, label: name })),
    ...(stages.length > 1 ? [{ value: allStages, label: t("All, one after the other") }] : []),
  ];
  return html`<header class="toolbar">
    ${runPicker(model.runs(), run, (folder) => model.go({ run: folder, stage: null, step: null }))}
    ${select(t("Stage"), choices, stage ?? "", (name) => model.go({ stage: name === "" ? null : name }))}
    ${lookControls(model)} ${find}
    <vscode-button
      secondary
      title="Draw several runs over each other"
      @click=${() => model.go({ compare: comparing(runsNamed([run.folder])), stage: null })}
    >
      Compare Runs
    </vscode-button>
    ${runStatus(run)}
  </header>`;
}

/** What is shown of another tool's metrics: its runs are what stages are of a run here. */
function trackerToolbar(model: CurvesModel, find: TemplateResult | typeof nothing): TemplateResult {
  const { file, editor, stage } = model.place();
  const runs = model.stages();
  const choices = [
    { value: "", label: t("Last ({0})", runs.at(-1) ?? t("none yet")) },
    ...runs.map((name) => ({ value: name, label: name })),
    ...(runs.length > 1 ? [{ value: allStages, label: t("All, one after the other") }] : []),
  ];
  return html`<header class="toolbar">
    <span class="tracker" title=${named(file ?? "")}>
      <b>${visible(model.tracker()?.tool ?? t("Metrics"))}</b> ${visible(file?.split(/[\\/]/).at(-1) ?? "")}
    </span>
    ${select(t("Run"), choices, stage ?? "", (name) => model.go({ stage: name === "" ? null : name }))}
    ${lookControls(model)} ${find}
    ${
      file === null || runs.length === 0
        ? nothing
        : html`<vscode-button
            secondary
            title="Draw its runs and those of the workspace over each other"
            @click=${() => model.go({ compare: comparing(runs.map((tracker) => ({ folder: file, tracker }))), stage: null })}
          >
            Compare Runs
          </vscode-button>`
    }
    ${
      editor
        ? nothing
        : html`<vscode-button secondary @click=${() => model.go({ file: null, run: null, stage: null, step: null })}>
            Back to Runs
          </vscode-button>`
    }
  </header>`;
}

/** The shown stages as the run records them. */
function shownRecords(model: CurvesModel): StageRecord[] {
  const shown = new Set(model.shownStages());
  return (model.run()?.record?.stages ?? []).filter(({ name }) => shown.has(name));
}

/** The charts that stand first: those of the kinds of stages that are shown. */
const headlineOf = (model: CurvesModel): ReadonlySet<ChartId> =>
  new Set(
    model.tracker() === null
      ? shownRecords(model).flatMap((stage) => kindOf(stage).charts)
      : // Nobody says what another tool trained.
        Object.values(stageKinds).flatMap(({ charts }): readonly ChartId[] => charts),
  );

/** What the loss of the shown stages is, where it is the same of all. */
function lossNoteOf(model: CurvesModel): string | null {
  const record = model.run()?.record;
  if (!record) return null;
  const notes = new Set(shownRecords(model).map((stage) => lossNote(record, stage)));
  const [only] = notes;
  return notes.size === 1 ? (only ?? null) : null;
}
