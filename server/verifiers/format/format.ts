import { occurrences } from "./measure";
import { splitReasoning } from "./split-reasoning";

/**
 * - `strict`: open-r1's format without its faults: `<think>`, `</think>`, `<answer>` and `</answer>` once each, in this order, each on a line of
 *   its own, with something to read in both parts (two letters or digits of thinking at least) and nothing outside of them.
 * - `soft`: the same, but the tags need no lines of their own and white space may stand between and around them.
 * - `think`: `<think>` at the start, one `</think>`, and something to read before and after that. For models that answer without tags.
 * - `open-r1`: exactly open-r1's `format_reward`. Known faults: takes several blocks of thinking and answer, empty ones, and any text in
 *   the lines after `</answer>`.
 * - `trl`: exactly TRL's `think_format_reward`. Known faults: takes an empty thinking, no answer, and more than one `</think>`.
 */
export type FormatStyle = "strict" | "soft" | "think" | "open-r1" | "trl";

/** Without characters that nobody sees: some of them are letters. */
const seen = (text: string): string => text.replaceAll(/[\p{Default_Ignorable_Code_Point}\p{M}\u2800]/gu, "");

/** Whether there is something to read: two letters or digits at least. */
const isThought = (text: string | null): boolean => text !== null && /[\p{L}\p{N}][^]*[\p{L}\p{N}]/u.test(seen(text));

/** One sign is enough, but not the point or the dash of a sentence that is not there. */
const isAnswer = (text: string | null): boolean =>
  text !== null && /[\p{L}\p{N}\p{S}*/\\%&#@()[\]{}_-]/u.test(seen(text));

function isSoft(completion: string): boolean {
  const { thinking, answer, wellFormed } = splitReasoning(completion);
  return wellFormed && isThought(thinking) && isAnswer(answer);
}

function isThink(completion: string): boolean {
  const { thinking } = splitReasoning(completion);
  return (
    thinking !== null &&
    completion.startsWith("<think>") &&
    occurrences(completion, "<think>") === 1 &&
    occurrences(completion, "</think>") === 1 &&
    isThought(thinking) &&
    isAnswer(completion.slice(thinking.length + 15))
  );
}

/** Whether a line ends at `index`, as `$` of a pattern for several lines says. */
const endsLine = (text: string, index: number): boolean => index === text.length || text[index] === "\n";

/**
 * open-r1's `^<think>\n.*?\n</think>\n<answer>\n` with `.` for any character: where what matches it ends earliest, or -1. Of the patterns that
 * go on from there, one matches somewhere if it matches from the earliest end, so that no search goes back.
 */
export function afterAnswerTag(completion: string): number {
  const middle = "\n</think>\n<answer>\n";
  const at = completion.startsWith("<think>\n") ? completion.indexOf(middle, 8) : -1;
  return at < 0 ? -1 : at + middle.length;
}

/** `\n</answer>$` anywhere from `start` on. */
export function closesAnswer(completion: string, start: number): boolean {
  const close = "\n</answer>";
  for (let at = completion.indexOf(close, start); at >= 0; at = completion.indexOf(close, at + 1))
    if (endsLine(completion, at + close.length)) return true;
  return false;
}

function isOpenR1(completion: string): boolean {
  const start = afterAnswerTag(completion);
  return start >= 0 && closesAnswer(completion, start);
}

/** TRL's `^<think>(?!.*<think>)(.*?)</think>.*$`, matched at the start, with `.` for any character. */
const isTrl = (completion: string): boolean =>
  completion.startsWith("<think>") && completion.lastIndexOf("<think>") === 0 && completion.includes("</think>", 7);

const styles: Readonly<Record<FormatStyle, (completion: string) => boolean>> = {
  strict: (completion) => isSoft(completion) && isOpenR1(completion),
  soft: isSoft,
  think: isThink,
  "open-r1": isOpenR1,
  trl: isTrl,
};

export interface FormatOptions {
  /**
   * The prompt ended with `<think>`, as chat templates of reasoning models have it: a completion begins within the thinking, and has the form that it
   * has with this tag before it. One that has the tag is judged as it is. In a run that is known, and the completions that rewards get have the tag.
   */
  readonly opened?: boolean;
}

/** A completion with the tag that its prompt ended with. */
export const withOpening = (completion: string, { opened = false }: FormatOptions): string =>
  opened && !/^\s*<think>/.test(completion) ? `<think>\n${completion}` : completion;

/** 1 where a completion has the form of R1, else 0; see {@link FormatStyle} for the forms. Linear in the completion's length. */
export function format(completion: string, style: FormatStyle = "strict", options: FormatOptions = {}): 0 | 1 {
  if (!Object.hasOwn(styles, style))
    throw new RangeError(`format knows no style "${style}": give one of ${Object.keys(styles).join(", ")}.`);
  return styles[style](withOpening(completion, options)) ? 1 : 0;
}
