/** Values with rules of their own: double factorials, matrices, what is infinite or has no value, complex numbers, signs. */
import { describe, expect, it } from "vitest";
import { verifyMath } from "./verify-math";

const judge = (answer: string, gold: string) => verifyMath(`\\boxed{${answer}}`, gold);

describe("double factorials", () => {
  it.each([
    ["6!!", "48"],
    ["15", "5!!"],
    ["(3!)!", "720"],
    ["(2n)!!", "2^n n!"],
    ["(2n-1)!!", "\\frac{(2n)!}{2^n n!}"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["6!!", "720"],
    ["5!!", "120"],
    ["3!!!", "3"],
    ["n!!", "n!"],
    ["(n!)!", "n!!"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("matrices", () => {
  it.each([
    [
      "\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix} + \\begin{pmatrix}5 & 6 \\\\ 7 & 8\\end{pmatrix}",
      "\\begin{pmatrix}6 & 8 \\\\ 10 & 12\\end{pmatrix}",
    ],
    [
      "\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix} - \\begin{pmatrix}5 & 6 \\\\ 7 & 8\\end{pmatrix}",
      "\\begin{pmatrix}-4 & -4 \\\\ -4 & -4\\end{pmatrix}",
    ],
    [
      "\\begin{pmatrix}1 & 0 \\\\ 0 & 1\\end{pmatrix} \\begin{pmatrix}1 & 0 \\\\ 0 & 1\\end{pmatrix}",
      "\\begin{pmatrix}1 & 0 \\\\ 0 & 1\\end{pmatrix}",
    ],
    [
      "\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix} \\begin{pmatrix}0 & 1 \\\\ 1 & 0\\end{pmatrix}",
      "\\begin{pmatrix}2 & 1 \\\\ 4 & 3\\end{pmatrix}",
    ],
    ["\\frac12\\begin{pmatrix}2 & 4 \\\\ 6 & 8\\end{pmatrix}", "\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}"],
    ["-\\begin{pmatrix}2 \\\\ 4\\end{pmatrix}", "\\begin{pmatrix}-2 \\\\ -4\\end{pmatrix}"],
    ["\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}^T", "\\begin{pmatrix}1 & 3 \\\\ 2 & 4\\end{pmatrix}"],
    ["\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}^{-1}", "\\begin{pmatrix}-2 & 1 \\\\ 3/2 & -1/2\\end{pmatrix}"],
    ["\\begin{pmatrix}1 & 1 \\\\ 0 & 1\\end{pmatrix}^{10}", "\\begin{pmatrix}1 & 10 \\\\ 0 & 1\\end{pmatrix}"],
    ["\\begin{vmatrix}1 & 2 \\\\ 3 & 4\\end{vmatrix}", "-2"],
    ["\\det\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}", "-2"],
    ["\\left|\\begin{array}{cc}a & b \\\\ c & d\\end{array}\\right|", "ad-bc"],
    ["x\\begin{pmatrix}1 \\\\ y\\end{pmatrix}", "\\begin{pmatrix}x \\\\ xy\\end{pmatrix}"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    [
      "\\begin{pmatrix}0 & 1 \\\\ 1 & 0\\end{pmatrix} \\cdot \\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}",
      "\\begin{pmatrix}2 & 1 \\\\ 4 & 3\\end{pmatrix}",
    ],
    ["\\begin{pmatrix}1 & 1 \\\\ 1 & 1\\end{pmatrix}^{-1}", "\\begin{pmatrix}1 & 1 \\\\ 1 & 1\\end{pmatrix}"],
    [
      "\\begin{pmatrix}1 & 2\\end{pmatrix}+\\begin{pmatrix}1 \\\\ 2\\end{pmatrix}",
      "\\begin{pmatrix}2 & 4\\end{pmatrix}",
    ],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});

describe("values that are none, infinite, complex or of either sign", () => {
  it.each([
    ["\\infty", "+\\infty"],
    ["\\sqrt{-4}", "2i"],
    ["i^4", "1"],
    ["e^{i\\pi}", "-1"],
    ["(1+i)^2", "2i"],
    ["|3+4i|", "5"],
    ["\\frac{1}{i}", "-i"],
    ["10^{10^{10}}", "10^{10^{10}}"],
    ["(-1)^{10^{20}}", "1"],
    ["\\pm 1 \\mp 2", "\\pm 1"],
    ["x \\pm y", "x+y, x-y"],
    ["\\pm\\sqrt{2}\\pm\\sqrt{3}", "\\pm\\sqrt{2}\\pm\\sqrt{3}"],
    ["\\mathrm{NaN}", "\\mathrm{NaN}"],
    ["\\frac{x^2}{x}", "x"],
    ["0x", "0"],
    ["x^0", "1"],
    ["(-8)^{1/3}", "-2"],
  ])("%s is %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 1 });
  });

  it.each([
    ["\\frac{1}{0}", "\\infty"],
    ["\\infty-\\infty", "0"],
    ["0", "\\infty-\\infty"],
    ["\\infty+1", "\\infty"],
    ["0\\cdot\\infty", "0"],
    ["\\frac{0}{0}", "1"],
    ["\\frac{0}{0}", "0"],
    ["0^0", "1"],
    ["0^{-1}", "0"],
    ["-\\infty", "\\infty"],
    ["\\ln 0", "-\\infty"],
    ["\\tan\\frac{\\pi}{2}", "0"],
    ["\\sqrt{-4}", "-2i"],
    ["\\sqrt{-4}", "2"],
    ["(1+i)^2", "-2i"],
    ["2^{10^{20}}", "2^{10^{20}+1}"],
    ["10^{10^{10}}+1", "10^{10^{10}}"],
    ["\\pm 1 \\pm 2", "\\pm 3"],
    ["x \\pm y", "x+y"],
    ["\\mathrm{NaN}", "0"],
    ["\\frac{x}{0}", "x"],
    ["\\frac{x-x}{x-x}", "1"],
    ["5 \\bmod 0", "5"],
    ["\\log_1 5", "5"],
    ["\\sqrt[0]{5}", "1"],
    ["(-1)!", "1"],
    ["\\arcsin 2", "\\frac{\\pi}{2}"],
  ])("%s is not %s", (answer, gold) => {
    expect(judge(answer, gold)).toMatchObject({ score: 0 });
  });
});
