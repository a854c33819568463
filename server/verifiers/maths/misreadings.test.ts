/** Answers that look like something else: what was once read as other maths than people see. */
import { describe, expect, it } from "vitest";
import { goldProblem, verifyMath } from "./verify-math";

const boxed = (answer: string, gold: string): 0 | 1 | null => verifyMath(`\\boxed{${answer}}`, gold).score;

type Pairs = readonly (readonly [answer: string, gold: string])[];
const kinds: Readonly<Record<string, { readonly same: Pairs; readonly different: Pairs }>> = {
  "a unit in brackets is no product of letters": {
    same: [
      ["107", "107 (ft)"],
      ["107 \\text{ feet}", "107 (ft)"],
      ["8 kg", "8 (kg)"],
      ["350", "350 (g)"],
      ["10\\text{ m}", "10 (m)"],
      ["2", "2 (GB)"],
      ["10 (ml)", "10"],
      ["x(m)", "xm"],
    ],
    different: [
      ["107 \\text{ inches}", "107 (ft)"],
      ["8", "8 (k)"],
      ["10", "10(m)"],
    ],
  },
  "words beside maths in dollars": {
    same: [
      ["y = 2t \\text{ ft}", "$y = 2t$ ft"],
      ["450000 \\text{ foot-pounds}", "$450,000$ foot-pounds"],
      ["y=x,z=2", "$y = x$ and $z = 2$"],
      ["4 \\text{ in}", "$4$ in"],
    ],
    different: [
      ["y = 2tft", "$y = 2t$ ft"],
      ["450000 - p", "$450,000$ foot-pounds"],
    ],
  },
  "times of day": {
    same: [
      ["3:30 PM", "3:30 p.m."],
      ["3\\!:\\!30 \\text{ pm}", "3:30 p.m."],
      ["\\text{3:30 p.m.}", "$3: 30$ PM"],
      ["1:58\\text{ a.m.}", "1:58 am"],
      ["5\\text{ a.m.}", "$5am$"],
      ["5:00 AM", "5 a.m."],
      ["6:01 pm", "6:01:00 p.m."],
    ],
    different: [
      ["3:30 am", "3:30 pm"],
      ["1:10 pm", "3:30 pm"],
      ["58 am", "1:58 am"],
      ["a5m", "5 am"],
      ["9:03:36 a.m.", "9:03 a.m."],
    ],
  },
  "numbers in circles are a list": {
    same: [
      ["①③④", "$\\textcircled{1}\\textcircled{3}\\textcircled{4}$"],
      ["①, ③", "③①"],
      ["\\textcircled{2}, \\textcircled{3}", "\\textcircled{3}\\textcircled{2}"],
    ],
    different: [
      ["②⑥", "③④"],
      ["①⑫", "③④"],
      ["①", "①③"],
      ["1", "①"],
    ],
  },
  "marks over a name belong to it": {
    same: [["\\dot{x}y", "y\\dot x"]],
    different: [
      ["\\dot{x}y", "x\\dot{y}"],
      ["\\ddot{x}", "\\dot{x}"],
      ["\\dot x", "x"],
    ],
  },
  "looks are no maths": {
    same: [
      ["\\color{red}{5}", "5"],
      ["\\textcolor{red}{5}", "5"],
      ["{\\color{blue}5}", "5"],
      ["\\Large 5", "5"],
      ["5\\vphantom{7}", "5"],
      ["\\lnot p", "\\neg p"],
    ],
    different: [
      ["\\color{red}{5}", "red5"],
      ["\\phantom{5}6", "56"],
      ["\\hphantom{5}6", "5"],
      ["\\textcolor{5}{6}", "5"],
    ],
  },
  "signs for fractions, cents, degrees, and numbers of programs": {
    same: [
      ["½", "0.5"],
      ["3½", "3.5"],
      ["-2¾", "-2.75"],
      ["⅔x", "2x/3"],
      ["5¢", "0.05 \\text{ dollars}"],
      ["90\\deg", "90^\\circ"],
      ["-1.5", "-3./2"],
    ],
    different: [
      ["½", "2"],
      ["3½", "1.5"],
      ["5¢", "\\$5"],
    ],
  },
  "lg without a backslash": {
    same: [
      ["2\\pi\\sqrt{\\frac{l}{g}}", "\\frac{2\\pi\\sqrt{lg}}{g}"],
      ["lg 100", "2"],
      ["lg(100)", "2"],
    ],
    different: [["lg", "\\lg 10"]],
  },
  "remainders as people write them": {
    same: [
      ["x \\equiv 3 \\;(\\text{mod } 7)", "x\\equiv 10\\pmod 7"],
      ["x \\equiv 3 \\ (\\operatorname{mod} 7)", "x\\equiv 3\\pmod 7"],
      ["x ≡ 3 (mod 7)", "x\\equiv 3\\pmod 7"],
      ["n\\equiv 1,2\\pmod 3", "n\\equiv1\\pmod3\\text{ or }n\\equiv2\\pmod3"],
      ["n\\equiv 2,4\\pmod 3", "n\\equiv1,2\\pmod 3"],
    ],
    different: [
      ["x \\equiv 3 (\\text{mod } 8)", "x\\equiv 3\\pmod 7"],
      ["n\\equiv 1\\pmod 3", "n\\equiv1,2\\pmod 3"],
      ["n\\equiv 0,2\\pmod 3", "n\\equiv1,2\\pmod 3"],
    ],
  },
  "ordinals are numbers": {
    same: [
      ["15\\text{th}", "15"],
      ["15^{\\text{th}}", "15"],
      ["\\text{3rd}", "3rd"],
      ["6", "6th"],
      ["21st", "21"],
      ["n = 112\\text{th}", "112"],
    ],
    different: [
      ["5th", "6th"],
      ["21th", "21"],
      ["6ht", "6th"],
    ],
  },
  "units behind powers, and in words": {
    same: [
      ["3 × 10^8 m/s", "3\\times10^8"],
      ["9.8 \\cdot 10^{1} m/s^2", "98 \\text{ m/s}^2"],
      ["\\text{12 inches}", "1 foot"],
      ["\\text{1.5 hours}", "90 \\text{ min}"],
    ],
    different: [
      ["3 × 10^8 m/t", "3\\times10^8"],
      ["3m/s", "3"],
      ["\\text{12 inches}", "12 feet"],
      ["\\text{12 or more}", "12"],
    ],
  },
  "several choices": {
    same: [
      ["A, C", "AC"],
      ["A \\text{ and } C", "CA"],
      ["ABD", "A, B, D"],
    ],
    different: [
      ["A, C", "AD"],
      ["A, C, C", "AC"],
      ["A", "AC"],
      ["(A, C)", "AC"],
    ],
  },
  "speeds in one word": {
    same: [
      ["60 mph", "60 miles per hour"],
      ["60 mi/h", "60 mph"],
      ["36 kph", "10 \\text{ m/s}"],
      ["120\\text{ sq. ft.}", "120"],
      ["120\\text{ cu. cm}", "120 \\text{ cm}^3"],
    ],
    different: [
      ["60 mph", "60 km/h"],
      ["60 mph", "60 miles"],
    ],
  },
};

describe.each(Object.entries(kinds))("%s", (_kind, { same, different }) => {
  it.each(same)("%s is %s", (answer, gold) => {
    expect(boxed(answer, gold)).toBe(1);
  });
  it.each(different)("%s is not %s", (answer, gold) => {
    expect(boxed(answer, gold)).toBe(0);
  });
});

describe("sentences around maths", () => {
  it.each([
    "$\\max$ at $x = 7$",
    "$\\min$ at $n \\pi$",
    "$p(y) = 1/2$ for $y = 1$, 2; otherwise $0$",
    "$\\hat{\\mu}^{3}=32.768 \\mathrm{~cm}^{3}$ is the MLE",
  ])("are not read as products of their letters: %s", (gold) => {
    expect(goldProblem(gold)).toMatch(/cannot be read/);
    expect(boxed(gold, gold)).toBe(1);
  });

  it("keep a command that lost its backslash", () => {
    expect(boxed("x \\geq -3, x \\neq 0", "x \\geq -3, x \neq 0")).toBe(1);
    expect(boxed("x \\geq -3, x = 0", "x \\geq -3, x \neq 0")).toBe(0);
  });
});
