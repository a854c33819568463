/** Hovers and completions in a line of cases. */
import { expect, test } from "vitest";
import { completeInCase, hoverInCase } from "./case-assist";
import { caseJsonSchema } from "./case-schema";

/** Text and the offset of its `|`. */
const cursor = (marked: string) => ({ text: marked.replace("|", ""), offset: marked.indexOf("|") });
const labels = (marked: string): string[] => {
  const { text, offset } = cursor(marked);
  return completeInCase(text, offset, ["correct", "wellFormed"]).map(({ label }) => label);
};
/** The line with the first completion of this label put in. */
const completed = (marked: string, label: string): string => {
  const { text, offset } = cursor(marked);
  const item = completeInCase(text, offset, ["correct"]).find((one) => one.label === label)!;
  return text.slice(0, item.range.offset) + item.insert + text.slice(item.range.offset + item.range.length);
};

test("keys that a case has not yet", () => {
  expect(labels('{"reward":"correct","prompt":"p",|}')).toEqual(["completion", "answer", "row", "expect"]);
  expect(completed('{"reward":"correct",|}', "row")).toBe('{"reward":"correct","row": {}}');
});

test("rewards of the file, and the forms of expect", () => {
  expect(labels('{"reward":"|"}')).toEqual(['"correct"', '"wellFormed"']);
  expect(completed('{"reward":"c|"}', '"correct"')).toBe('{"reward":"correct"}');
  expect(labels('{"expect":|}')).toEqual(["1", "0", "[0, 1]", "null", '"error"']);
  expect(completed('{"expect":"e|"}', '"error"')).toBe('{"expect":"error"}');
  expect(labels('{"row":{"reward":|}}')).toEqual([]);
});

test("an empty line begins a case", () => {
  expect(completed("|", "case")).toBe('{"reward":"correct","prompt":"","completion":"","answer":"","expect":1}');
});

test("every key is explained where it stands", () => {
  const line = '{"reward":"r","prompt":"p","completion":"c","answer":"a","row":{"x":1},"expect":[0,1]}';
  for (const key of Object.keys(caseJsonSchema().properties ?? {}))
    expect(hoverInCase(line, line.indexOf(`"${key}"`) + 1)?.markdown).toMatch(new RegExp(`^\\*\\*${key}\\*\\*\n\n\\w`));
  expect(hoverInCase(line, line.indexOf("[0") + 1)?.markdown).toMatch(/range/);
  expect(hoverInCase(line, line.indexOf('"x"') + 1)).toBeNull();
});
