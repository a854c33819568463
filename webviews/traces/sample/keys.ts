/** Keys of the traces page, and the help that lists them. */
import { html, t } from "../../shared/l10n";
import { type TemplateResult } from "lit";
import type { TracesModel } from "../model";
import { stepsOf } from "../step-index";
import { bestAndWorst, heldSample, isHeld, placeOf, samplePlace } from "./sample-actions";
import { unchanged } from "./what-if-state";

interface Key {
  readonly key: string;
  readonly what: string;
  readonly press: (model: TracesModel) => void;
}

function step(model: TracesModel, by: number): void {
  const { index, position } = model.state();
  if (!index || !position) return;
  const steps = stepsOf(index, position.stage, position.purpose);
  const to = steps[steps.indexOf(position.step) + by];
  if (to !== undefined) model.go({ ...position, step: to, group: null, sample: null, within: "step" });
}

function group(model: TracesModel, by: number): void {
  const to = model.openRow() + by;
  if (to >= 0 && to < (model.state().total ?? 0)) model.openAt(to);
}

function sample(model: TracesModel, by: number): void {
  const { samples, place } = model.state();
  if (!samples || samples.length === 0) return;
  const at = samples.findIndex((one) => one.sample === place.sample);
  const to = samples[place.sample === null ? (by > 0 ? 0 : samples.length - 1) : at + by];
  if (to) model.openSample(to.sample);
}

/** The open sample, if any. */
function withOpen(model: TracesModel, work: (place: ReturnType<typeof samplePlace>) => void): void {
  const { group: open, sample: at } = model.state().place;
  if (open !== null && at !== null) work(samplePlace({ ...open, sample: at }));
}

const ofRun = (model: TracesModel): boolean => model.state().place.file === null;

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();

export const showKeys = (): void => document.querySelector<HTMLDialogElement>("dialog.keys")?.showModal();

export const keys: readonly Key[] = [
  { key: "l", what: t("Next sample of the group"), press: (model) => sample(model, 1) },
  { key: "h", what: t("Previous sample of the group"), press: (model) => sample(model, -1) },
  { key: "j", what: t("Next group of the list, as it is filtered"), press: (model) => group(model, 1) },
  { key: "k", what: t("Previous group of the list"), press: (model) => group(model, -1) },
  { key: ".", what: t("Next step"), press: (model) => step(model, 1) },
  { key: ",", what: t("Previous step"), press: (model) => step(model, -1) },
  { key: "/", what: t("Filter and search"), press: () => focus("filter-line input") },
  {
    key: "b",
    what: t("Best against worst of the group"),
    press: (model) => {
      const found = bestAndWorst(model.state().samples ?? []);
      if (found) model.samples.compare({ left: placeOf(found.best), right: placeOf(found.worst) });
    },
  },
  {
    key: "c",
    what: t("Hold the open sample; on another one, of any run: compare the two"),
    press: (model) =>
      withOpen(model, (at) => {
        const held = heldSample(model.state());
        if (held === null || isHeld(model.state(), at)) model.samples.hold(at);
        else model.samples.compare({ left: held, right: placeOf(at) });
      }),
  },
  {
    key: "o",
    what: t("This prompt over the run"),
    press: (model) => model.samples.showHistory(!model.state().place.history),
  },
  {
    key: "w",
    what: t("What if"),
    press: (model) => {
      if (ofRun(model)) model.changeWhatIf(model.state().place.whatIf === null ? unchanged : null);
    },
  },
  {
    key: "v",
    what: t("Why the open sample is right or wrong"),
    press: (model) => withOpen(model, model.samples.askWhy),
  },
  { key: "t", what: t("Add a tag to the open sample"), press: () => focus(".new-tag") },
  { key: "n", what: t("Write a note on the open sample"), press: () => focus(".own-text") },
  {
    key: "m",
    what: t("Copy the open sample as Markdown"),
    press: (model) => withOpen(model, (at) => model.samples.copy(at, "markdown")),
  },
  {
    key: "r",
    what: t("Open the raw row of the open sample"),
    press: (model) => withOpen(model, model.samples.openRawRow),
  },
  {
    key: "?",
    what: t("These keys"),
    press: showKeys,
  },
];

/** From two samples side by side to where they were compared, from a sample to its group; false: there is nowhere to go back to. */
function back(model: TracesModel): boolean {
  const { compare, sample: open } = model.state().place;
  if (compare !== null) model.samples.compare(null);
  else if (open !== null) model.openSample(null);
  else return false;
  return true;
}

/** What people type into keeps its keys. */
const isTyped = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, vscode-single-select, [contenteditable]") !== null;

/** Listens for keys; `root` is what they are pressed in. */
export function listenForKeys(root: HTMLElement, model: TracesModel): void {
  root.ownerDocument.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyped(event.target)) return;
    if (root.querySelector("dialog.keys[open]")) return;
    if (event.key === "Escape") {
      // Wherever the focus is: what was pressed last may be gone.
      if (back(model)) event.preventDefault();
      return;
    }
    const found = keys.find(({ key }) => key === event.key);
    if (!found) return;
    event.preventDefault();
    found.press(model);
  });
}

export const keyHelp = (): TemplateResult =>
  html`<dialog class="keys" aria-label="Keys">
    <h2>Keys</h2>
    <dl>
      ${keys.map(
        ({ key, what }) =>
          html`<div>
            <dt><kbd>${key}</kbd></dt>
            <dd>${what}</dd>
          </div>`,
      )}
      <div>
        <dt><kbd>Esc</kbd></dt>
        <dd>Back</dd>
      </div>
      <div>
        <dt><kbd>← → ↑ ↓</kbd></dt>
        <dd>Between groups, samples and tokens, in what has the focus</dd>
      </div>
    </dl>
    <form method="dialog"><button type="submit" class="link">Close</button></form>
  </dialog>`;
