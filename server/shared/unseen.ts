/**
 * Characters that a reader of a text does not see, or that change how the rest of it is seen: `1\u200b0` looks like 10 and is not, and behind U+202E a
 * wrong answer reads like the right one. What models and data say is shown with such characters named, in the order in which they stand.
 */

/**
 * Those that are always named: controls but tab and line ends, soft hyphens, fillers, what turns directions around, what has no width, tags, halves of
 * characters, and line ends that no file of lines has. Those that stand where writing needs them are in {@link needed}.
 */
const unseen = String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Cs}]|\r(?!\n)`;

/** Scripts whose spelling has joiners. */
const joining = ["Arab", "Beng", "Deva", "Gujr", "Guru", "Khmr", "Knda", "Mlym", "Mong", "Mymr", "Nkoo", "Orya"]
  .concat(["Sinh", "Syrc", "Taml", "Telu"])
  .map((script) => `\\p{scx=${script}}`)
  .join("");

/** Joiners and variants where a script or a picture is written with them, once for each sign: no text hides in these. */
const needed = [
  `(?<=[${joining}])[\\u200c\\u200d](?=[${joining}])`,
  String.raw`(?<=\p{sc=Mong})[\u180b-\u180d\u180f]`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[\p{Extended_Pictographic}\p{So}\p{sc=Han}])[\ufe00-\ufe0f]`,
  String.raw`(?<=\p{sc=Han})[\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=[#*0-9])\ufe0f(?=\u20e3)`,
  // The flags of England and others.
  String.raw`(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]{1,12}\u{e007f}`,
].join("|");

const anyUnseen = new RegExp(unseen, "gu");
const neededHere = new RegExp(needed, "uy");

/** A stretch of a text. */
export interface SeenPart {
  readonly text: string;
  /** `U+202E` of one character that is not seen; null of text that is. */
  readonly name: string | null;
}

/** The parts in order; joined, they are the text. */
export function seenParts(text: string): SeenPart[] {
  const parts: SeenPart[] = [];
  let shown = 0;
  let neededUntil = 0;
  for (const { 0: character, index } of text.matchAll(anyUnseen)) {
    if (index < neededUntil) continue;
    neededHere.lastIndex = index;
    if (neededHere.test(text)) {
      neededUntil = neededHere.lastIndex;
      continue;
    }
    if (index > shown) parts.push({ text: text.slice(shown, index), name: null });
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    parts.push({ text: character, name: `U+${code}` });
    shown = index + character.length;
  }
  if (shown < text.length) parts.push({ text: text.slice(shown), name: null });
  return parts;
}

/** The text with `⟨U+202E⟩` in place of each character that is not seen, where nothing but plain text can be shown. */
export const named = (text: string): string =>
  seenParts(text)
    .map((part) => (part.name === null ? part.text : `⟨${part.name}⟩`))
    .join("");
