/** What *Verify Text…* shows: the steps of a verdict, in lines to read. */
import { plural } from "../shared/plural";
import { named } from "../shared/unseen";
import type { AnswerSource } from "../verifiers/maths/extract";
import type { MathVerdict } from "../verifiers/maths/verify-math";

const places: Readonly<Record<AnswerSource, string>> = {
  boxed: "in \\boxed{…}",
  "final answer": 'after "final answer"',
  "answer tag": "in <answer>…</answer>",
  "####": "behind ####",
  "answer is": 'behind "answer"',
  "whole text": "the text as a whole",
  "last expression": "the last expression of the text",
};

const heading = (score: MathVerdict["score"]): string => {
  if (score === null) return "Not judged (null): the gold answer cannot be read";
  return score === 1 ? "Right (1)" : "Wrong (0)";
};

/** `text`: the completion; `gold`: the gold answer; `verdict`: what `verifyMath` says of them. */
export function verdictReport(text: string, gold: string, verdict: MathVerdict): string {
  const rows: readonly (readonly [string, string])[] = [
    ["Gold answer", gold.trim()],
    ["  read as", verdict.gold === "" ? "nothing: it cannot be read" : verdict.gold],
    ["Completion", plural(text.length, "character")],
    ["  answer", verdict.source === null ? (verdict.score === null ? "not looked for" : "none found") : verdict.answer],
    ...(verdict.source === null
      ? []
      : ([
          ["  found", places[verdict.source]],
          ["  read as", verdict.parsed === "" ? "nothing: it cannot be read" : verdict.parsed],
        ] as const)),
    ["Decided by", verdict.rule],
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const indented = (value: string): string => value.split("\n").join(`\n${" ".repeat(width)}`);
  const lines = rows.map(([name, value]) => name.padEnd(width) + indented(named(value)));
  return [heading(verdict.score), "", ...lines, ""].join("\n");
}
