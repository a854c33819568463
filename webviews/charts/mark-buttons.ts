/** Buttons at the marks of edits of the rewards and of notes, over the canvas: a click shows what was edited, or written. */
import { t } from "../shared/l10n";
import type UPlot from "uplot";
import { named } from "../../server/shared/unseen";
import type { Mark } from "./metric-table";

/** Pixels that a button needs beside its line. */
const roomOf = ({ short }: Mark): number => 16 + 9 * Math.max(2, short.length);

/** Puts a button at each mark that is in sight; those that are there already stay. */
export function markButtons(plot: UPlot, marks: readonly Mark[], open: (mark: Mark) => void): void {
  const { min, max } = plot.scales["x"] ?? {};
  const width = plot.over.clientWidth;
  const buttons = [...plot.over.querySelectorAll<HTMLButtonElement>("button.mark")];
  const edits = marks.filter(
    ({ edit, note, x }) =>
      (edit !== null || note !== undefined) && min !== undefined && max !== undefined && x >= min && x <= max,
  );
  for (const extra of buttons.splice(edits.length)) extra.remove();
  for (const [index, mark] of edits.entries()) {
    const button = buttons[index] ?? plot.over.appendChild(newButton());
    const left = plot.valToPos(mark.x, "x");
    const room = roomOf(mark);
    const beyond = left + room > width;
    button.textContent = mark.short;
    button.className = mark.note === undefined ? "mark" : "mark note-mark codicon codicon-comment";
    button.title = named(
      mark.note === undefined ? t("Rewards edited: {0}. Show what changed", mark.label) : mark.label,
    );
    button.style.left = `${beyond ? left - room : left + 2}px`;
    button.style.textAlign = beyond ? "right" : "left";
    button.onclick = (event) => {
      event.stopPropagation();
      open(mark);
    };
  }
}

function newButton(): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mark";
  // The list of edits above the charts is the keyboard's: a stop in each chart would be in the way.
  button.tabIndex = -1;
  // What lies below would begin a zoom, or open the traces.
  for (const name of ["mousedown", "mouseup", "dblclick"] as const)
    button.addEventListener(name, (event) => event.stopPropagation());
  return button;
}
