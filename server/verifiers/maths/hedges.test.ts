/** Completions that say more than one answer, take one back, or say one answer in two ways. */
import { describe, expect, it } from "vitest";
import { verifyMath } from "./verify-math";

const score = (completion: string, gold: string): 0 | 1 | null => verifyMath(completion, gold).score;

describe("several letters of a multiple choice", () => {
  it.each([
    ["The answer is D (or A).", "D"],
    ["The answer is D, or perhaps A.", "D"],
    ["The answer is A, B, C, or D.", "A"],
    ["The answer is A|B", "A"],
    ["The answer is A & B", "A"],
    ["The answer is A; B; C", "B"],
    ["The answer is A but it may be B", "A"],
    ["I choose A or B.", "A"],
    ["Option D, maybe option C", "D"],
    ["\\boxed{D/C}", "D"],
    ["<answer>A, B</answer>", "A"],
  ])("%s pays for none", (completion, gold) => {
    expect(score(completion, gold)).toBe(0);
  });

  it.each([
    ["The answer is D, not A.", "D"],
    ["The answer is C, since A and B fail.", "C"],
    ["The answer is B (option B).", "B"],
    ["The answer is B, I think.", "B"],
    ["The answer is C. A is too small.", "C"],
    ["I choose D", "D"],
    ["So I would pick option B because it is odd.", "B"],
    ["(d)", "D"],
    ["d", "D"],
    ["Option D", "D"],
    ["Answer\n\nC", "C"],
    ["<answer>(D) 12</answer>", "D"],
  ])("%s is one", (completion, gold) => {
    expect(score(completion, gold)).toBe(1);
  });
});

describe("several numbers", () => {
  it.each([
    ["The answer is 5. Or 6. Or 7.", "5"],
    ["The answer is 5. Or 6. Or 7.", "7"],
    ["The answer is 5, no wait, 6.", "5"],
    ["The answer is 5, or 6 if x is even.", "5"],
    ["The answer is 5. Maybe it is 6.", "5"],
    ["The final answer is 5? I think 6.", "5"],
    ["The final answer is 5. Sorry, I mean 6.", "5"],
    ["<answer>5\n6</answer>", "5"],
    ["<answer>5\n6</answer>", "6"],
    ["<answer>5 (or 6)</answer>", "5"],
    ["I do not know, 3 or 4.", "4"],
    ["I do not know, 3 or 4.", "3"],
    ["It is $3$ or $4$.", "4"],
    ["So we get $3$ or maybe $4$", "4"],
    ["1 2 3 4 5 6 7 8 9", "9"],
    ["5? 6? 7?", "7"],
    ["It may be 80, 90, 100", "100"],
    ["No, wait: yes.", "No"],
    ["Yes. No.", "Yes"],
  ])("%s does not pay for %s", (completion, gold) => {
    expect(score(completion, gold)).toBe(0);
  });

  it.each([
    ["I do not know, 3 or 4.", "3, 4"],
    ["It is $3$ or $4$.", "3, 4"],
    ["The answer is 5. Alternatively, count the pairs in rows.", "5"],
    ["The answer is 5. Actually, this holds for all such sets.", "5"],
    ["So there are 6 × 7 = 42\n\n42", "42"],
    ["We see that in 2023, 45 people came.", "45"],
    ["Step 2: we have 42", "42"],
    ["Yes, there is no remainder.", "Yes"],
    ["\\boxed{\\text{Yes, it is}}", "Yes"],
    ["No, it is not true that it holds.", "No"],
  ])("%s is %s", (completion, gold) => {
    expect(score(completion, gold)).toBe(1);
  });
});

