/** Sets that are described, congruences, and equations with names: what says the same, and what only looks so. */
import { describe, expect, it } from "vitest";
import { verifyMath } from "./verify-math";

const judge = (answer: string, gold: string) => verifyMath(`\\boxed{${answer}}`, gold);

describe("sets in other words", () => {
  it.each([
    ["\\{2x \\mid x>1\\}", "(2,\\infty)"],
    ["\\{-2x \\mid x>1\\}", "(-\\infty,-2)"],
    ["\\{x\\in\\mathbb Z \\mid 1<x<5\\}", "\\{2,3,4\\}"],
    ["2,3,4", "\\{x\\in\\mathbb Z \\mid 1<x<5\\}"],
    ["\\{x\\in\\mathbb Z \\mid 1<x<\\sqrt{26}\\}", "\\{2,3,4,5\\}"],
    ["\\{x\\in\\mathbb N \\mid x<4\\}", "\\{x\\in\\mathbb N \\mid x\\le 3\\}"],
    ["\\{n\\in\\mathbb N \\mid n>3\\}", "\\{n\\in\\mathbb Z \\mid n\\ge 4\\}"],
    ["\\{2k \\mid k\\in\\mathbb Z\\}", "\\{2k+2 \\mid k\\in\\mathbb Z\\}"],
    ["\\{2k \\mid k\\in\\mathbb Z\\}", "\\{4k \\mid k\\in\\mathbb Z\\} \\cup \\{4k+2 \\mid k\\in\\mathbb Z\\}"],
    ["\\{2k+1 \\mid k\\in\\mathbb Z\\}", "\\{2m-1 : m\\in\\mathbb Z\\}"],
    ["\\{x \\mid x = 2k, k\\in\\mathbb Z\\}", "\\{2k \\mid k\\in\\mathbb Z\\}"],
    ["x \\equiv 7 \\pmod 5", "x \\equiv 2 \\pmod 5"],
    ["2 \\bmod 5", "x \\equiv 2 \\pmod 5"],
    ["2 \\pmod 5", "x \\equiv 2 \\pmod 5"],
    ["x = 5k+2", "x \\equiv 2 \\pmod 5"],
    ["x = 5k+2, k \\in \\mathbb{Z}", "x \\equiv 2 \\pmod 5"],
    ["x \\equiv -3 \\pmod 5", "x \\equiv 2 \\pmod 5"],
    ["3x \\equiv 1 \\pmod 5", "x \\equiv 2 \\pmod 5"],
    ["x^2 \\equiv 1 \\pmod 8", "x \\equiv 1 \\pmod 2"],
    ["x \\equiv \\pm 1 \\pmod 5", "x^2 \\equiv 1 \\pmod 5"],
    ["x=\\frac{\\pi}{4} + k\\pi, k\\in\\mathbb{Z}", "x=\\frac{5\\pi}{4} + k\\pi, k\\in\\mathbb{Z}"],
    ["x=\\frac{\\pi}{4} + n\\pi, n\\in\\mathbb{Z}", "x=\\frac{\\pi}{4} + k\\pi, k\\in\\mathbb{Z}"],
    ["\\{x \\mid x \\ne 1\\}", "(-\\infty,1)\\cup(1,\\infty)"],
    ["\\{x \\in \\mathbb{R} \\mid x > 2\\}", "(2,\\infty)"],
    ["\\{x \\mid x < 1 \\text{ or } x > 3\\}", "(-\\infty,1)\\cup(3,\\infty)"],
    ["\\{\\}", "\\emptyset"],
    ["\\{5\\}", "5"],
    ["\\mathbb{Z}", "\\mathbb{Z}"],
    ["\\mathbb{Z}^+", "\\{n \\in \\mathbb{Z} \\mid n \\ge 1\\}"],
    ["\\{x^2 \\mid x \\in \\mathbb{Z}, -2 \\le x \\le 2\\}", "\\{0,1,4\\}"],
    ["\\mathbb{Z} \\setminus \\{0\\}", "\\{n \\in \\mathbb{Z} \\mid n \\ne 0\\}"],
    ["x \\in \\mathbb{Z}", "\\mathbb{Z}"],
    ["\\{x \\in [0,5] \\mid x > 2\\}", "(2,5]"],
    ["\\{x : |x| < 2\\}", "(-2,2)"],
    ["\\{x \\in \\mathbb{Z} : |x| < 2\\}", "\\{-1,0,1\\}"],
    ["\\{\\frac{1}{n} \\mid n \\in \\{1,2,3\\}\\}", "\\{1,\\frac12,\\frac13\\}"],
    ["x = 5k", "x \\equiv 0 \\pmod 5"],
    ["n \\equiv 1 \\pmod 2", "\\{2k+1 \\mid k \\in \\mathbb{Z}\\}"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["\\{2x \\mid x>1\\}", "\\{x \\mid x>1\\}"],
    ["\\{n \\in \\mathbb{N} : n > 1\\}", "(1,\\infty)"],
    ["\\{x \\in \\mathbb{Z} \\mid x>1\\}", "\\{x \\mid x>1\\}"],
    ["\\{(x,y) \\mid x>1\\}", "(1,\\infty)"],
    ["\\{x\\in\\mathbb Z \\mid 1\\le x<5\\}", "\\{2,3,4\\}"],
    ["\\{x\\in\\mathbb N \\mid x<4\\}", "\\{0,1,2,3\\}"],
    ["\\{2k \\mid k\\in\\mathbb Z\\}", "\\{2k+1 \\mid k\\in\\mathbb Z\\}"],
    ["x \\equiv 3 \\pmod 5", "x \\equiv 2 \\pmod 5"],
    ["2", "x \\equiv 2 \\pmod 5"],
    ["x = 5k+3", "x \\equiv 2 \\pmod 5"],
    ["x \\equiv 2 \\pmod{10}", "x \\equiv 2 \\pmod 5"],
    ["x=\\frac{\\pi}{4} + k\\pi, k\\in\\mathbb{Z}", "x=\\frac{\\pi}{4} + 2k\\pi, k\\in\\mathbb{Z}"],
    ["\\{\\emptyset\\}", "\\emptyset"],
    ["\\emptyset", "\\{\\emptyset\\}"],
    ["\\mathbb{Z}", "\\mathbb{R}"],
    ["\\mathbb{Z}^+", "\\{1,2,3\\}"],
    ["\\mathbb{N}", "\\mathbb{Z}^+"],
    ["\\{x \\in \\mathbb{Q} \\mid x > 2\\}", "(2,\\infty)"],
    ["\\{x^2 \\mid x \\in \\mathbb{R}\\}", "[0,\\infty)"],
    ["\\{x^2 \\mid x > 1\\}", "(1,\\infty)"],
    ["x = 5y", "x \\equiv 0 \\pmod 5"],
    ["\\{x \\mid x > 1, x \\in \\mathbb{Z}\\}", "\\{2,3,4\\}"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("equations and inequalities", () => {
  it.each([
    ["x^2+2x+1=(x+1)^2", "(x+1)^2=x^2+2x+1"],
    ["(x+1)^2 - x^2=2x+1", "(x+1)^2=x^2+2x+1"],
    ["1 - \\cos^2 x=\\sin^2 x", "\\sin^2 x + \\cos^2 x = 1"],
    ["a \\equiv b \\pmod n", "b \\equiv a \\pmod n"],
    ["2x+4=0", "x+2=0"],
    ["2x = 2\\sqrt 2 y", "x = \\sqrt 2 y"],
    ["-x \\le -3", "x \\ge 3"],
    ["\\sqrt2 x > 1", "2x > \\sqrt 2"],
    ["-\\sqrt2 x > 1", "2x < -\\sqrt 2"],
    ["y = 2x+1", "2x - y + 1 = 0"],
    ["y \\ge 2x", "2x \\le y"],
    ["x^2+y^2=1", "2x^2+2y^2=2"],
    ["x^2+y^2 \\le 1", "-x^2-y^2 \\ge -1"],
    ["a+b \\ge 2\\sqrt{ab}", "\\frac{a+b}{2} \\ge \\sqrt{ab}"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["x=x", "(x+1)^2=x^2+2x+1"],
    ["x=x", "\\sin^2 x + \\cos^2 x = 1"],
    ["(x+1)^2=(x+1)^2", "(x+1)^2=x^2+2x+1"],
    ["x = x+1", "x = x+2"],
    ["0=0", "x=x"],
    ["x(x-1)=0", "x-1=0"],
    ["xy = x", "y = 1"],
    ["x^2=x", "x=1"],
    ["\\sqrt2 x > 1", "2x < \\sqrt 2"],
    ["y > 2x", "y \\ge 2x"],
    ["\\frac{x}{y} = 1", "x = y"],
    ["x^2 \\ge 0", "x^4 \\ge 0"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("congruences and series of numbers in other words", () => {
  it.each([
    ["x \\equiv 2 \\mod 5", "x \\equiv 2 \\pmod 5"],
    ["x \\equiv 2 (\\bmod 5)", "x \\equiv 2 \\pmod 5"],
    ["x \\equiv 2 \\bmod 5", "x \\equiv 7 \\pmod 5"],
    ["x \\equiv 1, 4 \\pmod 5", "x \\equiv \\pm 1 \\pmod 5"],
    ["x \\equiv 1 \\text{ or } 4 \\pmod 5", "x \\equiv \\pm 1 \\pmod 5"],
    ["x \\equiv 1 \\pmod 5 \\text{ or } x \\equiv 4 \\pmod 5", "x \\equiv \\pm 1 \\pmod 5"],
    ["x \\equiv 1 \\pmod 2 \\text{ and } x \\equiv 1 \\pmod 3", "x \\equiv 1 \\pmod 6"],
    ["5k+2", "x \\equiv 2 \\pmod 5"],
    ["x = 5t+2", "x \\equiv 2 \\pmod 5"],
    ["\\{x \\mid x \\in \\mathbb{R}, x \\neq 0\\}", "\\mathbb{R}\\setminus\\{0\\}"],
    ["(1,5) \\cap \\mathbb{Z}", "\\{2,3,4\\}"],
    ["x=\\frac{\\pi}{4} + k\\pi, k\\in\\mathbb{Z}", "\\frac{\\pi}{4} + n\\pi, n\\in\\mathbb{Z}"],
    ["\\frac{\\pi}{4} + n\\pi", "\\frac{\\pi}{4} + k\\pi, k\\in\\mathbb{Z}"],
    ["x \\equiv 2\\ (\\mathrm{mod}\\ 5)", "x \\equiv 2 \\pmod 5"],
    ["x \\equiv 2 (\\text{mod } 5)", "x \\equiv 2 \\pmod 5"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["\\frac{\\pi}{3} + n\\pi", "\\frac{\\pi}{4} + k\\pi, k\\in\\mathbb{Z}"],
    ["n+1", "\\mathbb{Z}"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

it("a set that depends on whether 0 is a natural number is undecided", () => {
  const verdict = judge("\\{n \\in \\mathbb{N} \\mid n < 4\\}", "\\{0,1,2,3\\}");
  expect(verdict.score).toBe(0);
  expect(verdict.rule).toMatch(/undecided/);
});
