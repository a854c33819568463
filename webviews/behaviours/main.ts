/** The behaviours page: what rollouts do, step by step, and where to look. */
import "uplot/dist/uPlot.min.css";
import "../shared/page.css";
import "../curves/curves.css";
import "./behaviours.css";
import { chartBoard } from "../curves/chart-board";
import { atMostEvery, connectPage, oncePerFrame, onThemeChange, port } from "../shared/page";
import { kindOf } from "./change-table";
import { behavioursModel } from "./model";
import { measureOfChart } from "./points";
import { behavioursView } from "./view";

const client = connectPage({
  changed: atMostEvery(1000, () => model.pull()),
  show: ({ run, stage }) => model.go({ run, stage, step: null, exampleStage: null }),
});
const draw = oncePerFrame(() => view.draw());
const model = behavioursModel(client, port, draw);

const charts = document.createElement("div");
charts.className = "charts";
/** The chart that is pointed at or typed into: the board says which row is opened, not of which chart. */
let used: string | null = null;
for (const kind of ["click", "keydown"])
  charts.addEventListener(
    kind,
    (event) => {
      const chart = event.target instanceof Element ? event.target.closest("[data-chart]") : null;
      used = chart instanceof HTMLElement ? (chart.dataset["chart"] ?? null) : null;
    },
    { capture: true },
  );
const board = chartBoard({
  moved: (index) => view.readOut(index),
  open: (index) => {
    const { line, place } = model.state();
    const step = line?.steps[index];
    const exampleStage = line?.stages[index];
    if (step === undefined || exampleStage === undefined) return;
    const measure = used === null ? null : measureOfChart(used);
    model.go({ step, exampleStage, kind: (measure && kindOf(measure)) ?? place.kind });
  },
});
const view = behavioursView(model, board, charts, document.body);

onThemeChange(() => {
  board.restyle();
  draw();
});
window.addEventListener("scroll", () => model.keep({ scroll: window.scrollY }), { passive: true });
draw();
model.pull();
