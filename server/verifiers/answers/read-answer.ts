/** The answer of a completion that is held against the gold one by its signs, and programs. Answers by value: `readMathAnswer`. */
import { extractCode } from "../code/extract-code";
import { afterReasoning, splitReasoning } from "../format/split-reasoning";
import { findBoxes } from "../maths/boxes";
import { extractAnswer, type AnswerSource } from "../maths/extract";

export interface ReadAnswer {
  readonly text: string;
  /** Where it stood. */
  readonly source: AnswerSource | "last number" | "program";
}

/** Whether something in the completion says that this is its answer. */
export const isMarked = ({ source }: Pick<ReadAnswer, "source">): boolean =>
  source !== "whole text" && source !== "last expression";

/** Longest text, in UTF-16 units, that is an answer as a whole. */
const longestWhole = 300;

const worded = /^\\(?:text\w*|mathrm|mbox)\s*\{([^{}]*)\}$/;

/** A text as an answer, without white space around it and LaTeX's `\text`; null: there is nothing in it. */
export const givenAnswer = (text: string, source: ReadAnswer["source"]): ReadAnswer | null => {
  const plain = text.trim();
  return plain === "" ? null : { text: worded.exec(plain)?.[1]?.trim() ?? plain, source };
};

/**
 * What `<answer>…</answer>` holds (of a box within it the box's), sign for sign; else what is marked in one of `verifyMath`'s places: a box, "final
 * answer is", `####`, "answer is". `unmarked`: else the whole of what stands behind the thinking, unless it is long. Null: there is no answer.
 */
export function readAnswer(completion: string, { unmarked }: { readonly unmarked: boolean }): ReadAnswer | null {
  const { answer } = splitReasoning(completion);
  if (answer !== null) return givenAnswer(findBoxes(answer, false)?.contents.join(", ") ?? answer, "answer tag");
  for (const { source, readings } of extractAnswer(completion, { notation: "any", gold: false }))
    if (isMarked({ source })) return givenAnswer(readings[0]?.parts.join(", ") ?? "", source);
  const whole = afterReasoning(completion).trim();
  return unmarked && whole.length <= longestWhole ? givenAnswer(whole, "whole text") : null;
}

/** The program of a completion, as `verifyCode` finds it. */
export function readProgram(completion: string, language: "python" | "javascript"): ReadAnswer | null {
  const found = extractCode(completion, language);
  return found && { text: found.code, source: "program" };
}
