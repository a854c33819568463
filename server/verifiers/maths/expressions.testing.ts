/** Expressions for tests that try many of them: pairs that are equal or different by construction, and completions made worse. */
import fc from "fast-check";

/** A gold answer, an answer, and whether they are equal by the way they were made. */
export interface Pair {
  readonly gold: string;
  readonly answer: string;
  readonly equal: boolean;
}

/** A formula as a tree, from which text is made in several ways. */
type Tree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "sum" | "product" | "quotient"; readonly left: Tree; readonly right: Tree }
  | { readonly kind: "power"; readonly base: Tree; readonly exponent: number }
  | { readonly kind: "function"; readonly name: string; readonly argument: Tree };

const leaves = (names: readonly string[]): fc.Arbitrary<Tree> =>
  fc.oneof(
    fc.integer({ min: -40, max: 40 }).map((value): Tree => ({ kind: "number", value })),
    fc.integer({ min: 2, max: 100_000 }).map((value): Tree => ({ kind: "number", value })),
    ...names.map((name) => fc.constant<Tree>({ kind: "name", name })),
  );

function trees(names: readonly string[], functions: readonly string[]): fc.Arbitrary<Tree> {
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaves(names),
      fc.record({ kind: fc.constantFrom("sum", "product", "quotient"), left: tie("tree"), right: tie("tree") }),
      fc.record({ kind: fc.constant("power" as const), base: tie("tree"), exponent: fc.integer({ min: 2, max: 4 }) }),
      ...(functions.length === 0
        ? []
        : [
            fc.record({
              kind: fc.constant("function" as const),
              name: fc.constantFrom(...functions),
              argument: tie("tree"),
            }),
          ]),
    ),
  })).tree;
}

/** How a tree is written: each bit decides one choice of notation. */
interface Style {
  readonly bits: number;
}

/** LaTeX or plain text of a tree. Every part stands in brackets, so that the text has one reading. */
function write(tree: Tree, style: Style): string {
  const choice = (bit: number): boolean => ((style.bits >> bit) & 1) === 1;
  const inner = (part: Tree): string => (part.kind === "name" ? part.name : bracket(write(part, style)));
  const bracket = (text: string): string => (choice(0) ? `\\left(${text}\\right)` : `(${text})`);
  switch (tree.kind) {
    case "number":
      return choice(5) && Math.abs(tree.value) < 1000 ? `${tree.value}.0` : String(tree.value);
    case "name":
      return tree.name;
    case "sum": {
      const [left, right] = choice(1) ? [tree.right, tree.left] : [tree.left, tree.right];
      return `${inner(left)} + ${inner(right)}`;
    }
    case "product": {
      const [left, right] = choice(2) ? [tree.right, tree.left] : [tree.left, tree.right];
      return `${inner(left)} ${choice(3) ? "\\cdot" : "\\times"} ${inner(right)}`;
    }
    case "quotient":
      return choice(4)
        ? `\\frac{${write(tree.left, style)}}{${write(tree.right, style)}}`
        : `${inner(tree.left)} / ${inner(tree.right)}`;
    case "power":
      return choice(6)
        ? `${inner(tree.base)}^{${tree.exponent}}`
        : Array.from({ length: tree.exponent }, () => inner(tree.base)).join(" \\cdot ");
    case "function":
      return tree.name === "sqrt"
        ? `\\sqrt{${write(tree.argument, style)}}`
        : `\\${tree.name}\\left(${write(tree.argument, style)}\\right)`;
  }
}

const style = fc.record({ bits: fc.integer({ min: 0, max: 127 }) });

/** Changes that leave the value as it is. `t`: text of an expression. */
const identities: readonly ((t: string) => string)[] = [
  (t) => t,
  (t) => `${t} + 0`,
  (t) => `1 \\cdot (${t})`,
  (t) => `\\frac{7 (${t})}{7}`,
  (t) => `-(-(${t}))`,
  (t) => `(${t}) + \\frac{1}{3} - \\frac{2}{6}`,
  (t) => `(${t}) + \\sqrt{2} - \\frac{2}{\\sqrt{2}}`,
  (t) => `(${t}) (\\sin^2(1) + \\cos^2(1))`,
];

/** What is not 0, from large to tiny. */
const differences = fc.oneof(
  fc.integer({ min: 1, max: 1000 }).map(String),
  fc.integer({ min: 1, max: 80 }).map((digits) => `10^{-${digits}}`),
  fc.integer({ min: 1, max: 60 }).map((digits) => `0.${"0".repeat(digits)}1`),
  fc.integer({ min: 2, max: 99 }).map((n) => `\\frac{1}{${n}}`),
  fc.constantFrom("\\sqrt{2}", "\\pi", "e^{-50}", "\\frac{\\sqrt{3}}{10^{30}}", "\\ln 2"),
);

