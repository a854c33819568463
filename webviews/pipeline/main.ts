/** The pipeline page: a recipe's stages as a graph, with what a run made of each. */
import { render } from "lit";
import "../shared/page.css";
import "./pipeline.css";
import { coalesce } from "../../server/shared/coalesce";
import { connectPage, oncePerFrame, port } from "../shared/page";
import { pipelineModel } from "./model";
import { pipelineView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: coalesce(() => model.pull(), 500).hint,
  show: ({ run, stage, recipe }) => model.go({ run, stage, recipe: recipe ?? null }),
});
let open: string | null | undefined;
const draw = oncePerFrame(() => {
  render(pipelineView(model, root.clientWidth), root);
  const { stage } = model.state().place;
  // Below the graph a stage that is opened may lie out of sight; one that was open when the page was loaded is left where it is.
  if (open !== undefined && stage !== null && stage !== open)
    root.querySelector(".split[data-beside=false] .detail")?.scrollIntoView();
  if (model.state().pipeline !== null) open = stage;
});
const model = pipelineModel(client, port, draw);
new ResizeObserver(draw).observe(root);
draw();
model.pull();
