/** The labelling page: two completions of a prompt, and which of them people prefer. */
import { render } from "lit";
import "../shared/page.css";
import "./labels.css";
import { connectPage, oncePerFrame, port } from "../shared/page";
import { actionOf, isOfScroll, isOfSelect } from "./keys";
import { labelsModel } from "./model";
import { labelsView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  // Pairs stay as they are while somebody labels: what a run adds meanwhile is there when the page is opened anew.
  changed: () => undefined,
  show: ({ run }) => model.go({ run }),
});
let shownPair: string | null = null;
const draw = oncePerFrame(() => {
  render(labelsView(model), root);
  const pair = model.state().labels?.next?.pair ?? null;
  if (pair !== shownPair) for (const side of root.querySelectorAll(".side .completion")) side.scrollTo(0, 0);
  shownPair = pair;
});
const model = labelsModel(client, port, draw);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const on = event.target instanceof Element ? event.target : null;
  const select = on?.closest("vscode-single-select") ?? null;
  if (select !== null && isOfSelect(event.key, select.open)) return;
  const text = on?.closest(".completion") ?? null;
  if (text !== null && isOfScroll(event.key, text)) return;
  const action = actionOf(event.key);
  if (action === null) return;
  event.preventDefault();
  model.act(action);
});
draw();
model.pull();
