/** The curves page: the numbers of a run as they come. */
import { t } from "../shared/l10n";
import "uplot/dist/uPlot.min.css";
import "../shared/page.css";
import "../charts/charts.css";
import "./curves.css";
import { connectPage, keepScroll, onThemeChange, oncePerFrame, port } from "../shared/page";
import { chartBoard } from "../charts/chart-board";
import type { Mark } from "../charts/metric-table";
import { paced } from "../shared/paced";
import { runTitles } from "../../server/protocol/run-title";
import { exactValues } from "./exact-values";
import { panelCopies, recordedKeys, shownSteps } from "./panel-copies";
import { comparing, letterOf, runsNamed, type Member } from "./compared-runs";
import { openCompared } from "./open-compared";
import { comparedPanel } from "./comparison-charts";
import { curvesModel } from "./model";
import { stepNotes } from "./step-notes";
import { curvesView } from "./view";
import type { HealthNote } from "../../server/protocol/health";
import type { PanelLayout } from "../../server/protocol/panel-layout";
import { messageOf } from "../../server/shared/user-error";
import { isUsual } from "../charts/panel-order";

const client = connectPage({
  changed: paced(async () => {
    notes.pull(model.run()?.folder ?? null);
    await model.pull();
  }),
  show: ({ run, stage, step, file = null, editor = false, compare }) => {
    model.go({ run, stage, step, file, editor, compare: compare === undefined ? null : comparing(runsNamed(compare)) });
    if (run !== null && stage !== null && step !== null) view.showStep(run, stage, step);
  },
});
const draw = oncePerFrame(() => {
  view.draw();
});
const notes = stepNotes(client, draw, (message) => view.complain(message));
const model = curvesModel(client, port, draw);
const openMark = ({ edit, note, of, label }: Mark): void => {
  if (note !== undefined && of === undefined) view.editNote(note);
  if (note !== undefined && of !== undefined) view.say(label);
  const folder = of?.folder ?? model.run()?.folder;
  if (folder === undefined || edit === null) return;
  client.ask("openRewardChange", { folder, ...edit }).catch(told);
};
const told = (error: unknown): void => view.complain(messageOf(error));
/** Arranges the panels, of this page and of those to come. */
const arrange = (layout: PanelLayout): void => {
  model.look({ layout });
  client.ask("keepLayout", { layout }).catch(told);
};
const board = chartBoard({
  openEdit: openMark,
  note: (index) => view.writeNote(index),
  moved: (index) => {
    view.readOut(index);
    exact.look(index);
  },
  open: (index, chart, series) => {
    if (model.place().compare !== null) {
      compared.open(index, chart, series);
      return;
    }
    const line = model.timeline();
    const run = model.run();
    const stage = line?.stages[index];
    const step = line?.steps[index];
    if (run === null || stage === undefined || step === undefined) return;
    client.ask("openTraces", { folder: run.folder, stage, step }).catch(told);
  },
  explain: (term) => {
    client.ask("openGlossary", { term }).catch(told);
  },
  look: (change) => {
    if (change.layout === undefined) model.look(change);
    else arrange(change.layout);
  },
  panelMenu: (chart) => [
    [
      { label: t("Copy as PNG"), icon: "file-media", run: () => void copies.png(chart).catch(told) },
      { label: t("Copy as SVG"), icon: "symbol-color", run: () => void copies.svg(chart).catch(told) },
      { label: t("Copy as CSV"), icon: "table", run: () => void copies.csv(chart).catch(told) },
      ...(single() ? [{ label: t("Copy Link"), icon: "link", run: copyLink }] : []),
    ],
    single()
      ? [
          model.place().tables.includes(chart)
            ? { label: t("Show as Plot"), icon: "graph-line", run: () => showTable(chart, false) }
            : { label: t("Show as Table"), icon: "list-flat", run: () => showTable(chart, true) },
        ]
      : [],
  ],
  exactRows: async (spec) => {
    const [run] = shownRuns();
    const keys = recordedKeys(spec);
    if (run === undefined) throw new Error(t("A table is shown of runs. Copy as CSV has the numbers of another tool."));
    const steps = shownSteps(model.timeline(), model.place().zoom);
    return { keys, ...(await client.ask("readExactRows", { ...run, keys, steps })) };
  },
});
/** Whether one run is shown: no comparison, and nothing of another tool. */
const single = (): boolean => model.run() !== null && model.place().compare === null;
/** Compared runs that are drawn. */
const drawnMembers = (): Member[] =>
  model.comparison().members.filter(({ shown, overview }) => shown && overview !== null);
