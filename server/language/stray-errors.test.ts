/** Errors that no call waits for, in the editor: from a live run, and from Score Samples. */
import { expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { StrayError } from "../protocol/traces";
import { rewardDiagnostics } from "./reward-diagnostics";
import { resultOfOutcomes } from "./reward-results";

const text = "export const correct = () => {\n  void Promise.reject(new Error());\n  return 1;\n};\n";
const document = TextDocument.create("file:///a.reward.ts", "typescript", 1, text);
const stray: StrayError = {
  reward: "correct",
  message: "Error: astray",
  file: "/a.reward.ts",
  line: 2,
  column: 3,
  count: 4,
};

test("each stands at its line once, whoever has told of it", () => {
  const result = { ...resultOfOutcomes([], null), strays: [{ ...stray, count: 1 }] };
  const both = rewardDiagnostics(document, { results: new Map([["correct", result]]), refusals: [], strays: [stray] });
  expect(both).toMatchObject([
    {
      range: { start: { line: 1, character: 2 } },
      severity: 2,
      message: "correct: Error: astray. No call waits for this, so it is of no sample. Is an await missing?",
    },
  ]);
  expect(
    rewardDiagnostics(document, { results: new Map(), refusals: [], strays: [{ ...stray, reward: "other" }] }),
  ).toEqual([]);
});
