/** How answers are read: kinds that were once read too kindly, and kinds that people write and were not read. */
import { describe, expect, it } from "vitest";
import { verifyMath } from "./verify-math";

const score = (completion: string, gold: string): 0 | 1 | null => verifyMath(completion, gold).score;
const boxed = (answer: string, gold: string): 0 | 1 | null => score(`\\boxed{${answer}}`, gold);

const kinds: Readonly<Record<string, { readonly same: readonly string[][]; readonly different: readonly string[][] }>> =
  {
    "points and intervals": {
      same: [
        ["(0,1)", "0<f(x)<1"],
        ["(1,2)", "1<x<2"],
        ["(-\\infty, 3)", "x<3"],
        ["x<3", "(-\\infty, 3)"],
        ["[3,1]", "[3, 1]"],
      ],
      different: [
        ["\\emptyset", "(3,-4)"],
        ["[1,0]", "(3,-4)"],
        ["(5,1]", "(3,-4)"],
        ["(4,1]", "(4,1)"],
        ["(1,2]", "\\emptyset"],
        ["(5,1]", "(7,2]"],
        ["[1,0]", "\\emptyset"],
        ["\\{\\emptyset\\}", "\\emptyset"],
        ["0<x<1", "(0,1)"],
      ],
    },
    "words behind a number": {
      same: [
        ["5{,}000{,}000", "5 million"],
        ["\\$2.5 \\text{ billion}", "2500000000"],
        ["3 \\text{ dozen}", "36"],
        ["3 \\text{ tenths}", "0.3"],
        ["5 \\text{ squared}", "25"],
        ["5 \\text{ degrees below zero}", "-5"],
        ["twenty-one", "21"],
        ["\\text{two thirds}", "2/3"],
        ["12 (twelve)", "12"],
        ["20 years old", "20"],
        ["12 \\text{ red balls}", "12"],
        ["8 packs of gum", "8 (packs of gum)"],
        ["8", "8 (packs of gum)"],
        ["500 \\text{ cents}", "\\$5"],
        ["30^\\circ C", "30"],
        ["63^{\\circ} 45^{\\prime}", "63.75^{\\circ}"],
      ],
      different: [
        ["5", "5 million"],
        ["5 \\text{ thousand}", "5"],
        ["5 \\text{ lakh}", "5"],
        ["3 \\text{ tenths}", "3"],
        ["3 \\text{ hundredths}", "3"],
        ["5 \\text{ cubed}", "5"],
        ["5 \\text{ below zero}", "5"],
        ["5 \\text{ at most}", "5"],
        ["5 \\text{ or more}", "5"],
        ["5 \\text{ is wrong}", "5"],
        ["5 \\text{ (wrong)}", "5"],
        ["5 \\text{ factorial}", "5"],
        ["5 \\text{ apples}", "5 \\text{ oranges}"],
        ["5 \\text{ fewer apples}", "5 \\text{ apples}"],
        ["\\$180", "180 miles"],
        ["\\$5", "5 \\text{ cents}"],
        ["40\\%", "40 \\text{ min}"],
      ],
    },
    "units behind products": {
      same: [
        ["3 \\times 10^{8}\\,\\text{m}", "300000000"],
        ["3 \\times 10^8 \\text{ m/s}", "3 \\times 10^8"],
        ["480 + 480 \\cdot \\sqrt{3}\\text{ feet}", "480 + 480\\sqrt{3}\\text{ feet}"],
        ["36 \\text{ km/h}", "36 \\text{ km per hour}"],
        ["42\\ \\text{m/s}", "42 m/s"],
        ["10\\text{ N}\\cdot\\text{m}", "10 \\text{ N m}"],
        ["100^\\circ\\text{F}", "100"],
        ["\\pi/4 \\text{ radians}", "\\pi/4"],
        ["2 \\text{ square meters}", "20000 \\text{ cm}^2"],
      ],
      different: [
        ["3 \\times 10^{8}\\,\\text{m}", "3 \\times 10^{8}\\,\\text{s}"],
        ["5 \\text{ m/s}", "5 \\text{ m s}"],
      ],
    },
    "and, or, and logic": {
      same: [
        ["x>1 \\text{ or } x<3", "\\mathbb{R}"],
        ["x>1 \\text{ and } x<3", "1<x<3"],
        ["x<1 \\lor x>3", "(-\\infty,1)\\cup(3,\\infty)"],
        ["x>1 \\text{ and } x<2, \\text{ or } x>5", "(1,2)\\cup(5,\\infty)"],
        ["q \\land p", "p \\wedge q"],
        ["p \\lor q \\land r", "p \\lor (q \\land r)"],
      ],
      different: [
        ["x<1 \\text{ and } x>3", "(-\\infty,1)\\cup(3,\\infty)"],
        ["x>1 \\text{ or } x<3", "1<x<3"],
        ["x>1 \\land x>3", "x>1 \\lor x>3"],
        ["p \\wedge q", "p \\vee q"],
        ["p \\lor q \\land r", "(p \\lor q) \\land r"],
        ["\\text{x ≥ 5}", "\\text{x ≤ 5}"],
        ["\\text{∀x}", "\\text{∃x}"],
      ],
    },
    names: {
      same: [
        ["s(t)=3t", "3t"],
        ["f^{-1}(x)=\\frac{x-1}{2}", "\\frac{x-1}{2}"],
        ["C(x)=5x+2", "5x+2"],
        ["f(w)=2w", "f(x)=2x"],
        ["f(x)=2x+3", "y=2x+3"],
        ["f(x) = cx \\text{ for any } c", "f(x)=cx"],
        ["y'=2y", "y^{\\prime}=2y"],
      ],
      different: [
        ["f(w)=2x", "f(x)=2x"],
        ["0", "I(0) e^{-t}"],
        ["v(0) + at", "at"],
        ["x(1)", "x(0)"],
        ["x''", "x'"],
        ["y'", "y"],
        ["ABC", "CAB"],
      ],
    },
    "several equations": {
      same: [
        ["x=1 \\quad x=2", "x=1, x=2"],
        ["x=1 \\\\ x=2", "x=1, x=2"],
        ["\\begin{aligned} x&=1\\\\ y&=2 \\end{aligned}", "x=1, y=2"],
        ["5 \\quad \\text{cm}", "5 \\text{ cm}"],
      ],
      different: [
        ["-x", "$y=\\frac{c x^{2}}{1-c x} \\quad y=-x$"],
        ["x=2", "x=1 \\quad x=2"],
        ["$y_{1}=3-x$\n$y_{2}=4x$", "$y_{1}=1-x$\n$y_{2}=4x$"],
        ["$w(1)=(1,2)$\n\n$w(2)=(3,5)$", "$w(1)=(1,2)$\n\n$w(2)=(3,4)$"],
      ],
    },
    "exact values with their decimals": {
      same: [
        ["\\dfrac{8}{7} \\approx 1.143", "\\dfrac{8}{7}"],
        ["\\sqrt{2} \\approx 1.414", "\\sqrt2"],
        ["x = \\frac13 \\approx 0.333", "1/3"],
        ["\\frac{40}{3} \\approx 13.33", "13.33"],
        ["\\frac{8}{7} = 1.143", "8/7"],
        ["\\frac{7}{3} \\text{ or about } 2.33", "7/3"],
      ],
      different: [
        ["\\frac{8}{7} \\approx 5", "5"],
        ["\\frac{8}{7} = 1.15", "8/7"],
        ["\\sin(\\pi^\\circ) \\approx 0.755", "\\sin(\\pi^\\circ) \\approx 0.055"],
        ["\\frac{8}{7} \\approx 1.143", "1.144"],
      ],
    },
    words: {
      same: [
        ["\\text{all real numbers}", "(-\\infty,\\infty)"],
        ["\\mathbb{R}", "\\text{all real numbers}"],
        ["\\text{是}", "Yes"],
        ["\\text{keine Lösung}", "\\emptyset"],
        ["1, 2, \\ldots, n", "1,2,...,n"],
        ["2^6 \\cdot 3^5", "2^6 3^5"],
      ],
      different: [
        ["\\text{no}", "Yes"],
        ["1, 2, \\ldots, m", "1,2,\\ldots,n"],
      ],
    },
  };

