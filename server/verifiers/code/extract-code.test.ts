import { expect, test } from "vitest";
import { extractCode } from "./extract-code";

const fence = "```";
const block = (code: string, tag = "python") => `${fence}${tag}\n${code}\n${fence}\n`;

test.each<readonly [what: string, completion: string, code: string | null]>([
  ["one block", block("x = 1"), "x = 1"],
  ["the last of two", block("x = 1") + block("x = 2"), "x = 2"],
  ["a language in other letters", block("x = 1", "Python3"), "x = 1"],
  ["the language's block, whatever comes after", block("x = 1") + block("output", "text") + block("y", ""), "x = 1"],
  ["a block without a language", block("x = 1", ""), "x = 1"],
  ["another language", block("x", "rust"), null],
  ["no block", "x = 1", null],
  ["an empty block", block("  "), null],
  ["a block that is not closed", `${fence}python\nx = 1`, null],
  ["a block in the reasoning", `<think>${block("x = 1")}</think>`, null],
  ["a block in reasoning that never ends", `<think>${block("x = 1")}`, null],
  ["reasoning and answer", `<think>\n${block("x = 1")}</think>\n${block("x = 2")}`, "x = 2"],
  [
    "an answer in tags",
    `<think></think>${block("x = 1")}<answer>\n${block("x = 2")}</answer>${block("x = 3")}`,
    "x = 2",
  ],
  ["longer fences", `${fence}\`python\n${fence}\nx = 1\n${fence}\n${fence}\`\n`, `${fence}\nx = 1\n${fence}`],
  ["tildes", "~~~py\nx = 1\n~~~", "x = 1"],
  ["attributes", `${fence}python title="a"\nx = 1\n${fence}`, "x = 1"],
  ["Windows lines", `${fence}python\r\nx = 1\r\ny = 2\r\n${fence}\r\n`, "x = 1\ny = 2"],
  ["a fence within a line", `print("${fence}")`, null],
])("%s", (_what, completion, code) => {
  expect(extractCode(completion, "python")?.code ?? null).toBe(code);
});

test("all blocks, joined", () => {
  const completion = block("def f(): pass") + "and\n" + block("f()") + block("x", "text");
  expect(extractCode(completion, "python", "all")?.code).toBe("def f(): pass\nf()");
  expect(extractCode(block("f()", "js"), "javascript")?.code).toBe("f()");
});
