/** The parts of a completion in the R1 form `<think>…</think><answer>…</answer>`. */
export interface SplitReasoning {
  /** Text between the first `<think>` and the `</think>` after it; null without both. An unclosed `<think>` has no thinking. */
  readonly thinking: string | null;
  /** Text of the last closed `<answer>` after the thinking; null without one. */
  readonly answer: string | null;
  /** The whole completion is one thinking and one answer, white space between and around aside, with no further tag in either. */
  readonly wellFormed: boolean;
}

const tags = ["<think>", "</think>", "<answer>", "</answer>"] as const;
const hasTag = (text: string): boolean => tags.some((tag) => text.includes(tag));

/** Splits a completion by scanning for the tags: linear in its length, whatever it holds. */
export function splitReasoning(completion: string): SplitReasoning {
  const open = completion.indexOf("<think>");
  const close = open < 0 ? -1 : completion.indexOf("</think>", open + 7);
  const thinking = close < 0 ? null : completion.slice(open + 7, close);
  const after = close < 0 ? 0 : close + 8;
  const answerClose = completion.lastIndexOf("</answer>");
  const answerOpen = answerClose < 0 ? -1 : completion.lastIndexOf("<answer>", answerClose - 1);
  const answered = answerOpen >= after && answerClose >= answerOpen + 8;
  const answer = answered ? completion.slice(answerOpen + 8, answerClose) : null;
  const wellFormed =
    thinking !== null &&
    answer !== null &&
    !hasTag(thinking) &&
    !hasTag(answer) &&
    completion.slice(0, open).trim() === "" &&
    completion.slice(after, answerOpen).trim() === "" &&
    completion.slice(answerClose + 9).trim() === "";
  return { thinking, answer, wellFormed };
}