describe.each(Object.entries(kinds))("%s", (_, { same, different }) => {
  it.each(same)("%s is %s", (answer, gold) =>
    expect(verifyMath(`\\boxed{${answer}}`, gold)).toMatchObject({ score: 1 }),
  );
  it.each(different)("%s is not %s", (answer, gold) =>
    expect(verifyMath(`\\boxed{${answer}}`, gold)).toMatchObject({ score: 0 }),
  );
});

describe("multiple choice", () => {
  it.each([
    "A. Because B is not valid",
    "\\boxed{(A) 42}",
    "\\boxed{\\textbf{(A)}\\ 42}",
    "\\boxed{\\text{A: the first option}}",
    "I would choose option A.",
    "A is the correct answer.",
    "B is wrong. The correct answer is A: 42",
    "The answer is (A).",
    "So A is correct.",
    "answer: a",
  ])("%s chooses A", (completion) => {
    expect(score(completion, "A")).toBe(1);
    expect(score(completion, "B")).toBe(0);
  });

  it.each([
    "Option A is not correct.",
    "A cat has nine lives.",
    "The answer is A or B.",
    "\\boxed{A, B}",
    "ABC",
    "Is it option A?  No.",
  ])("%s does not choose A, or not alone", (completion) => expect(score(completion, "B")).toBe(0));

  it("an answer may have its letter before it, and a gold answer too", () => {
    expect(boxed("\\textbf{(B)}\\ 42", "42")).toBe(1);
    expect(boxed("\\textbf{(B)}\\ 43", "42")).toBe(0);
    expect(boxed("B", "B. 42")).toBe(1);
    expect(boxed("42", "B. 42")).toBe(1);
    expect(boxed("C", "B. 42")).toBe(0);
    expect(boxed("B. 43", "B. 42")).toBe(0);
    expect(boxed("B1", "B")).toBe(0);
    expect(boxed("(A)(B)", "A")).toBe(0);
    expect(boxed("\\text{(B)},", "\\text{(B)},")).toBe(1);
  });
});

