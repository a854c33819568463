/** The curves page: the numbers of a run as they come. */
import "uplot/dist/uPlot.min.css";
import "../shared/page.css";
import "../charts/charts.css";
import "./curves.css";
import { connectPage, keepScroll, onThemeChange, oncePerFrame, port } from "../shared/page";
import { chartBoard } from "../charts/chart-board";
import type { Mark } from "../charts/metric-table";
import { exactValues } from "./exact-values";
import { curvesModel } from "./model";
import { stepNotes } from "./step-notes";
import { curvesView } from "./view";
import type { PanelLayout } from "../../server/protocol/panel-layout";
import { messageOf } from "../../server/shared/user-error";
import { isUsual } from "../charts/panel-order";

const client = connectPage({
  changed: () => {
    model.pull();
    notes.pull(model.run()?.folder ?? null);
  },
  show: ({ run, stage, step, file = null }) => model.go({ run, stage, step, file }),
});
const draw = oncePerFrame(() => {
  view.draw();
});
const notes = stepNotes(client, draw, (message) => view.complain(message));
const model = curvesModel(client, port, draw);
const openMark = ({ edit, note }: Mark): void => {
  if (note !== undefined) view.editNote(note);
  const folder = model.run()?.folder;
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
  open: (index) => {
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
  panelMenu: () => [],
});
const exact = exactValues(
  () => model.timeline(),
  (index) => model.row(index),
  (index, values) => board.showExact(index, values),
);
const view = curvesView(model, board, document.body, { openEdit: openMark, arrange, notes });
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
model.pull();
/** Milliseconds between two looks at a file of another tool: nobody says when it is written to. */
const trackerInterval = 5000;
setInterval(() => {
  if (model.place().file !== null && document.visibilityState === "visible") model.pull();
}, trackerInterval);
