/** The page of re-scorings: what the edited rewards make of stored rollouts, beside what training learned from. */
import { render } from "lit";
import "../shared/page.css";
import "./rescore.css";
import { coalesce } from "../../server/shared/coalesce";
import { connectPage, keepScroll, oncePerFrame, port } from "../shared/page";
import { rescoreModel } from "./model";
import { rescoreView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: coalesce(() => model.pull(), 1000).hint,
  show: ({ run }) => model.go({ run, sample: null }),
});
let restored = false;
const draw = oncePerFrame(() => {
  render(rescoreView(model), root);
  const { rescorings, place } = model.state();
  if (restored || rescorings === null) return;
  restored = true;
  window.scrollTo(0, place.scroll);
});
const model = rescoreModel(client, port, draw);
keepScroll(
  () => restored,
  (scroll) => model.keep({ scroll }),
);
draw();
model.pull();
