import fc from "fast-check";
import { expect, test } from "vitest";
import { completionParts } from "./completion-parts";

function check(completion: string, expected: readonly (readonly [string, string])[]): void {
  expect(completionParts(completion).map(({ kind, text }) => [kind, text])).toEqual(expected);
}

test("thinking and answer are set apart", () => {
  check("<think>1+1=2</think><answer>2</answer>", [
    ["thinking", "1+1=2"],
    ["answer", "2"],
  ]);
});

test("text around the blocks is kept", () => {
  check("a<think>b</think> c <answer>d</answer>e", [
    ["text", "a"],
    ["thinking", "b"],
    ["text", " c "],
    ["answer", "d"],
    ["text", "e"],
  ]);
});

test("a block that is cut off runs to the end", () => {
  const parts = completionParts("<think>b6+4=10;c1");
  expect(parts).toEqual([{ kind: "thinking", open: "<think>", text: "b6+4=10;c1", close: "" }]);
});

test("a lone </think> closes the block that the prompt has opened", () => {
  check("4+4=8</think><answer>8</answer>", [
    ["thinking", "4+4=8"],
    ["answer", "8"],
  ]);
});

test("text without blocks is text", () => {
  check("just 8 < 9", [["text", "just 8 < 9"]]);
  check("", []);
});

test("parts with their tags are the completion again, whatever a model writes", () => {
  const piece = fc.constantFrom("<think>", "</think>", "<answer>", "</answer>", "<", "think>", "12", "\n", "🎉");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const completion = pieces.join("");
      const parts = completionParts(completion);
      expect(parts.map(({ open, text, close }) => open + text + close).join("")).toBe(completion);
    }),
  );
});
