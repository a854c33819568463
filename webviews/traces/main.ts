/** The traces page: every rollout of a run, by step and group, down to its tokens. */
import { render } from "lit";
import "../shared/page.css";
import "./traces.css";
import { connectPage, oncePerFrame, port } from "../shared/page";
import { tracesModel } from "./model";
import { tracesView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: () => model.pull(),
  show: ({ run, stage, step }) =>
    model.go({ run, stage, step, purpose: null, group: null, sample: null, everywhere: false }),
});
const draw = oncePerFrame(() => {
  render(tracesView(model), root);
});
const model = tracesModel(client, port, draw);
draw();
model.pull();
