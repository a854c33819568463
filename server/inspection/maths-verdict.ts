/** A verdict of the maths verifier as rows to read: what was read, where, as what, and the rule that decided. */
import { plural } from "../shared/plural";
import type { ReadAnswer } from "../verifiers/answers/read-answer";
import type { MathVerdict } from "../verifiers/maths/verify-math";

export type VerdictRow = readonly [name: string, value: string];

/** Where an answer stood, in words. */
export const answerPlaces: Readonly<Record<ReadAnswer["source"], string>> = {
  boxed: "in \\boxed{…}",
  "final answer": 'after "final answer"',
  "answer tag": "in <answer>…</answer>",
  "####": "behind ####",
  "answer is": 'behind "answer"',
  "whole text": "the text as a whole",
  "last expression": "the last expression of the text",
  "last number": "the last number of the text",
  program: "as the program of the text",
};

const unreadable = "nothing: it cannot be read";

/** `text`: the completion; `gold`: the gold answer; `verdict`: what `verifyMath` says of them. */
export function mathsRows(text: string, gold: string, verdict: MathVerdict): VerdictRow[] {
  return [
    ["Gold answer", gold.trim()],
    ["  read as", verdict.gold === "" ? unreadable : verdict.gold],
    ["Completion", plural(text.length, "character")],
    ["  answer", verdict.source === null ? (verdict.score === null ? "not looked for" : "none found") : verdict.answer],
    ...(verdict.source === null
      ? []
      : ([
          ["  found", answerPlaces[verdict.source]],
          ["  read as", verdict.parsed === "" ? unreadable : verdict.parsed],
        ] as const)),
    ["Decided by", verdict.rule],
  ];
}
