import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differentPairs, differentStructures, equalPairs, mutatedCompletions } from "./expressions.testing";
import { kinds } from "./kinds.testing";
import { verifyMath } from "./verify-math";

const score = (completion: string, gold: string, options?: Parameters<typeof verifyMath>[2]): 0 | 1 | null =>
  verifyMath(completion, gold, options).score;
/** The answer alone, in a box. */
const boxed = (answer: string, gold: string): 0 | 1 | null => score(`\\boxed{${answer}}`, gold);

describe("where the answer is found", () => {
  it.each([
    ["So \\boxed{7} eggs. The final answer is 8.", "boxed", "7"],
    ["\\boxed{7}. Final Answer: The final answer is $8$. I hope it is correct.", "final answer", "$8$"],
    ["The final answer is $7$. <answer>8</answer> #### 9", "final answer", "$7$"],
    ["<answer>8</answer>\n#### 9", "answer tag", "8"],
    ["3 + 4 = 7\n#### 7", "####", "7"],
    ["The answer is 7, because 3 + 4 = 7.", "answer is", "7"],
    ["7/2", "whole text", "7/2"],
    ["She has 3 + 4 = 7 eggs.", "last expression", "7"],
    ["It costs $1,000.99 in all.", "last expression", "1,000.99"],
    ["The point is (7, 6).", "last expression", "(7, 6)"],
    ["<think>\\boxed{7}</think> Now we know that $x = 8$.", "last expression", "x = 8"],
    ["\\boxed{\\boxed{7}}", "boxed", "\\boxed{7}"],
    ["\\boxed{1} and \\boxed{2}", "boxed", "1, 2"],
    ["First \\boxed{1}. Then \\boxed{2}", "boxed", "2"],
  ])("%s", (completion, source, answer) => {
    expect(verifyMath(completion, "7")).toMatchObject({ source, answer });
  });

  it.each([
    ["<think>The answer is \\boxed{7}", "an unfinished thought"],
    ["<think>\\boxed{7}</think> I do not know.", "a thought only"],
    ["The answer is not 7.", "a denial"],
    ["The final answer isn't 7.", "a denial"],
    ["\\boxed{}", "an empty box"],
    ["\\boxed{7", "a box that was cut off"],
    ["\\boxed{5}, \\boxed{6}, \\boxed{7}", "a list of guesses"],
    ["#### 5 #### 6 #### 7", "a list of guesses"],
    ["\\boxed{5 \\text{ or } 7}", "a list of guesses"],
    ["", "nothing"],
  ])("finds no 7 in %s, %s", (completion) => {
    expect(score(completion, "7")).toBe(0);
  });

  it("takes only LaTeX for an answer when asked to", () => {
    expect(score("It is 7.", "7", { notation: "latex" })).toBe(0);
    expect(score("It is $7$.", "7", { notation: "latex" })).toBe(1);
  });
});

describe("the gold answer", () => {
  it.each(["", "((", "\\frac{1}{", "\\boxed{}", "x +"])("%j cannot be read: null", (gold) => {
    expect(verifyMath("\\boxed{1}", gold)).toMatchObject({ score: null, gold: "" });
  });

  it.each([
    "concave up on $(0, 1)$ and $(2, \\infty)$",
    "$y_1 = x^{1/2}(1 - 2x + \\cdots)$",
    "10和11之间",
    "The force is about 296 pounds so the couch doesn't budge.",
  ])("in prose is right in its own words, and leaves other answers out: %s", (gold) => {
    expect(verifyMath(`So \\boxed{ ${gold.replace("$y", "$ y")} }`, gold)).toMatchObject({ score: 1 });
    expect(boxed("(2, \\infty)", gold)).toBeNull();
  });

  it("may be a whole solution", () => {
    expect(boxed("72", "Natalia sold 48 and 24.\n#### 72")).toBe(1);
    expect(boxed("1/2", "Thus the answer is $\\boxed{\\frac12}$.")).toBe(1);
  });

  it("with a comma is a list, with spaces or without, and a decimal only where a setting says so", () => {
    expect(boxed("1.22", "1,22")).toBe(0);
    expect(boxed("1, 22", "1,22")).toBe(1);
    expect(boxed("1,2,3", "1, 2, 3")).toBe(1);
    expect(boxed("1,2.3", "1,2,3")).toBe(0);
    expect(boxed("0.4", "0,4")).toBe(0);
    expect(boxed("-3", "-3,0")).toBe(0);
    expect(score("The price is 2,74 $", "2.74", { decimalComma: true })).toBe(1);
    expect(score("\\boxed{1,2,3}", "1, 2, 3", { decimalComma: true })).toBe(1);
  });

  it("of thousands may be a number or a list", () => {
    expect(boxed("100200", "100,200")).toBe(1);
    expect(boxed("100, 200", "100,200")).toBe(1);
    expect(boxed("100.2", "100,200")).toBe(0);
  });
});

