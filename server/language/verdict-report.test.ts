import { expect, test } from "vitest";
import { verifyMath } from "../verifiers/maths/verify-math";
import { verdictReport } from "./verdict-report";

const report = (text: string, gold: string) => verdictReport(text, gold, verifyMath(text, gold)).split("\n");

test("the steps stand one below the other: what was found where, how it was read, what decided", () => {
  const lines = report("so \\boxed{\\frac{2}{4}}", " 0.5 ");
  expect(lines[0]).toBe("Right (1)");
  expect(lines.slice(2, 7)).toEqual([
    "Gold answer  0.5",
    expect.stringMatching(/^ {2}read as {4}\S/),
    "Completion   22 characters",
    "  answer     \\frac{2}{4}",
    "  found      in \\boxed{…}",
  ]);
  expect(lines.at(-2)).toMatch(/^Decided by {3}\S/);
});

test("a wrong answer, a missing one and a gold answer that cannot be read are told apart", () => {
  expect(report("\\boxed{3}", "4")[0]).toBe("Wrong (0)");
  const none = report("<think>never ends", "4");
  expect(none[0]).toBe("Wrong (0)");
  expect(none).toContain("  answer     none found");
  const unread = report("\\boxed{3}", "");
  expect(unread[0]).toBe("Not judged (null): the gold answer cannot be read");
  expect(unread).toContain("  answer     not looked for");
});

test("what is not seen in an answer is named", () => {
  expect(report("\\boxed{1\u200b0}", "1\u202e0")).toContain("Gold answer  1⟨U+202E⟩0");
  expect(report("<answer>a\u200bb</answer>", "ab")).toContain("  answer     a⟨U+200B⟩b");
});

test("lines of an answer stay in their column", () => {
  const lines = verdictReport("x", "1", { ...verifyMath("\\boxed{1}", "1"), answer: "1\n2" }).split("\n");
  expect(lines[lines.indexOf("  answer     1") + 1]).toBe("             2");
});
