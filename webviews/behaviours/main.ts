/** The behaviours page: what rollouts do, step by step, and where to look. */
import "uplot/dist/uPlot.min.css";
import "../shared/page.css";
import "../charts/charts.css";
import "./behaviours.css";
import { chartBoard } from "../charts/chart-board";
import { coalesce } from "../../server/shared/coalesce";
import { connectPage, keepScroll, oncePerFrame, onThemeChange, port } from "../shared/page";
import { kindOf } from "./change-table";
import { behavioursModel } from "./model";
import { measureOfChart } from "./points";
import { behavioursView } from "./view";

const client = connectPage({
  changed: coalesce(() => model.pull(), 1000).hint,
  show: ({ run, stage }) => model.go({ run, stage, step: null, exampleStage: null }),
});
const draw = oncePerFrame(() => view.draw());
const model = behavioursModel(client, port, draw);

const charts = document.createElement("div");
charts.className = "charts";
const board = chartBoard({
  moved: (index) => view.readOut(index),
  open: (index, chart) => {
    const { line, place } = model.state();
    const step = line?.steps[index];
    const exampleStage = line?.stages[index];
    if (step === undefined || exampleStage === undefined) return;
    const measure = measureOfChart(chart);
    model.go({ step, exampleStage, kind: (measure && kindOf(measure)) ?? place.kind });
  },
  explain: (term) => model.explain(term),
  look: (change) => model.look(change),
});
const view = behavioursView(model, board, charts, document.body);

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
