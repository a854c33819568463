/** Rows of files whose prompts are held out: refused, or left out, as the stage has it; and said either way. */
import { heldOutTest } from "../evaluation/leaks";
import type { LeftOutRow } from "../protocol/reports";
import { placeText, type Place } from "../tasks/task";
import type { StageContext } from "./context";
import { UserError } from "../shared/user-error";

/** Of the message that ends a run before it trains. */
export class HeldOutRowsError extends UserError {}

interface FileRow {
  readonly place: Place;
  /** What is asked in it: its prompt, and each thing that a user says. */
  readonly asked: readonly string[];
}

export interface HeldOutRows<T> {
  readonly kept: readonly T[];
  readonly leftOut: readonly LeftOutRow[];
}

/** Rows that a message names. */
const named = 10;

/** The first places of many, and how many more there are. */
export const placesText = (places: readonly Place[]): string =>
  `${places.slice(0, named).map(placeText).join(", ")}${places.length > named ? ` and ${places.length - named} more` : ""}`;

/** Throws with file and line of the first ones and the number of all when the stage refuses them; its report then lists all. */
export function withoutHeldOut<T>(
  context: StageContext,
  stage: { readonly name: string; readonly held_out_rows: "refuse" | "drop" },
  rows: readonly T[],
  rowOf: (row: T) => FileRow,
): HeldOutRows<T> {
  const isHeldOut = heldOutTest(context.recipe, context);
  const kept: T[] = [];
  const leftOut: LeftOutRow[] = [];
  for (const row of rows) {
    const { place, asked } = rowOf(row);
    const prompt = asked.find(isHeldOut);
    if (prompt === undefined) kept.push(row);
    else leftOut.push({ file: place.file, line: place.line, prompt, reason: "held-out" });
  }
  const [first, ...others] = leftOut;
  if (!first) return { kept, leftOut };
  if (stage.held_out_rows === "drop") {
    context.remark(
      "held-out-rows",
      `${leftOut.length} of ${rows.length} rows are left out: their prompts are held out for evaluation (${placesText(leftOut)}).`,
    );
    return { kept, leftOut };
  }
  context.run.saveReport(stage.name, { kind: "held-out-rows", leftOut });
  const prompt = first.prompt.length > 80 ? `${first.prompt.slice(0, 80)}…` : first.prompt;
  const rest =
    others.length === 0
      ? "Remove the line"
      : `So ${others.length === 1 ? "is that of 1 more row" : `are those of ${others.length} more rows`}: ${placesText(others)}; reports/${stage.name}.json of the run lists all. Remove them`;
  throw new HeldOutRowsError(
    `${placeText(first)}: the prompt ${JSON.stringify(prompt)} is held out for evaluation and must not be trained on. ${rest}, or set "held_out_rows": "drop" of ` +
      `the stage ${stage.name}, which leaves them out.`,
  );
}
