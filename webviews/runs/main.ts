/** The table of runs. */
import "../shared/page.css";
import "./runs.css";
import { messageOf } from "../../server/shared/user-error";
import { coalesce } from "../../server/shared/coalesce";
import { connectPage, keepScroll, oncePerFrame, port } from "../shared/page";
import { runsModel } from "./model";
import { runsView } from "./view";

/** Milliseconds between two readings of all runs while one of them is live. */
const interval = 1000;

const client = connectPage({ changed: coalesce(() => model.pull(), interval).hint, show: () => undefined });
const draw = oncePerFrame(() => view.draw());
const model = runsModel(client, port, draw);
const view = runsView(model, document.body, (what, folders) => {
  client
    .ask("withRuns", { what, folders: [...folders] })
    .then(() => model.pull())
    .catch((error: unknown) => view.complain(messageOf(error)));
});
keepScroll(
  () => view.restored(),
  (scroll) => {
    model.keep({ scroll });
    draw();
  },
);
window.addEventListener("resize", draw);
draw();
model.pull();
