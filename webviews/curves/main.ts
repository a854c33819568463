/** The curves page: the numbers of a run as they come. */
import "uplot/dist/uPlot.min.css";
import "../shared/page.css";
import "../charts/charts.css";
import "./curves.css";
import { connectPage, keepScroll, onThemeChange, oncePerFrame, port } from "../shared/page";
import { chartBoard } from "../charts/chart-board";
import type { Mark } from "../charts/metric-table";
import { curvesModel } from "./model";
import { curvesView } from "./view";
import { messageOf } from "../../server/shared/user-error";

const client = connectPage({
  changed: () => model.pull(),
  show: ({ run, stage, step, file = null }) => model.go({ run, stage, step, file }),
});
const draw = oncePerFrame(() => {
  view.draw();
});
const model = curvesModel(client, port, draw);
const openEdit = ({ edit }: Mark): void => {
  const folder = model.run()?.folder;
  if (folder === undefined || edit === null) return;
  client.ask("openRewardChange", { folder, ...edit }).catch((error: unknown) => view.complain(messageOf(error)));
};
const board = chartBoard({
  openEdit,
  moved: (index) => view.readOut(index),
  open: (index) => {
    const line = model.timeline();
    const run = model.run();
    const stage = line?.stages[index];
    const step = line?.steps[index];
    if (run === null || stage === undefined || step === undefined) return;
    client
      .ask("openTraces", { folder: run.folder, stage, step })
      .catch((error: unknown) => view.complain(messageOf(error)));
  },
  explain: (term) => {
    client.ask("openGlossary", { term }).catch((error: unknown) => view.complain(messageOf(error)));
  },
  look: (change) => model.look(change),
});
const view = curvesView(model, board, document.body, openEdit);

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