describe("sentences", () => {
  it.each([
    ["The answer is:\n- 42", "42"],
    ["The answer is 4!", "4"],
    ["It is 4!", "4"],
    ["It's 4!", "4"],
    ["Answer:\n1. 42", "42"],
    ["Yes, because it is prime.", "Yes"],
    ["The solutions are 3, 5", "3,5"],
    ["So the solutions are 2,3 and 5.", "2, 3, 5"],
    ["\\boxed{\\text{The answer is } 42}", "42"],
    ["Given $a=3$ we get \\[ \\frac{5}{7} \\] as required.", "5/7"],
  ])("%j says %s", (completion, gold) => expect(score(completion, gold)).toBe(1));

  it.each([
    ["\\boxed{4!}", "4"],
    ["#### 4!", "4"],
    ["The answer is -42", "42"],
    ["No, because it is prime.", "Yes"],
  ])("%j does not say %s", (completion, gold) => expect(score(completion, gold)).toBe(0));
});

describe("gold answers in prose", () => {
  it.each([
    ["$k_{1}=9 k_{2}$, where $k_{1}$ is the spring constant of the shorter one.", "k_1 = 9k_2", 1],
    ["The maximum of $f$ is $5$.", "5", 1],
    ["concave down when $x<3$, concave up when $x>3$", "x>3", null],
  ] as const)("%s: %s", (gold, answer, expected) => expect(boxed(answer, gold)).toBe(expected));
});
