/** Search hits within a text. */
import { html } from "../shared/l10n";
import type { TemplateResult } from "lit";
import { visible } from "../shared/visible";

export interface Stretch {
  readonly text: string;
  readonly hit: boolean;
}

/** Cuts the text at the places where one of `needles` stands, whatever its case, the first one that is given first; joined, the stretches are the text. */
export function stretches(text: string, needles: readonly string[]): Stretch[] {
  return needles.reduce<Stretch[]>(
    (parts, needle) => parts.flatMap((part) => (part.hit ? [part] : cut(part.text, needle))),
    [{ text, hit: false }],
  );
}

function cut(text: string, needle: string): Stretch[] {
  const wanted = needle.toLowerCase();
  const folded = text.toLowerCase();
  // Lower case can be longer than the text (İ); places in it would then point elsewhere.
  if (wanted === "" || folded.length !== text.length) return [{ text, hit: false }];
  const result: Stretch[] = [];
  let position = 0;
  for (let hit = folded.indexOf(wanted); hit >= 0; hit = folded.indexOf(wanted, position)) {
    if (hit > position) result.push({ text: text.slice(position, hit), hit: false });
    result.push({ text: text.slice(hit, hit + wanted.length), hit: true });
    position = hit + wanted.length;
  }
  if (position < text.length || result.length === 0) result.push({ text: text.slice(position), hit: false });
  return result;
}

export function highlight(text: string, needles: readonly string[]): (string | TemplateResult)[] {
  return stretches(text, needles).flatMap((stretch) =>
    stretch.hit ? html`<mark>${visible(stretch.text)}</mark>` : visible(stretch.text),
  );
}
