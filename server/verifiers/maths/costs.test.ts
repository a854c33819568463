/** What a verdict may cost, in processor time. */
import { expect, it } from "vitest";
import { searchCosts } from "./costs.testing";
import { sameMath, verifyMath } from "./verify-math";

/** Milliseconds of this thread's processor time, the shorter of two tries: the first may compile code. */
function cost(run: () => unknown): number {
  const used = (): number => (process as Partial<NodeJS.Process>).threadCpuUsage!().user / 1000;
  const once = (): number => {
    const start = used();
    run();
    return used() - start;
  };
  return Math.min(once(), once());
}

it.each([
  ["y", "$10^{100}$,$10^{1 / 100}$"],
  ["x^{0.123}", "x"],
  ["10^{0.301}", "2"],
  ["2x", "2^{k-n}"],
  ["\\sqrt[9999]{3}", "\\pi"],
  ["\\sqrt[5000]{3}", "\\pi"],
  ["\\binom{x}{500}", "x"],
  ["(\\tan(n))^{12345678901234567890 \\cdot 1.0001}", "(\\tan(n))^{12345678901234567890 \\cdot 1.0001}+0"],
  ["\\binom{1e-3500}{33}", "\\pi"],
  ["\\gcd(1e9999+1, 3^{8000})", "1"],
  ["1e9999, ".repeat(240) + "1", "1"],
  ["\\prod_{k=1}^{900}(x+k)", "x"],
  ["\\log_{3}(7^{9000}+1)", "\\sqrt{2}"],
])("%s is judged in 50 ms", (answer, gold) => {
  expect(cost(() => verifyMath(`\\boxed{${answer}}`, gold))).toBeLessThanOrEqual(50);
  expect(cost(() => sameMath(answer, gold))).toBeLessThanOrEqual(50);
});

it.each(["####", "####　", "\\boxed{1}", "\\boxed 1", "\\boxed{1},\n", "，####", "#### 1\n"])(
  "a text full of %j is judged in 50 ms",
  (piece) => {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    expect(cost(() => verifyMath(text, "7"))).toBeLessThanOrEqual(50);
  },
);

it("no answer that a search makes slower and slower takes more than 50 ms", () => {
  const { costs, slowest } = searchCosts((completion, gold) => cost(() => verifyMath(completion, gold)), 150);
  expect(costs.length).toBeGreaterThan(100);
  expect(slowest[0]!.cost).toBeLessThanOrEqual(50);
});

it.each([
  ["\\sqrt[64]{3}", "3^{1/64}"],
  ["\\sqrt[9999]{3}", "3^{1/9999}"],
  ["1.05^{0.123}", "1.05^{123/1000}"],
  ["\\sqrt[3]{10^{300}+1}", "(10^{300}+1)^{1/3}"],
  ["\\binom{1/2}{3}", "\\frac{1}{16}"],
  ["\\gcd(2^{200} \\cdot 3, 2^{190} \\cdot 9)", "3 \\cdot 2^{190}"],
])("%s is %s, however large the root", (answer, gold) => {
  expect(verifyMath(`\\boxed{${answer}}`, gold).score).toBe(1);
});

it.each([
  ["\\sqrt[3]{10^{300}+1}", "10^{100}"],
  ["\\sqrt[9999]{3}", "3^{1/9998}"],
  ["\\sqrt[1000]{2^{1000}+1}", "2"],
  ["0^0", "1"],
])("%s is not %s", (answer, gold) => {
  expect(verifyMath(`\\boxed{${answer}}`, gold).score).toBe(0);
});
