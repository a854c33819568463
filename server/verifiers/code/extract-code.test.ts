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
  [
    "tags in its text",
    block('s = "</think>"\nt = "<think>" # prints <answer>'),
    's = "</think>"\nt = "<think>" # prints <answer>',
  ],
  ["tags in its text behind reasoning", `<think>${block("no")}</think>\n${block('s = "</think>"')}`, 's = "</think>"'],
  ["tags in the code of reasoning", `<think>${block('s = "</think>"')} so</think>\n${block("x = 1")}`, "x = 1"],
  ["tags on lines of their own", block('s = """\n<think>\n</think>\n"""'), 's = """\n<think>\n</think>\n"""'],
  [
    "an answer tag in its text",
    `<answer>\n${block("s = '<answer>' + '</answer>'")}</answer>`,
    "s = '<answer>' + '</answer>'",
  ],
  ["a block in reasoning under another name", `<thinking>${block("x = 1")}</thinking>`, null],
  ["a block before a lone end of reasoning", `${block("x = 1")}</think>\nDone.`, null],
  ["reasoning that leaves a block open", `<think>\n${fence}python\nx = 0\n</think>\n${block("x = 1")}`, "x = 1"],
  ["tags on the lines of the fences", `<answer>${fence}python\nx = 1\n${fence}</answer>`, "x = 1"],
  [
    "a block in a list",
    `1. So:\n   ${fence}python\n   def f():\n       return 1\n   ${fence}`,
    "def f():\n    return 1",
  ],
  ["a block deep in a list", `- a\n  - b\n\n      ${fence}python\n      x = 1\n      ${fence}`, "x = 1"],
  ["a block behind the bullet", `- ${fence}python\n  x = 1\n  ${fence}`, "x = 1"],
  ["a block behind tabs", `\t${fence}python\n\tif 1:\n\t\tx = 1\n\t${fence}`, "if 1:\n\tx = 1"],
  [
    "a block in a list whose code is not indented",
    `   ${fence}python\ndef f():\n    return 1\n   ${fence}`,
    "def f():\n    return 1",
  ],
  ["a block in a quotation", `> ${fence}python\n> if 1:\n>     x = 1\n> ${fence}`, "if 1:\n    x = 1"],
  ["longer tildes", "~~~~python\n~~~\n~~~~", "~~~"],
  ["a byte order mark", `\uFEFF${block("x = 1")}`, "x = 1"],
  ["a byte order mark in the block", block("\uFEFFx = 1"), "x = 1"],
  ["white space behind the fences", `${fence}python  \nx = 1\n${fence}  \n`, "x = 1"],
  ...[
    "python:sol.py",
    "{.python}",
    "{python}",
    '{.python .numberLines startFrom="1"}',
    'python title="x"',
    "py3",
    "python3",
    "python3.11",
    "Python 3",
    "python,ignore",
    "language-python",
    "sol.py",
    ".py",
    "pypy3",
    "  python",
    "python{cmd=true}",
  ].map((info) => [`as ${info}`, block("y", "text") + block("x = 1", info) + block("z", "json"), "x = 1"] as const),
  ["a language that begins alike", block("x", "pyret"), null],
  ["a fence within a line", `print("${fence}")`, null],
])("%s", (_what, completion, code) => {
  expect(extractCode(completion, "python")?.code ?? null).toBe(code);
});

test("all blocks, joined", () => {
  const completion = block("def f(): pass") + "and\n" + block("f()") + block("x", "text");
  expect(extractCode(completion, "python", "all")?.code).toBe("def f(): pass\nf()");
  expect(extractCode(block("f()", "js"), "javascript")?.code).toBe("f()");
});

test.each(["javascript", "js", "node", "mjs", "javascript:sol.js", "{.js}", "sol.mjs", "JavaScript"])(
  "%s is JavaScript",
  (info) => {
    expect(extractCode(block("f()", info), "javascript")?.code).toBe("f()");
  },
);

test("a TypeScript program is in a block of TypeScript, else in one of JavaScript", () => {
  const code = (completion: string) => extractCode(completion, "typescript")?.code;
  expect(code(block("a", "ts") + block("b", "js"))).toBe("a");
  expect(code(block("a", "typescript") + block("b", "text"))).toBe("a");
  expect(code(block("b", "js") + block("c", ""))).toBe("b");
  expect(code(block("c", ""))).toBe("c");
  expect(extractCode(block("a", "ts"), "javascript")).toBeNull();
});
