/** The page of an audit: what was paid that should not be, and what to do about it. */
import { render } from "lit";
import "../shared/page.css";
import "./audit.css";
import { coalesce } from "../../server/shared/coalesce";
import { connectPage, keepScroll, oncePerFrame, port } from "../shared/page";
import { auditModel } from "./model";
import { auditView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: coalesce(() => model.pull(), 1000).hint,
  show: ({ reward }) => {
    if (reward !== undefined) model.go({ reward });
  },
});
let restored = false;
const draw = oncePerFrame(() => {
  render(auditView(model), root);
  const { view, place } = model.state();
  if (restored || view === undefined) return;
  restored = true;
  window.scrollTo(0, place.scroll);
});
const model = auditModel(client, port, draw);
keepScroll(
  () => restored,
  (scroll) => model.keep({ scroll }),
);
draw();
model.pull();
