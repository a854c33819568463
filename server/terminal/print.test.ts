import { expect, test, vi } from "vitest";
import { printable, printJson } from "./print";
import { progressDisplay, progressLine } from "./progress";

test.each([
  ["a cleared screen", "a\u001b[2Jb", "a\\x1b[2Jb"],
  ["a title", "\u001b]0;title\u0007", "\\x1b]0;title\\x07"],
  ["a link", "\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\", "\\x1b]8;;http://x\\x1b\\text\\x1b]8;;\\x1b\\"],
  ["an escape of one byte", "\u009b31m", "\\u009b31m"],
  ["a line that is overwritten", "wrong\rright", "wrong\\x0dright"],
  ["backspaces", "no\b\byes", "no\\x08\\x08yes"],
  ["text that runs backwards", "\u202eabc\u2066", "\\u202eabc\\u2066"],
  ["what has no width", "1\u200b0 \u{e0041}", "1\\u200b0 \\u{e0041}"],
  ["a bell and a nul", "\u0007\u0000", "\\x07\\x00"],
])("%s is shown, not obeyed", (_name, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("JSON that is printed is obeyed by no terminal, and says the same", () => {
  const value = {
    "\u009b31m": "a\u001b[2Jb\u202ec",
    tags: "1\u200b0\u{e0041}\u007f",
    text: "ä 数 😀 عربي",
    ends: "\u2028",
  };
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  printJson(value, 2);
  const text = String(log.mock.calls[0]?.[0]);
  log.mockRestore();
  expect(JSON.parse(text)).toEqual(value);
  expect(printable(text)).toBe(text);
  expect(text).toContain("ä 数 😀 عربي");
});

test("lines, tabs and all scripts stay as they are", () => {
  const text = "a\tb\nä 数 😀 عربي │█░ ±";
  expect(printable(text)).toBe(text);
  expect(printable("a\r\nb")).toBe("a\nb");
});

test("a display of progress obeys nothing that a run says", () => {
  const written: string[] = [];
  const display = progressDisplay({ isTTY: false, write: (text: string) => written.push(text) > 0 });
  display.print("log \u001b[31mred");
  expect(written.join("")).toBe("log \\x1b[31mred\n");
  const line = progressLine({
    type: "progress",
    stage: "a\u001b[2J",
    phase: "training",
    step: 1,
    steps: 2,
    secondsLeft: null,
    headline: { name: "reward\u0007", value: 1 },
  });
  expect(line).not.toMatch(/[\u001b\u0007]/);
});