/** Runs of the workspace that are drawn, with their stages. */
const shownRuns = (): { folder: string; stages: string[] }[] => {
  const run = model.run();
  if (model.place().compare !== null)
    return drawnMembers()
      .filter(({ tracker }) => tracker === null)
      .map(({ folder, overview }) => ({ folder, stages: [...(overview?.shown ?? [])] }));
  return run === null ? [] : [{ folder: run.folder, stages: [...model.shownStages()] }];
};
const showTable = (chart: string, shown: boolean): void => {
  const others = model.place().tables.filter((one) => one !== chart);
  model.look({ tables: shown ? [...others, chart] : others });
};
/** What a picture is of. */
const caption = (): string => {
  const { smoothing, zoom } = model.place();
  const run = model.run();
  const of =
    model.place().compare !== null
      ? drawnMembers().map(({ style, title }) => `${letterOf(style)}: ${title}`)
      : [
          run === null
            ? (model.tracker()?.file.split(/[\\/]/).at(-1) ?? "")
            : (runTitles(model.runs()).get(run.folder) ?? ""),
          model.shownStages().join(", "),
        ];
  const parts = [
    ...of,
    smoothing === 0 ? t("as recorded") : t("smoothed {0} (EMA), as recorded behind it", smoothing.toFixed(2)),
    ...(zoom === null ? [] : [t("zoomed")]),
  ];
  return parts.filter((part) => part !== "").join(" · ");
};
const copies = panelCopies({
  client,
  snapshot: (chart) => board.snapshot(chart, caption()),
  title: (chart) => board.spec(chart)?.title ?? chart,
  metrics(chart) {
    if (chart.startsWith(comparedPanel)) {
      const trackers = drawnMembers().filter(({ tracker }) => tracker !== null).length;
      if (trackers > 0 && shownRuns().length === 0)
        throw new Error(t("Numbers of other tools are not copied from here: their files have them."));
      const left = trackers > 0 ? t("without what other tools recorded") : null;
      return { keys: [chart.slice(comparedPanel.length)], left };
    }
    const spec = board.spec(chart);
    return spec === null
      ? { keys: [], left: null }
      : {
          keys: recordedKeys(spec),
          left: spec.series.some(({ beside }) => beside !== undefined) ? t("without what was re-scored") : null,
        };
  },
  timeline: () => (model.place().compare === null ? view.marked() : model.timeline()),
  steps: () => (model.place().compare === null ? shownSteps(model.timeline(), model.place().zoom) : null),
  runs: shownRuns,
  zoom: () => model.place().zoom,
  say: (text) => view.say(text),
});
/** To the stage that is shown, and to the step under the crosshair. */
const copyLink = (): void => {
  const [run] = shownRuns();
  const line = model.timeline();
  if (run === undefined || line === null) return;
  const at = view.crosshair() ?? line.x.length - 1;
  const place = { folder: run.folder, stage: line.stages[at] ?? null, step: line.steps[at] ?? null };
  client
    .ask("copyLink", place)
    .then(() => view.say(t("Copied a link to step {0} of {1}.", place.step ?? "", place.stage ?? t("the run"))))
    .catch(told);
};
const exact = exactValues(
  () => model.timeline(),
  (index) => model.row(index),
  (index, values) => board.showExact(index, values),
);
/** Runs of a file that a person chooses beside those that are compared. */
const addTracker = (): void => {
  const { compare } = model.place();
  if (compare === null) return;
  client
    .ask("chooseTracker", {})
    .then((chosen) => {
      if (chosen === null) return;
      const runs = chosen.runs.map((tracker) => ({ folder: chosen.file, tracker }));
      const next = comparing([...compare.runs, ...runs], compare);
      model.go({ compare: next });
      const left = compare.runs.length + runs.length - next.runs.length;
      if (left > 0) view.say(t("{0} more are not compared: there is no room for them, or they are already.", left));
    })
    .catch(told);
};
const openTracker = (): void => {
  client
    .ask("chooseTracker", {})
    .then((chosen) => {
      if (chosen !== null) model.go({ file: chosen.file, run: null, stage: null, step: null });
    })
    .catch(told);
};
const compared = openCompared(client, model, { say: (text) => view.say(text), told });
const openTraces = (folder: string, { stage, traces }: HealthNote): void => {
  if (traces !== null) client.ask("openTraces", { folder, stage, ...traces }).catch(told);
};
const openSetting = (folder: string, { stage }: HealthNote, setting: string): void => {
  client
    .ask("openSetting", { folder, stage, setting })
    .then(({ there }) => {
      if (!there) view.say(t("{0} does not set {1}: it has its default. Its stage is selected.", stage, setting));
    })
    .catch(told);
};
const openThreshold = (name: string): void => void client.ask("openThreshold", { name }).catch(told);
const view = curvesView(model, board, document.body, {
  openEdit: openMark,
  arrange,
  addTracker,
  openTracker,
  openTraces,
  openSetting,
  openThreshold,
  notes,
});
// A page that was never there begins with how the person arranged the last one.
if ((port.getState() ?? null) === null)
  client
    .ask("readLayout", {})
    .then((layout) => {
      if (layout !== null && isUsual(model.place().layout)) model.look({ layout });
    })
    .catch(told);

onThemeChange(() => {
  board.restyle();
  draw();
});
keepScroll(
  () => view.restored(),
  (scroll) => model.keep({ scroll }),
);
draw();
void model.pull();
/** Milliseconds between two looks at a file of another tool: nobody says when it is written to. */
const trackerInterval = 5000;
setInterval(() => {
  const { file, compare } = model.place();
  const others = file !== null || compare?.runs.some(({ tracker }) => tracker !== null) === true;
  if (others && document.visibilityState === "visible") void model.pull();
}, trackerInterval);
