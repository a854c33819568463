import { expect, test } from "vitest";
import { markdownTable } from "./markdown-table";

test("a table has a heading, a rule and a line a row; bars stand in their cells", () => {
  const rows = [
    ["stage", "pass@1"],
    ["a|b", ".5"],
    ["", ""],
  ];
  expect(markdownTable(rows, ["pass@1"])).toBe(
    ["| stage | pass@1 |", "| --- | --: |", String.raw`| a\|b | .5 |`, "|  |  |"].join("\n"),
  );
});
