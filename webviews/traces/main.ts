/** The traces page: every rollout of a run, by step and group, down to its tokens. */
import { render } from "lit";
import "../shared/page.css";
import "../shared/tokens.css";
import "./traces.css";
import { lineOfShow } from "../../server/protocol/rollout-filter/saved";
import { connectPage, onThemeChange, oncePerFrame, port } from "../shared/page";
import { paced } from "../shared/paced";
import { tracesModel } from "./model";
import { listenForKeys } from "./sample/keys";
import { TokenView } from "./sample/token-view";
import { tracesView } from "./view";

const root = document.body.appendChild(document.createElement("main"));
const client = connectPage({
  changed: paced(() => model.pull()),
  show: ({ run, stage, step, rollout, show, where, file }) => {
    if (file !== undefined) model.openFile(file);
    else if (rollout && stage !== null && step !== null) model.openRollout(run, { stage, step, ...rollout });
    else if (show) {
      const where = lineOfShow(show);
      model.go({ run, stage, step, purpose: "sampling", group: null, sample: null, where, text: "", within: "stage" });
    } else if (where !== undefined)
      model.go({ run, stage, step, purpose: null, group: null, sample: null, where, text: "", within: "stage" });
    else {
      // A point of a curve leads to its rollouts, whatever was looked for before.
      const all = step === null ? {} : { where: "", text: "" };
      model.go({ run, stage, step, purpose: null, group: null, sample: null, within: "step", ...all });
    }
  },
});
let shownList = 0;
/** What is scrolled, put back where it was once there is something to scroll. */
const areas = { list: ".groups .list", detail: ".detail" } as const;
let restored = false;
let shownSample: number | null = null;
/** What opens by a key from anywhere in a sample. */
const unfolded = { whatIf: ".what-if", history: ".history", why: ".why" } as const;
const shownParts = new Set<string>();
let shownKind: "group" | "sample" | "compare" = "group";
const draw = oncePerFrame(() => {
  render(tracesView(model), root);
  const { list, place, samples } = model.state();
  const wasThere = restored;
  // The first list of a page that is made anew is the one that was read.
  if (list !== shownList && restored) root.querySelector(areas.list)?.scrollTo(0, 0);
  if (!restored && samples !== null) {
    restored = true;
    root.querySelector(areas.list)?.scrollTo(0, place.scroll.list);
    root.querySelector(areas.detail)?.scrollTo(0, place.scroll.detail);
  }
  // What is opened begins at its beginning; in a narrow page that scrolls as a whole, too.
  const kind = place.compare !== null ? "compare" : place.sample !== null ? "sample" : "group";
  const detail = root.querySelector(areas.detail);
  if (detail !== null && restored && kind !== shownKind && kind !== "group") {
    detail.scrollTop = 0;
    if (detail.getBoundingClientRect().top < 0) detail.scrollIntoView();
  }
  shownKind = kind;
  for (const [name, selector] of Object.entries(unfolded)) {
    const part = root.querySelector(selector);
    // What a key opens above what is read would be opened out of sight.
    if (part !== null && wasThere && !shownParts.has(name)) part.scrollIntoView({ block: "nearest" });
    if (part === null) shownParts.delete(name);
    // What is still asked for grows, and the browser keeps what stands below it in its place.
    else if (part.querySelector(".loading") === null) shownParts.add(name);
  }
  // Back from the tokens, the keyboard goes on where it was.
  if (shownSample !== null && place.sample === null && samples !== null) focusSample(shownSample);
  shownList = list;
  const area = root.querySelector(areas.list);
  if (area !== null) model.viewList(area.clientHeight);
  shownSample = place.sample;
});

function focusSample(sample: number): void {
  const card = root.querySelector(`.sample[data-sample="${sample}"]`);
  if (card instanceof HTMLElement && document.activeElement === document.body) card.focus();
}

const model = tracesModel(client, port, draw);
// Scrolling does not bubble.
root.addEventListener(
  "scroll",
  ({ target }) => {
    if (!restored || !(target instanceof Element)) return;
    const { scroll } = model.state().place;
    if (target.matches(areas.list)) {
      model.keep({ scroll: { ...scroll, list: target.scrollTop } });
      draw();
    }
    if (target.matches(areas.detail)) model.keep({ scroll: { ...scroll, detail: target.scrollTop } });
  },
  { capture: true, passive: true },
);
listenForKeys(root, model);
onThemeChange(() => {
  const tokens = root.querySelector("token-view");
  if (tokens instanceof TokenView) tokens.redraw();
});
draw();
void model.pull();
