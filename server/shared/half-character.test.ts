import { expect, test } from "vitest";
import { halfCharacterAt, refuseHalfCharacters } from "./half-character";

test.each<[unknown, string | null]>([
  [{ prompt: "a 😀", answer: "b" }, null],
  [{ prompt: "a", answer: "b \ud83d" }, "answer"],
  [{ prompt: "\ude00\ud83d" }, "prompt"],
  [{ id: 1, messages: [{ content: "a" }, { content: "\udc00" }], x: null }, "messages.1.content"],
  [{ extra: { "\ud800": 1 } }, "extra"],
  [[], null],
])("half a character is found where it is: %#", (value, path) => {
  expect(halfCharacterAt(value)).toBe(path);
});

test("however deep a value is", () => {
  let value: unknown = "\ud83d";
  for (let depth = 0; depth < 100_000; depth++) value = [value];
  expect(halfCharacterAt(value)).toMatch(/^0\.0\./);
});

test("the column is named", () => {
  expect(() => refuseHalfCharacters({ prompt: "Q \ud83d x" })).toThrow(/^"prompt" holds half a character/);
});
