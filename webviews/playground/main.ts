/** The page on which one talks to a checkpoint. */
import { render } from "lit";
import "../shared/page.css";
import "../shared/tokens.css";
import "./playground.css";
import { coalesce } from "../../server/shared/coalesce";
import { connectPage, keepScroll, oncePerFrame, port } from "../shared/page";
import { playgroundModel } from "./model";
import { playgroundView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: coalesce(() => model.pull(), 1000).hint,
  show: (place) => model.show(place),
});
let restored = false;
const draw = oncePerFrame(() => {
  render(playgroundView(model), root);
  if (restored || model.state().runs === undefined) return;
  restored = true;
  window.scrollTo(0, model.state().place.scroll);
});
const model = playgroundModel(client, port, draw);
keepScroll(
  () => restored,
  (scroll) => model.keep({ scroll }),
);
draw();
model.pull();
