import fc from "fast-check";
import { expect, test } from "vitest";
import { diffSteps, diffWords } from "./step-diff";

const steps = fc.array(fc.constantFrom("a = 1", "a = 2", "b = 3", "so it is c", "so it is d", "done"), {
  maxLength: 12,
});

test("steps are aligned by what they have in common, in order", () => {
  expect(diffSteps(["x = 1", "y = 2", "so 3"], ["x = 1", "z is new", "so 4"]).pairs).toEqual([
    { left: "x = 1", right: "x = 1" },
    { left: "y = 2", right: null },
    { left: null, right: "z is new" },
    { left: "so 3", right: "so 4" },
  ]);
  expect(diffSteps([], ["a"]).pairs).toEqual([{ left: null, right: "a" }]);
  expect(diffSteps(["a ", "b"], ["a", "b\n"]).pairs).toEqual([
    { left: "a ", right: "a" },
    { left: "b", right: "b\n" },
  ]);
});

test("each step stands once, on its side, in its order", () => {
  fc.assert(
    fc.property(steps, steps, (left, right) => {
      const { pairs } = diffSteps(left, right);
      expect(pairs.flatMap((pair) => pair.left ?? [])).toEqual(left);
      expect(pairs.flatMap((pair) => pair.right ?? [])).toEqual(right);
      if (JSON.stringify(left) === JSON.stringify(right))
        expect(pairs.every((pair) => pair.left === pair.right)).toBe(true);
    }),
  );
});

test("thousands of steps are aligned at what stands once on both sides; what is too long is paired by order, and said", () => {
  const left = Array.from({ length: 3000 }, (_, at) => `step ${at} is ${at * 7}`);
  const right = left.toSpliced(1500, 1, "something else", "and one more");
  const { pairs, byOrder } = diffSteps(left, right);
  expect(byOrder).toBe(false);
  expect(pairs.filter((pair) => pair.left !== pair.right)).toEqual([
    { left: left[1500], right: null },
    { left: null, right: "something else" },
    { left: null, right: "and one more" },
  ]);
  const same = Array.from({ length: 600 }, () => "again");
  expect(diffSteps(same, [...same, "x"])).toMatchObject({ byOrder: true });
});

test("words that both sides have are told from those that one has; joined they are the texts", () => {
  expect(diffWords("so x = 12", "so y = 12")).toEqual({
    left: [
      { text: "so ", same: true },
      { text: "x", same: false },
      { text: " = 12", same: true },
    ],
    right: [
      { text: "so ", same: true },
      { text: "y", same: false },
      { text: " = 12", same: true },
    ],
  });
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "=", "\n", "é") });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const found = diffWords(left, right);
      const joined = (side: readonly { readonly text: string }[]): string => side.map((one) => one.text).join("");
      expect([joined(found.left), joined(found.right)]).toEqual([left, right]);
      const same = (side: typeof found.left): string => joined(side.filter((one) => one.same));
      expect(same(found.left)).toBe(same(found.right));
    }),
  );
});

test("a step of a megabyte is compared at its ends alone", () => {
  const long = "x ".repeat(1 << 19);
  const { left } = diffWords(`a ${long} b`, `a y ${long.replaceAll("x", "z")} b`);
  expect(left.map(({ same }) => same)).toEqual([true, false, true]);
});
