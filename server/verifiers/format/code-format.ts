import { afterAnswerTag, closesAnswer, format, withOpening, type FormatOptions } from "./format";
import { splitReasoning } from "./split-reasoning";

export interface CodeFormatOptions extends FormatOptions {
  /** What stands after the fence: `python`, `javascript`, … */
  readonly language?: string;
  /**
   * `strict` and `soft`: as {@link format} has them, with a closed block of code in exactly this language in the answer. `open-r1`: exactly
   * open-r1's `code_format_reward`, with the faults of its format; it also takes `java` for what is `javascript`.
   */
  readonly style?: "strict" | "soft" | "open-r1";
}

/** A line "```language", and after it a line that begins with "```". */
function hasBlock(answer: string, language: string): boolean {
  let inside = false;
  for (const line of answer.split("\n")) {
    if (!line.startsWith("```")) continue;
    if (inside) return true;
    inside = line.slice(3).trim() === language;
  }
  return false;
}

function isOpenR1(completion: string, language: string): boolean {
  const start = afterAnswerTag(completion);
  const opened = start < 0 ? -1 : completion.indexOf(`\`\`\`${language}`, start);
  const closed = opened < 0 ? -1 : completion.indexOf("```", opened + 3 + language.length);
  return closed >= 0 && closesAnswer(completion, closed + 3);
}

/** 1 where a completion has the form of R1 with a block of code in its answer, else 0. */
export function codeFormat(
  given: string,
  { language = "python", style = "strict", ...options }: CodeFormatOptions = {},
): 0 | 1 {
  const completion = withOpening(given, options);
  if (language.trim() === "") throw new RangeError("codeFormat: language is empty.");
  if (style === "open-r1") return isOpenR1(completion, language) ? 1 : 0;
  if (format(completion, style) === 0) return 0;
  return hasBlock(splitReasoning(completion).answer ?? "", language) ? 1 : 0;
}