describe("equal answers", () => {
  it.each([
    ["0.5", "\\frac{1}{2}"],
    ["1{,}000", "1000"],
    ["11,\\! 111", "11111"],
    ["0.\\overline{3}", "1/3"],
    ["3\\frac{1}{2}", "3.5"],
    ["-3\\frac12", "-7/2"],
    ["\\frac94\\pi", "\\frac{9\\pi}{4}"],
    ["1.5 \\times 10^{3}", "1500"],
    ["\\$18.00", "18"],
    ["28\\%", "0.28"],
    ["28", "28\\%"],
    ["11_2", "3"],
    ["\\sqrt{2}+\\sqrt{3}", "\\sqrt{5+2\\sqrt{6}}"],
    ["\\frac{\\sqrt 2}{2}", "\\frac{1}{\\sqrt{2}}"],
    ["\\sqrt[3]{-8}", "-2"],
    ["e^{i\\pi}", "-1"],
    ["\\log_2 8", "3"],
    ["\\cos 60^\\circ", "\\frac12"],
    ["\\binom{5}{2}", "\\sum_{k=1}^{4} k"],
    ["(x+1)^2", "x^2+2x+1"],
    ["\\sec^2 y", "\\tan^2(y)+1"],
    ["n \\cdot (n-1)!", "n!"],
    ["2\\int_0^1 f(x) dx", "\\int_0^1 f(x) dx + \\int_0^1 f(x) dx"],
    ["\\{2, 1, 1\\}", "\\{1, 2\\}"],
    ["\\pm 2", "-2, 2"],
    ["x = \\pm 2", "x = 2 \\text{ or } x = -2"],
    ["(p, q) = (3, 2)", "(3,2)"],
    ["x = 1, y = 2", "(1, 2)"],
    ["x=1, y=1 \\text{ or } x=2, y=2", "(1,1), (2,2)"],
    ["y = 2x + 1", "2x - y + 1 = 0"],
    ["3 < x", "x > 3"],
    ["x > 3", "(3, \\infty)"],
    ["x \\neq 1", "(-\\infty, 1) \\cup (1, \\infty)"],
    ["\\mathbb{R} \\setminus \\{1\\}", "x < 1 \\text{ or } x > 1"],
    ["(0, 1)", "]0, 1["],
    ["(0, 1)", "0 < x < 1"],
    ["\\begin{pmatrix} 0.5 \\\\ 2 \\end{pmatrix}", "\\begin{bmatrix} \\frac12 \\\\ 2 \\end{bmatrix}"],
    ["4:6", "2:3"],
    ["500 \\text{ cm}", "5 \\text{ m}"],
    ["60 \\text{ miles per hour}", "60"],
    ["12 \\text{ red balls}", "12 balls"],
    ["\\text{(C)}", "C"],
    ["odd", "\\text{Odd}"],
    ["\\text{5}", "5"],
    ["3 \\text{ hours } 20 \\text{ minutes}", "3 hours 20 minutes"],
    ["\\text{no solution}", "\\emptyset"],
    ["9^{9^{9}}", "9^{9^9}"],
  ])("%s is %s", (answer, gold) => {
    expect(verifyMath(`\\boxed{${answer}}`, gold)).toMatchObject({ score: 1 });
  });
});

describe("different answers", () => {
  it.each([
    ["0.333333333333", "1/3"],
    ["3.14159265358979323846", "\\pi"],
    ["10^{20}", "100000000000000000001"],
    ["2^{10000}", "2^{10000}+1"],
    ["\\sqrt{10^{200}+1}", "10^{100}"],
    ["e^{\\pi\\sqrt{163}}", "262537412640768744"],
    ["1 + e^{-e^{10}}", "1"],
    ["\\frac{1}{2^{99}}", "\\frac{1}{2^{98}}"],
    ["1 + \\frac{1}{\\mathrm{e}}", "1 - \\frac{1}{\\mathrm{e}}"],
    ["\\sqrt{x} + 10^{-200}", "\\sqrt{x}"],
    ["\\sqrt{x^2}", "x"],
    ["2021", "\\pm 2021"],
    ["32, 349", "32349"],
    ["(2, 1)", "(1, 2)"],
    ["(0, 1)", "[0, 1)"],
    ["x = 2, y = 1", "(1, 2)"],
    ["x=1, y=1 \\text{ or } x=2, y=2", "x=1, y=2 \\text{ or } x=2, y=1"],
    ["x \\geq 3", "x > 3"],
    ["x < 3", "y < 3"],
    ["x^2 + 1 = 0", "x^2 + 2 = 0"],
    ["12:00", "1:00"],
    ["5 \\text{ cm}", "5 \\text{ m}"],
    ["\\frac{1}{0}", "\\frac{2}{0}"],
    ["-\\infty", "\\infty"],
    ["\\text{even}", "odd"],
    ["\\text{3 hours -20 minutes}", "\\text{3 hours 20 minutes}"],
    ["5 \\text{ or 6}", "5"],
    ["F_n = \\sum_{k=0}^{n-2} F_k", "F_n = \\sum_{k=0}^{n-1} F_k"],
    ['__import__("os").system("id") or 4', "4"],
  ])("%s is not %s", (answer, gold) => {
    expect(verifyMath(`\\boxed{${answer}}`, gold)).toMatchObject({ score: 0 });
  });
});

