/** Files of cases in the words of LSP, and as the Test Explorer lists them. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { expect, test } from "vitest";
import { caseCompletions, caseDiagnostics, caseHover } from "./case-features";
import { caseList } from "./case-list";

const reward = "export const correct = ({ completion }) => completion.length;\nexport const wellFormed = () => 1;\n";
const line = (name: string, completion = "c"): string =>
  JSON.stringify({ reward: name, prompt: "p", completion, answer: "a", expect: 1 });
const documentOf = (text: string): TextDocument =>
  TextDocument.create(pathToFileURL(join("/w", "a.reward.cases.jsonl")).href, "jsonl", 1, text);
const said = (document: TextDocument, source: string | null) =>
  caseDiagnostics(document, (file) => (file.endsWith("a.reward.ts") ? source : null)).map(
    ({ range, message, severity }) =>
      `${severity ?? 0} ${range.start.line}: ${document.getText(range)} | ${typeof message === "string" ? message : ""}`,
  );

test("what is wrong is said at its field, a name that the reward file has not as a warning", () => {
  const document = documentOf([line("correct"), line("corect"), '{"reward":"correct","expect":"x"}', ""].join("\n"));
  expect(said(document, reward)).toEqual([
    '1 2: { | "prompt" is missing.',
    '1 2: { | "completion" is missing.',
    '1 2: { | "answer" is missing.',
    '1 2: "x" | "expect" is a number, [min, max], null or "error".',
    '2 1: "corect" | a.reward.ts exports no reward "corect". Did you mean "correct"?',
  ]);
  // A half-typed reward says nothing of its names; one that is not there says so once.
  expect(said(documentOf(line("corect")), "export const correct = (")).toEqual([]);
  expect(said(documentOf(`${line("x")}\n${line("y")}`), null)).toEqual([
    "2 0: { | There is no a.reward.ts beside this file: its cases are of no reward.",
  ]);
});

test("completions and hovers are of the line that they stand in", () => {
  const document = documentOf(`${line("correct")}\n{"reward":""}\n`);
  const items = caseCompletions(document, { line: 1, character: 11 }, () => reward);
  expect(items.map(({ label }) => label)).toEqual(['"correct"', '"wellFormed"']);
  expect(items[0]!.textEdit).toMatchObject({ range: { start: { line: 1, character: 10 }, end: { line: 1 } } });
  const hover = caseHover(document, { line: 1, character: 3 });
  expect(hover).toMatchObject({ range: { start: { line: 1, character: 1 } } });
});

test("the explorer lists rewards in the order of the source, and knows a case again where its line has moved to", () => {
  const list = caseList(
    "/w/a.reward.ts",
    reward,
    [line("wellFormed"), line("correct", "x\u202ey"), line("gone")].join("\n"),
  );
  expect(list.rewards.map(({ name, place }) => [name, place?.line ?? null])).toEqual([
    ["correct", 0],
    ["wellFormed", 1],
    ["gone", null],
  ]);
  expect(list.cases.map(({ line: at, reward: of, label }) => `${at} ${of} ${label}`)).toEqual([
    "1 wellFormed c",
    "2 correct x⟨U+202E⟩y",
    "3 gone c",
  ]);
  const moved = caseList(
    "/w/a.reward.ts",
    reward,
    ["", line("correct", "x\u202ey"), line("wellFormed"), line("wellFormed")].join("\n"),
  );
  const keys = (of: typeof list, name: string) => of.cases.filter((one) => one.reward === name).map(({ key }) => key);
  expect(keys(moved, "correct")).toEqual(keys(list, "correct"));
  // The same case twice is two items.
  expect(keys(moved, "wellFormed")[0]).toBe(keys(list, "wellFormed")[0]);
  expect(new Set(keys(moved, "wellFormed")).size).toBe(2);
});
