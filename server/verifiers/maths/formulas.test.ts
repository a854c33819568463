/** Formulas with names in them: what is equal for all the numbers that they may stand for, and what only looks so. */
import { describe, expect, it } from "vitest";
import { verifyMath } from "./verify-math";

const judge = (answer: string, gold: string) => verifyMath(`\\boxed{${answer}}`, gold);

describe("floors, divisors and signs are made for integers", () => {
  it.each([
    ["\\lceil \\frac{n}{2} \\rceil", "\\left\\lfloor \\frac{n+1}{2} \\right\\rfloor"],
    ["\\lfloor \\frac{n+7}{12}\\rfloor", "\\lceil \\frac{n-4}{12} \\rceil"],
    ["\\lfloor n/2 \\rfloor \\lceil n/2 \\rceil", "\\lfloor n^2/4 \\rfloor"],
    ["\\lceil \\log_2 (n+1) \\rceil", "\\lfloor \\log_2 n \\rfloor + 1"],
    ["\\lfloor \\sqrt n \\rfloor", "\\lceil \\sqrt {n+1} \\rceil - 1"],
    ["\\sin(n\\pi)", "0"],
    ["\\cos(n\\pi)", "(-1)^n"],
    ["(-1)^n", "\\cos(n\\pi)"],
    ["e^{i\\pi n}", "(-1)^n"],
    ["\\frac{1+(-1)^n}{2}", "\\cos^2(\\frac{n\\pi}{2})"],
    ["(-1)^{2n}", "1"],
    ["(-1)^{n(n+1)/2}", "(-1)^{n}(-1)^{n(n-1)/2}"],
    ["n \\bmod 7", "n - 7\\lfloor n/7 \\rfloor"],
    ["\\gcd(m,n)\\operatorname{lcm}(m,n)", "|mn|"],
    ["\\gcd(a,b)", "\\gcd(a-b,b)"],
    ["\\binom{n}{k}", "\\frac{n!}{k!(n-k)!}"],
    ["\\frac{n(n+1)(2n+1)}{6}", "\\sum_{k=1}^n k^2"],
    ["\\lfloor x \\rfloor + \\lfloor x+1/2\\rfloor", "\\lfloor 2x\\rfloor"],
    ["\\lfloor -x \\rfloor", "-\\lceil x \\rceil"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["\\lfloor \\frac{2n-2}{5} \\rfloor", "\\lfloor\\frac{2 n-1}{5}\\rfloor"],
    ["\\lfloor \\frac{2n}{5} \\rfloor", "\\lfloor\\frac{2 n-1}{5}\\rfloor"],
    ["\\lfloor \\frac{n+7}{12}\\rfloor", "\\lceil \\frac{n-3}{12} \\rceil"],
    ["\\lfloor \\frac{n}{1000} \\rfloor", "\\lfloor \\frac{n+1}{1000} \\rfloor"],
    ["\\lfloor \\frac{n^2}{1000000} \\rfloor", "0"],
    ["\\lceil \\log_2 n \\rceil", "\\lfloor \\log_2 n \\rfloor + 1"],
    ["\\lfloor \\sqrt n \\rfloor", "\\lceil \\sqrt n \\rceil"],
    ["\\gcd(n, 6)", "\\gcd(n,12)"],
    ["\\gcd(n, 1000003)", "1"],
    ["n \\bmod 7", "n \\bmod 8"],
    ["\\operatorname{lcm}(n, 4)", "4n"],
    ["(-1)^{n}", "(-1)^{n+1}"],
    ["(-1)^{n(n+1)/2}", "(-1)^{n(n-1)/2}"],
    ["\\lfloor \\frac{m+n}{2} \\rfloor", "\\lfloor \\frac{m}{2} \\rfloor+\\lfloor \\frac{n}{2} \\rfloor"],
    ["\\lfloor x \\rfloor + \\lfloor x+1/3\\rfloor", "\\lfloor 2x\\rfloor"],
    // x is no integer.
    ["\\sin(x\\pi)", "0"],
    ["(-1)^{2x}", "1"],
    ["x \\bmod 1", "0"],
    ["\\lfloor x \\rfloor", "x"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("absolute values and maxima are another formula on either side", () => {
  it.each([
    ["|x-500|", "\\max(x-500,500-x)"],
    ["|x-500|", "\\sqrt{(500-x)^2}"],
    ["\\frac{a+b+|a-b|}{2}", "\\max(a,b)"],
    ["|x|^2", "x^2"],
    ["\\sqrt{\\sin^2 x}", "|\\sin x|"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["\\max(n,100000)", "100000"],
    ["\\min(x,30)", "x"],
    ["\\min(n, 10^9)", "n"],
    ["|x+1000|", "x+1000"],
    ["|x-500|", "500-x"],
    ["|x^2-10^6|", "10^6-x^2"],
    ["|(x-1000)(x-1001)|", "(x-1000)(x-1001)"],
    ["|x-1|+|x-2|", "2x-3"],
    ["\\frac{|x-1000000|}{x-1000000}", "-1"],
    ["\\frac{a+b+|a-b|}{2}", "\\max(b,a,0)"],
    ["|e^x-10000|", "10000-e^x"],
    ["|\\ln x - 20|", "20-\\ln x"],
    ["\\sqrt{(x+1000)^2}", "x+1000"],
    ["\\sqrt{x^2+2000x+1000000}", "x+1000"],
    ["\\sqrt{1-\\cos^2 x}", "\\sin x"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("roots and logarithms are compared wherever the gold answer is real", () => {
  it.each([
    ["\\sqrt{x^3}", "x\\sqrt{x}"],
    ["\\sqrt{1/n}", "\\frac{1}{\\sqrt{n}}"],
    ["\\sqrt{\\frac{2h}{g}}", "\\frac{\\sqrt{2hg}}{g}"],
    ["\\frac{\\sqrt{2hg}}{g}", "\\sqrt{\\frac{2h}{g}}"],
    ["\\sqrt{\\frac{3}{k}}", "\\frac{\\sqrt{3}}{\\sqrt{k}}"],
    ["\\sqrt{a}\\sqrt{b}", "\\sqrt{ab}"],
    ["\\ln(ab)", "\\ln a+\\ln b"],
    ["\\ln a-\\ln b", "\\ln\\frac{a}{b}"],
    ["\\ln(x^2)", "2\\ln|x|"],
    ["2\\ln|x|", "\\ln x^2"],
    // Wherever 2 ln x is real the other one is the same.
    ["\\ln(x^2)", "2\\ln x"],
    ["\\sqrt{x^2y}", "|x|\\sqrt y"],
    ["\\sqrt{x^4}", "x^2"],
    ["\\sqrt[3]{x^3}", "x"],
    ["a^nb^n", "(ab)^n"],
    ["x^{i}", "e^{i\\ln x}"],
    ["\\sqrt{x-1000}", "\\frac{x-1000}{\\sqrt{x-1000}}"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["x", "\\sqrt{x^2}"],
    ["\\sqrt{x^2}", "x"],
    ["x^3", "\\sqrt{x^6}"],
    ["x\\sqrt y", "\\sqrt{x^2y}"],
    ["\\sqrt[4]{x^4}", "x"],
    // −2 has the logarithm of a square, but no logarithm.
    ["2\\ln x", "\\ln(x^2)"],
    ["\\sqrt{x}", "(x^2)^{1/4}"],
    ["\\arcsin(\\sin x)", "x"],
    ["\\arctan(\\tan x)", "x"],
    ["a+b", "\\sqrt{a^2+b^2}"],
    ["\\sqrt{\\frac{2h}{g}}", "\\frac{\\sqrt{2hg}}{h}"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("formulas of every kind", () => {
  it.each([
    ["i^{4n}", "1"],
    ["i^{2n}", "(-1)^n"],
    ["x \\neq 0", "\\{x \\mid x \\neq 0\\}"],
    [
      "\\begin{pmatrix}1\\\\2\\end{pmatrix} + t\\begin{pmatrix}3\\\\4\\end{pmatrix}",
      "\\begin{pmatrix}1+3t\\\\2+4t\\end{pmatrix}",
    ],
    ["\\lfloor \\log_{10} n \\rfloor + 1", "\\lceil \\log_{10} (n+1)\\rceil"],
    ["\\gcd(n,2)", "\\frac{3+(-1)^n}{2}"],
    ["\\tan(\\pi n + x)", "\\tan x"],
    ["e^{\\ln x}", "x"],
    ["\\sqrt{x}\\sqrt{x}", "x"],
    ["\\sqrt{\\frac{GM}{r}}", "\\frac{\\sqrt{GMr}}{r}"],
    ["\\sqrt{\\frac{1}{LC}}", "\\frac{1}{\\sqrt{LC}}"],
    ["\\log_a b", "\\frac{1}{\\log_b a}"],
    ["\\log_a b", "\\frac{\\ln b}{\\ln a}"],
    ["a^{\\log_b c}", "c^{\\log_b a}"],
    ["\\sinh^{-1} x", "\\ln(x+\\sqrt{x^2+1})"],
    ["\\operatorname{artanh} x", "\\frac{1}{2}\\ln\\frac{1+x}{1-x}"],
    ["\\lfloor n/7 \\rfloor + \\lfloor n/11\\rfloor", "\\lfloor n/7 \\rfloor + \\lfloor (n+0)/11\\rfloor"],
    ["\\lfloor n/99 \\rfloor + 1", "\\lfloor (n+99)/99 \\rfloor"],
    ["\\sum_{k=1}^{n} (-1)^k", "\\frac{(-1)^n-1}{2}"],
    ["\\sum_{k=0}^{n} \\binom{n}{k}", "2^n"],
    ["\\sum_{k=0}^{n} \\binom{n}{k}^2", "\\binom{2n}{n}"],
    ["\\prod_{k=1}^{n} k", "n!"],
    ["(-1)^{\\lfloor n/2 \\rfloor}", "\\cos(n\\pi/2)+\\sin(n\\pi/2)"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["x \\equiv 7 \\pmod 5", "2"],
    ["i^{n}", "1"],
    ["\\{n^2 : n \\in \\mathbb{N}\\}", "\\{n : n \\in \\mathbb{N}\\}"],
    ["|x-\\pi|", "x-\\pi"],
    ["\\max(n,10^{50})", "10^{50}"],
    ["|x^5-10^{10}|", "x^5-10^{10}"],
    ["\\max(a,b)", "a"],
    ["\\min(m,n)", "m"],
    ["\\lfloor \\log_{10} n \\rfloor + 1", "\\lceil \\log_{10} n\\rceil"],
    ["\\arctan x + \\arctan\\frac1x", "\\frac{\\pi}{2}"],
    ["\\ln(x-1)", "\\ln|x-1|"],
    ["2^{\\lfloor \\log_2 n\\rfloor}", "n"],
    ["n\\lfloor n/3\\rfloor", "n^2/3"],
    ["\\lceil x \\rceil", "\\lfloor x \\rfloor + 1"],
    ["\\left\\lfloor \\frac{2023}{n} \\right\\rfloor", "\\left\\lfloor \\frac{2024}{n} \\right\\rfloor"],
    ["F_{n+1}", "F_n"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("more residues than can be tried", () => {
  it.each([
    ["\\lfloor \\frac{n}{1000} \\rfloor + 1", "\\lfloor \\frac{n+1000}{1000} \\rfloor"],
    ["\\lfloor 0.001n \\rfloor", "\\lfloor \\frac{n}{1000} \\rfloor"],
    [
      "\\lfloor \\frac{n}{30} \\rfloor + \\lfloor \\frac{2m}{24} \\rfloor",
      "\\lfloor \\frac{m}{12} \\rfloor + \\lfloor \\frac{n}{30} \\rfloor",
    ],
    ["(x+1)^2-2x-1+\\lfloor \\frac{n}{1000} \\rfloor", "x^2+\\lfloor \\frac{n}{1000} \\rfloor"],
  ])("%s is %s, as the same is rounded", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1, rule: "equal formulas of the same roundings" });
  });

  it("are undecided otherwise, and say so", () => {
    expect(judge("\\lfloor \\frac{n}{1000} \\rfloor", "\\frac{n - (n \\bmod 1000)}{1000}")).toMatchObject({
      score: 0,
      rule: "undecided: formulas with more residues than can be tried",
    });
  });
});
