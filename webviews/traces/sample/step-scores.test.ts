import { expect, test } from "vitest";
import type { RolloutSummary } from "../../../server/protocol/traces";
import { completionSteps } from "../../../server/shared/steps";
import { measureOf } from "./measures";
import { scoresByToken, tokenStarts } from "./step-scores";
import type { Tokens } from "./tokens";

const tokensOf = (texts: readonly string[]): Tokens => ({
  pending: false,
  count: texts.length,
  ids: Int32Array.from(texts, (_, id) => id),
  texts: new Map(texts.map((text, id) => [id, text])),
  columns: { logprob: null, oldLogprob: null, referenceLogprob: null, entropy: null, ratio: null, kl: null },
  clipped: null,
  top: null,
  topProblem: null,
  klEstimator: null,
  damaged: [],
});
const scored = (steps: readonly number[]) => ({ kind: "score" as const, score: 1, extras: {}, steps: [...steps] });

const completion = "<think>4;11;13</think><answer>13</answer>";

test("tokens have the score of the step that they begin in; tags, answers and what is behind the end have none", () => {
  const texts = ["<think>", "4;", "1", "1;", "13", "</think>", "<answer>", "13", "</answer>", "<eos>"];
  expect([...scoresByToken(tokensOf(texts), completion, [1, -1, 0.5])!]).toEqual([
    NaN,
    1,
    -1,
    -1,
    0.5,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ]);
});

test("what the prompt began is passed over, and parts of characters are found again", () => {
  const begun = tokensOf(["4;", "11;", "13", "</think>", "<answer>", "13", "</answer>", "<eos>"]);
  expect([...tokenStarts(begun, completion)!]).toEqual([7, 9, 12, 14, 22, 30, 32, -1]);
  const pieces = tokensOf(["a", "\ufffd", "\ufffd", "b", "<eos>"]);
  expect([...tokenStarts(pieces, "a\u{1f600}b")!]).toEqual([0, 1, 1, 3, -1]);
  expect(tokenStarts(tokensOf(["other", "words"]), completion)).toBeNull();
  expect(tokenStarts(tokensOf(["<think>", "4;"]), completion)).toBeNull();
});

test("the choice shows the first reward's scores, names the others, and says why there are none", () => {
  const texts = tokensOf(["<think>", "4;", "11;", "13", "</think>", "<answer>", "13", "</answer>"]);
  const of = (rewards: RolloutSummary["rewards"], tokens = texts) =>
    measureOf("step", tokens, { purpose: "train", advantage: 1, rewards, completion }, null);
  const found = of({ a: { kind: "not-applicable" }, b: scored([1, 0, -2]), c: scored([0, 0, 0]) });
  expect("measure" in found && Array.from(found.measure.values).slice(1, 4)).toEqual([1, 0, -2]);
  expect("measure" in found && [found.measure.full, found.measure.note]).toEqual([
    2,
    expect.stringContaining("of c, too"),
  ]);
  expect(of({})).toEqual({ missing: expect.stringContaining("No reward gave scores of steps") as string });
  expect(of({ b: scored([1]) })).toEqual({ missing: expect.stringContaining("other steps") as string });
  expect(of({ b: scored([1, 0, 0]) }, tokensOf(["x"]))).toEqual({
    missing: expect.stringContaining("do not spell") as string,
  });
});

test("steps lie where they stand in the completion, in all of its thinking, or in all of it where it does not think", () => {
  for (const text of [
    completion,
    "one\n\ntwo",
    " <think>\n a\n\n b </think> mid <think>c;d</think> end",
    "<answer>4</answer>",
    "",
  ])
    for (const { text: step, start } of completionSteps(text))
      expect(text.slice(start, start + step.length)).toBe(step);
  expect(completionSteps(" <think>a\n\nb</think>x<think>c;d</think>").map(({ text }) => text)).toEqual([
    "a\n\n",
    "b",
    "c;",
    "d",
  ]);
  expect(completionSteps("<answer>4</answer>")).toEqual([]);
});
