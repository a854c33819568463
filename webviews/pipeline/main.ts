/** The pipeline page: a recipe's stages as a graph, with what a run made of each. */
import { render } from "lit";
import "../shared/page.css";
import "./pipeline.css";
import { atMostEvery, connectPage, oncePerFrame, port } from "../shared/page";
import { pipelineModel } from "./model";
import { pipelineView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: atMostEvery(500, () => model.pull()),
  show: ({ run, stage, recipe }) => model.go({ run, stage, recipe: recipe ?? null }),
});
const draw = oncePerFrame(() => render(pipelineView(model, root.clientWidth), root));
const model = pipelineModel(client, port, draw);
new ResizeObserver(draw).observe(root);
draw();
model.pull();