const wrappings: readonly ((text: string) => string)[] = [
  (text) => `\\boxed{${text}}`,
  (text) => `<think>Let me see: 17.</think> It is $\\boxed{${text}}$.`,
  (text) => `The final answer is $${text}$. I hope it is correct.`,
  (text) => `<answer>$${text}$</answer>`,
  (text) => `We get 3 and 4.\n#### $${text}$`,
];

/** Powers in powers, written as products, grow past every limit. */
const isShort = ({ gold, answer }: Pair): boolean => gold.length < 1_500 && answer.length < 1_500;

const formulas = fc.oneof(
  trees([], []),
  trees([], ["sqrt"]),
  trees(["x", "y"], []),
  trees(["x", "n"], ["sqrt", "sin", "cos", "ln"]),
);

/** Pairs that are equal by construction. Some have no value, such as a quotient by 0: they may be undecided, but not different. */
export const equalPairs: fc.Arbitrary<Pair> = fc
  .tuple(formulas, style, style, fc.constantFrom(...identities), fc.constantFrom(...wrappings))
  .map(([tree, one, other, change, wrap]) => ({
    gold: write(tree, one),
    answer: wrap(change(write(tree, other))),
    equal: true,
  }))
  .filter(isShort);

/** Pairs that are different by construction: the answer has something added that is not 0, or is something else with a unit or sign. */
export const differentPairs: fc.Arbitrary<Pair> = fc
  .tuple(formulas, style, style, differences, fc.constantFrom(...wrappings))
  .map(([tree, one, other, difference, wrap]) => ({
    gold: write(tree, one),
    answer: wrap(`(${write(tree, other)}) + ${difference}`),
    equal: false,
  }))
  .filter(isShort);

const numbers = fc.integer({ min: -999, max: 999 });
/** Sets, tuples, lists and intervals of numbers that differ in one place or in the kind of their brackets. */
export const differentStructures: fc.Arbitrary<Pair> = fc
  .tuple(
    fc.uniqueArray(numbers, { minLength: 2, maxLength: 5 }),
    fc.nat(),
    fc.integer({ min: 1, max: 5000 }),
    fc.constantFrom("\\{ \\}", "( )", "( ]", "[ )", "[ ]"),
  )
  .map(([items, place, difference, brackets]) => {
    const [open, close] = brackets.split(" ");
    const two = brackets.includes("]") || brackets.includes("[");
    const kept = two ? items.slice(0, 2).sort((a, b) => a - b) : items;
    const changed = kept.map((item, index) => (index === place % kept.length ? item + difference * 2000 : item));
    return {
      gold: `${open!}${kept.join(", ")}${close!}`,
      answer: `\\boxed{${open!}${changed.join(", ")}${close!}}`,
      equal: false,
    };
  });

const pieces = [
  ..."0123456789.,;:!?+-*/^_=<>()[]{}|\\$%&#'\"~@ \n\t".split(""),
  "\\boxed{",
  "\\frac{",
  "\\frac",
  "\\sqrt[",
  "\\left(",
  "\\right)",
  "\\begin{pmatrix}",
  "\\end{pmatrix}",
  "\\text{",
  "\\sum_{k=1}^{",
  "\\int",
  "\\pm",
  "\\infty",
  "^{9^{9^{9}}}",
  "!!!!",
  "99999999999999999999",
  "1e99999",
  "x",
  "e",
  "i",
  "π",
  "√",
  "²",
  " and ",
  " or ",
  "<think>",
  "</think>",
  "<answer>",
  "</answer>",
  "####",
  "The final answer is ",
  "not ",
  "\u0000",
  "\u{1F600}",
  "\ud800",
  "constructor",
  "__proto__",
];

/** Completions with a right or wrong answer, then characters and pieces put in, taken out, doubled or exchanged. */
export const mutatedCompletions: fc.Arbitrary<Pair> = fc
  .tuple(
    fc.oneof(equalPairs, differentPairs, differentStructures),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom("insert", "delete", "double", "swap"), fc.constantFrom(...pieces)), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  .map(([pair, changes]) => {
    let text = pair.answer;
    for (const [place, change, piece] of changes) {
      const at = place % (text.length + 1);
      if (change === "insert") text = text.slice(0, at) + piece + text.slice(at);
      else if (change === "delete") text = text.slice(0, at) + text.slice(at + 1 + (place % 5));
      else if (change === "double") text = text.slice(0, at) + text.slice(Math.max(0, at - 9), at) + text.slice(at);
      else text = text.slice(at) + text.slice(0, at);
    }
    return { ...pair, answer: text };
  });