describe("options", () => {
  it("decimals: numbers with a decimal point may be rounded", () => {
    expect(score("\\boxed{0.33}", "1/3", { decimals: 2 })).toBe(1);
    expect(score("\\boxed{0.34}", "1/3", { decimals: 2 })).toBe(0);
    expect(score("\\boxed{5.66}", "4\\sqrt{2}", { decimals: 2 })).toBe(1);
    // An integer says what it says.
    expect(score("\\boxed{0}", "1/300", { decimals: 2 })).toBe(0);
  });

  it("percent: exact", () => {
    expect(score("\\boxed{28\\%}", "28", { percent: "exact" })).toBe(0);
    expect(score("\\boxed{28\\%}", "0.28", { percent: "exact" })).toBe(1);
  });
});

describe("a verdict", () => {
  it("says what was found, how it was read, and which rule decided", () => {
    expect(verifyMath("So $\\boxed{\\frac{2}{4}}$.", "0.5")).toEqual({
      score: 1,
      rule: "equal exact numbers",
      answer: "\\frac{2}{4}",
      source: "boxed",
      parsed: "(2/4)",
      gold: "1/2",
    });
  });

  it.each([
    "9^{9^{9^{9}}}",
    "100000!",
    "\\sum_{k=1}^{10^{9}} k + 1",
    "\\prod_{k=1}^{10^{8}} k",
    "(((1000!)!)!)!",
    "2^{2^{2^{2^{2^{2}}}}}",
    "\\frac{1}{".repeat(3000) + "1" + "}".repeat(3000),
    "(".repeat(20_000),
    "|".repeat(5_000),
    "x".repeat(100_000),
    "1+".repeat(50_000) + "1",
    "\\boxed{".repeat(20_000),
    "$".repeat(50_001),
    "\\(".repeat(50_000),
    "<answer>".repeat(20_000),
    "#### 1 #### 2 ".repeat(20_000),
    "9".repeat(100_000),
    "1e999999",
    "\\sin(10^{30})",
    "e^{e^{e^{e^{e}}}}",
    "\\binom{10^9}{5\\cdot 10^8}",
    "\\{" + "1,".repeat(5_000) + "1\\}",
    "\\sqrt{2}+\\sqrt{3}+\\sqrt{5}+\\sqrt{7}+\\sqrt{11}+\\sqrt{13}+\\sqrt{17}+\\sqrt{19}+\\sqrt{23}+\\sqrt{29}",
    "\\operatorname{constructor}(1)",
    "\u0000\ud800",
  ])("comes for hostile text, case %#", (text) => {
    for (const completion of [text, `\\boxed{${text}}`, `$${text}$`]) {
      expect(score(completion, "1")).toBe(0);
      const { rule } = verifyMath("\\boxed{1}", completion);
      expect(rule).not.toMatch(/verifier failed/);
    }
  });
});

describe("many answers", () => {
  const runs = { numRuns: 1_500 };

  it("that are equal by construction are not called different", () => {
    fc.assert(
      fc.property(equalPairs, ({ gold, answer }) => {
        const verdict = verifyMath(answer, gold);
        expect(verdict.score === 1 || verdict.rule.startsWith("undecided")).toBe(true);
      }),
      runs,
    );
  });

  it("that are different by construction are not called equal", () => {
    fc.assert(
      fc.property(fc.oneof(differentPairs, differentStructures), ({ gold, answer }) => {
        expect(verifyMath(answer, gold).score).toBe(0);
      }),
      runs,
    );
  });

  it.each(kinds)("$name: none is judged against the way it was made", ({ pairs }) => {
    fc.assert(
      fc.property(pairs, ({ gold, answer, equal }) => {
        const { score, rule } = verifyMath(answer, gold);
        expect(score === (equal ? 1 : 0) || (equal && rule.startsWith("undecided"))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("that are mutated make no fault", () => {
    fc.assert(
      fc.property(mutatedCompletions, ({ gold, answer }) => {
        expect(verifyMath(answer, gold).rule).not.toMatch(/verifier failed/);
        expect(verifyMath(gold, answer).rule).not.toMatch(/verifier failed/);
      }),
      runs,
    );
  });
});
