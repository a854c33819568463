import fc from "fast-check";
import { expect, test } from "vitest";
import { isSameNumber, lastNumber, readAnswerAt } from "./answer-places";

test.each([
  ["it costs $1,234.50.", "1234.50"],
  ["12 + 30 = 42", "42"],
  ["so x is -7", "-7"],
  ["so x is −7", "-7"],
  ["9-4", "4"],
  ["9 - 4", "4"],
  ["f(x)-3", "3"],
  ["a-3", "3"],
  ["= -3", "-3"],
  ["There are 3 r's, I counted 1, 2, 3.", "3"],
  ["1,23", "23"],
  ["version 1.2.3", "1.2"],
  ["<answer>18</answer>", "18"],
  ["007", "007"],
  ["it is .5", ".5"],
  ["Fig.5", null],
  ["1.", "1"],
  ["none", null],
  ["", null],
])("the last number of %j is %j", (text, number) => {
  expect(lastNumber(text)).toBe(number);
});

test("thinking holds no answer", () => {
  expect(readAnswerAt("last-number", "<think>12 and 13</think>It is 25, I think.")?.text).toBe("25");
  expect(readAnswerAt("last-number", "<think>12 and 13</think>I do not know.")).toBeNull();
  expect(readAnswerAt("boxed", String.raw`<think>\boxed{1}</think>So \boxed{2} it is.`)?.text).toBe("2");
  expect(readAnswerAt("tags", "<think>3</think><answer> 4 </answer>")).toEqual({ text: "4", source: "answer tag" });
});

test("only the place that is named counts", () => {
  const all = String.raw`<answer>1</answer> \boxed{2} the answer is 3`;
  expect(["tags", "boxed", "last-number"].map((place) => readAnswerAt(place as "tags", all)?.text)).toEqual([
    "1",
    "2",
    "3",
  ]);
  expect(readAnswerAt("tags", "the answer is 3")).toBeNull();
  expect(readAnswerAt("boxed", "<answer>3</answer>")).toBeNull();
});

test("numbers are the same by their value, to the last digit", () => {
  for (const [a, b] of [
    ["18", "18.00"],
    ["1,234", "1234"],
    ["007", "7"],
    ["-0", "0"],
    [".5", "0.50"],
    [".5", "0.50"],
    ["+5", "5"],
    ["−2.50", "-2.5"],
  ] as const)
    expect(isSameNumber(a, b), `${a} ${b}`).toBe(true);
  for (const [a, b] of [
    ["18", "18.01"],
    ["2", "-2"],
    ["9007199254740993", "9007199254740992"],
    ["1,23", "123"],
    ["", ""],
    ["x", "x"],
  ] as const)
    expect(isSameNumber(a, b), `${a} ${b}`).toBe(false);
});

test("a number is found behind any text that has no other", () => {
  const wordy = fc.string().filter((text) => !/[\d.,\-−]/.test(text));
  fc.assert(
    fc.property(wordy, fc.integer(), wordy, (before, number, after) => {
      expect(lastNumber(`${before} = ${number} ${after}`)).toBe(String(number));
    }),
  );
});