describe("one value in several ways", () => {
  it.each([
    ["\\boxed{3.5 \\text{ or } 7/2}", "7/2"],
    ["\\boxed{7/2 (or 3.5)}", "3.5"],
    ["The answer is 7/2, or 3.5.", "7/2"],
    ["\\boxed{\\frac{\\pi}{6}\\ (\\approx 0.524)}", "\\frac{\\pi}{6}"],
    ["\\boxed{\\frac{\\pi}{6}\\text{ (approximately 0.524)}}", "\\frac{\\pi}{6}"],
    ["\\boxed{\\sqrt2 \\text{ or about } 1.414}", "\\sqrt2"],
    ["So we get 5/6 (about 0.83).", "5/6"],
    ["So we get 5/6 ≈ 0.83.", "5/6"],
    ["\\boxed{5 = x}", "5"],
    ["\\boxed{5 = x}", "x = 5"],
    ["\\boxed{m\\angle A = 30^\\circ}", "30"],
    ["\\boxed{\\frac{dy}{dx}=2x}", "2x"],
    ["\\boxed{5 ft 6 in}", "66 inches"],
    ["\\boxed{1\\text{ hour }30\\text{ minutes}}", "90 minutes"],
    ["\\boxed{2\\text{ hours and }15\\text{ minutes}}", "2.25 \\text{ hours}"],
    ["\\boxed{(-\\infty,1)\\text{ or }(3,\\infty)}", "(-\\infty,1)\\cup(3,\\infty)"],
    ["\\boxed{(-\\infty,1),(3,\\infty)}", "(-\\infty,1)\\cup(3,\\infty)"],
    ["\\boxed{(-\\infty,1)\\cup(3,\\infty)}", "(-\\infty,1), (3,\\infty)"],
    ["\\boxed{\\begin{pmatrix} 1 \\\\ 2 \\\\ 3 \\end{pmatrix}}", "(1,2,3)"],
    ["\\boxed{100,200,300}", "100, 200, 300"],
    ["\\boxed{5 \\text{ tens}}", "50"],
    ["\\boxed{\\frac{1}{3} = 0.333}", "1/3"],
    ["\\boxed{5 \\cdot 3.33 = 16.67}", "16.67"],
    ["\\boxed{P(A) = 1/3}", "1/3"],
  ])("%s is %s", (completion, gold) => {
    expect(score(completion, gold)).toBe(1);
  });

  it.each([
    ["\\boxed{3.5 \\text{ or } 9/2}", "7/2"],
    ["\\boxed{7/2 (or 3.6)}", "3.5"],
    ["\\boxed{\\frac{\\pi}{6} (\\approx 0.7)}", "0.7"],
    ["So we get 5/6 ≈ 0.9.", "0.9"],
    ["\\boxed{3 = 4}", "4"],
    ["\\boxed{3 = 4}", "3"],
    ["\\boxed{1 = 2 = 3}", "3"],
    ["\\boxed{4 \\approx 5 \\approx 6}", "5"],
    ["\\boxed{1.5 = 3.5}", "3.5"],
    ["\\boxed{5 = y}", "x = 5"],
    ["\\boxed{1\\text{ hour }30\\text{ minutes}}", "30 minutes"],
    ["\\boxed{30\\text{ minutes }1\\text{ hour}}", "1 hour"],
    ["\\boxed{1\\text{ hour }30\\text{ meters}}", "1 hour"],
    ["\\boxed{(-\\infty,1),(3,4)}", "(-\\infty,1)\\cup(3,\\infty)"],
    ["\\boxed{\\begin{pmatrix} 1 \\\\ 3 \\\\ 2 \\end{pmatrix}}", "(1,2,3)"],
    ["\\boxed{\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}}", "(1,2,3,4)"],
    ["\\boxed{100,200,301}", "100, 200, 300"],
    ["\\boxed{100,200,300}", "100200301"],
    ["\\boxed{5 \\text{ tens}}", "5"],
    ["\\boxed{5 \\text{ twos}}", "5"],
    ["\\boxed{P(B) = 1/3}", "P(A) = 1/3"],
    ["\\boxed{\\text{-x}}", "\\text{x}"],
  ])("%s is not %s", (completion, gold) => {
    expect(score(completion, gold)).toBe(0);
  });
});

describe("reasoning of more models", () => {
  it.each([
    "<|im_start|>think\n\\boxed{13}\n<|im_start|>answer\n14",
    "<internal_monologue>\\boxed{13}</internal_monologue>14",
    "<thought_process>\\boxed{13}</thought_process> It is 14.",
  ])("is not the answer: %s", (completion) => {
    expect(score(completion, "13")).toBe(0);
    expect(score(completion, "14")).toBe(1);
  });
});
