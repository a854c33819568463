/** Multiple choice: which letter a completion chooses, and answers that have the letter of their choice before them. */
import type { Boxes } from "./boxes";

/** Longest text in which a choice is looked for, from its end. */
const reach = 4_000;

/** A text without the commands that only set words: `\\textbf{(B)}\\ 42` is `(B) 42`. */
export const unset = (text: string): string =>
  text
    .replaceAll(/\\(?:text(?:bf|it|rm|normal)?|mathrm|mathbf|mbox|bf|rm)\s*\{([^{}]*)\}/g, "$1 ")
    .replaceAll(/\\(?:q?quad(?![a-zA-Z])|[ ,;:!])|~/g, " ")
    .replaceAll(/\$|\*\*/g, "");

/** Whether a text can begin with the letter of a choice at all: most answers are told by their first character. */
const mayBeLabelled = (text: string): boolean => /^[\s$*]*(?:\(|[A-J](?![a-z])|\\(?:text|math|mbox|bf|rm))/.test(text);

const labelled = /^\s*(?:\(([A-J])\)|([A-J])\s*[.)])\s*(\S*[\w\\][\s\S]*)$/;

/** An answer without the letter of its choice: `(B) 42`, `B. 42`. What has none stays as it is. */
export function withoutLabel(content: string): string {
  if (!mayBeLabelled(content)) return content;
  const found = labelled.exec(unset(content));
  // The rest as it was written, with its commands.
  const start = found === null ? -1 : content.indexOf(found[3]!.slice(0, 1), content.search(/[A-J]\s*[.:)]*/) + 1);
  if (found === null || start < 0) return content;
  const rest = content.slice(start).replace(/^[.:)}\s]+|^\\[ ,;:!]/, "");
  return unset(rest).replaceAll(/\s/g, "") === found[3]!.replaceAll(/\s/g, "") ? rest : content;
}

/** The letter and the answer of a gold answer such as `C. 42`; null for any other. `answer` is empty where only the letter stands. */
export function goldChoice(gold: string): { readonly letter: string; readonly answer: string } | null {
  if (!mayBeLabelled(gold)) return null;
  const text = unset(gold).trim();
  const only = /^\(?([A-J])\)?\s*[.:,]?$/.exec(text);
  if (only !== null) return { letter: only[1]!, answer: "" };
  const found = labelled.exec(text);
  return found === null ? null : { letter: (found[1] ?? found[2])!, answer: withoutLabel(gold) };
}

/** What a box says behind the letter of a choice, `42` of `(B) 42`; empty where it says nothing more. */
export function behindChoice(boxes: Boxes | null): string {
  const [content] = boxes?.contents ?? [];
  if (content === undefined) return "";
  const rest = withoutLabel(content);
  return rest === content ? "" : rest;
}

const inBox =
  /^\s*(?:(?:the\s+)?(?:correct\s+)?(?:option|choice|answer)(?:\s+is)?\s*:?\s*)?(?:\(([A-J])\)|([A-J])(?=\s*(?:[.:)]|$)))/i;
/** "option C", "the answer is (B) 42", "C is correct". */
const statements = [
  /\b(?:answer|option|choice)\b(?:\s+(?:is|would be|should be|must be))?\s*:?\s*(?:(?:option|choice)\s+)?(?:\(([A-J])\)|([A-J])(?![A-Za-z'’]))/g,
  /\banswer\s*(?::|is)\s*\(?([a-j])\)?(?=[.\s]*$)/gi,
  /\b(?:choose|chose|pick|select|go with)\s+(?:(?:option|choice|answer)\s+)?(?:\(([A-J])\)|([A-J]))(?=\s*(?:[.,;:!]|$|\n|(?:because|since|as)\b))/g,
  /(?:^|[.,\n]\s*|\b(?:so|thus|hence|therefore)\s+)(?:option\s+|choice\s+)?(?:\(([A-J])\)|([A-J]))\s+is\s+(?:the\s+)?(?:correct|right|best|true)\b/gi,
];
/** "(d)", "Option D": nothing but a letter. */
const onlyLetter = /^\s*(?:the\s+)?(?:(?:final\s+)?answer|option|choice)?\s*:?\s*(?:\(([A-J])\)|([A-J]))[\s.]*$/i;
const leading = /^\s*(?:\(([A-J])\)|([A-J])(?=\s*(?:[.:),;]|$|\s(?:because|since|as)\b)))/;
/** What follows a letter that is not chosen, or not alone. */
const withdrawn =
  /^\)?\s*(?:(?:is|was|are|cannot be|can't be|isn't)\s+(?:not|wrong|incorrect|false|invalid)|isn't|cannot|can't|,?\s*(?:or|and|\/|,)?\s*\([A-J]\)|,?\s*(?:or|and|\/)\s*[A-J]\b)/i;

/** Another letter beside the one that is chosen: "D (or A)", "A, B, C", "A, but it may be B". */
const beside =
  /^\)?[ \t*]*(?:[,;|/&+(?]+[ \t]*)*(?:(?:[Oo]r|[Aa]nd|[Aa]nd\/or|[Bb]ut|[Pp]erhaps|[Mm]aybe|[Pp]ossibly|else|also|it|may|might|could|be|either|option|choice)\b[ \t,]*)*\(?([A-J])\)?(?=[ \t*]*(?:$|[\n.,;|/&+)?]|\b(?:or|and|but|if)\b))/;
/** Whether what stands behind a letter says that it is not chosen, or not alone. */
const isWithdrawn = (behind: string, letter: string): boolean => {
  const other = beside.exec(behind)?.[1];
  return withdrawn.test(behind) || (other !== undefined && other !== letter);
};

const letterOf = (match: RegExpExecArray | RegExpMatchArray): string => (match[1] ?? match[2])!.toUpperCase();

/** The letter that a completion chooses; null where it says none clearly. `boxes`: what it boxed, which comes first. */
export function statedChoice(text: string, boxes: Boxes | null): string | null {
  if (boxes !== null) {
    const chosen = boxes.contents.map((content) => inBox.exec(unset(content)));
    const [only] = chosen;
    if (chosen.length !== 1 || only === null || only === undefined) return null;
    return isWithdrawn(only.input.slice(only[0].length), letterOf(only)) ? null : letterOf(only);
  }
  const said = unset(text.slice(-reach));
  const alone = onlyLetter.exec(said);
  if (alone !== null) return letterOf(alone);
  let chosen: { letter: string; at: number } | null = null;
  for (const pattern of statements)
    for (const match of said.matchAll(pattern)) {
      const behind = said.slice(match.index + match[0].length, match.index + match[0].length + 60);
      // Before it: "is not option C".
      if (isWithdrawn(behind, letterOf(match)) || /\b(?:not|n't|neither|than)\s*$/i.test(said.slice(0, match.index)))
        continue;
      if (chosen === null || match.index >= chosen.at) chosen = { letter: letterOf(match), at: match.index };
    }
  if (chosen !== null) return chosen.letter;
  const first = leading.exec(said);
  if (first === null) return null;
  const behind = said.slice(first[0].length, first[0].length + 60);
  return isWithdrawn(behind, letterOf(first)) ? null : letterOf(first);
}
