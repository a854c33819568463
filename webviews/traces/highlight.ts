/** Search hits within a text. */
import { html } from "../shared/l10n";
import { nothing, type TemplateResult } from "lit";
import type { Marks } from "../../server/protocol/traces";
import { visible } from "../shared/visible";

export const noMarks: Marks = { at: [], more: false };

/** What is marked of a sample. */
export interface SampleMarks {
  readonly prompt: Marks;
  readonly completion: Marks;
}

const unmarked: SampleMarks = { prompt: noMarks, completion: noMarks };

export const marksOf = (
  marks: ReadonlyMap<number, SampleMarks>,
  { sample }: { readonly sample: number },
): SampleMarks => marks.get(sample) ?? unmarked;

export interface Stretch {
  readonly text: string;
  readonly hit: boolean;
}

/** Cuts a text at its marks, whose places are counted from `from` before it; joined, the stretches are the text. */
export function stretches(text: string, { at }: Pick<Marks, "at">, from = 0): Stretch[] {
  const result: Stretch[] = [];
  let position = 0;
  const add = (to: number, hit: boolean): void => {
    if (to > position) result.push({ text: text.slice(position, to), hit });
    position = Math.max(position, to);
  };
  for (let index = 0; index + 1 < at.length; index += 2) {
    const [start, end] = [at[index]! - from, at[index + 1]! - from];
    if (end <= 0) continue;
    if (start >= text.length) break;
    add(start, false);
    add(Math.min(end, text.length), true);
  }
  add(text.length, false);
  return result.length === 0 ? [{ text, hit: false }] : result;
}

/** That not every hit is marked; nothing where all are. */
export const moreMarks = ({ at, more }: Marks): TemplateResult | typeof nothing =>
  more ? html`<p class="cut">Only the first ${at.length / 2} hits are marked.</p>` : nothing;

/** As markup; `from`: where the text begins in that which the marks are of. */
export function highlight(text: string, marks: Marks, from = 0): (string | TemplateResult)[] {
  return stretches(text, marks, from).flatMap((stretch) =>
    stretch.hit ? html`<mark>${visible(stretch.text)}</mark>` : visible(stretch.text),
  );
}
