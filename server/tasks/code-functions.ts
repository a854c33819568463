/**
 * Small functions whose tests are data: `columns.tests` holds the calls and what they must return, in the form that `verifyCode` takes. The
 * gold answer is one right program among many, so only running an answer tells whether it is right.
 */
import { randomInteger } from "../algorithms/random";
import type { Random } from "../algorithms/random";
import type { TaskSpec } from "../recipes/schema";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { withoutFence } from "./task";
import type { ProceduralTask } from "./task";
import { labelAgainstTrace } from "./traced-task";

type CodeFunctionsSpec = Extract<TaskSpec, { name: "code-functions" }>;
type Value = number | string | readonly number[];

/** A family of functions: one for each constant. */
interface Family {
  readonly name: string;
  readonly says: (constant: number) => string;
  readonly idea: string;
  readonly python: (constant: number) => string;
  readonly javascript: (constant: number) => string;
  readonly compute: (input: Value, constant: number) => Value;
  readonly input: (random: Random) => Value;
  readonly difficulty: number;
}

const number = (random: Random): number => randomInteger(random, -20, 20);
const list = (random: Random): number[] => Array.from({ length: randomInteger(random, 0, 6) }, () => number(random));
const word = (random: Random): string =>
  Array.from({ length: randomInteger(random, 0, 7) }, () => "abcde"[randomInteger(random, 0, 4)]!).join("");
const remainder = (value: number, by: number): number => ((value % by) + by) % by;
const ofNumber = (compute: (x: number, k: number) => Value) => (x: Value, k: number) => compute(Number(x), k);
const ofList = (compute: (xs: readonly number[], k: number) => Value) => (xs: Value, k: number) =>
  compute(Array.isArray(xs) ? xs.map(Number) : [], k);

const families: readonly Family[] = [
  {
    name: "add_constant",
    says: (k) => `returns x plus ${k}`,
    idea: "add the constant",
    python: (k) => `return x + ${k}`,
    javascript: (k) => `return x + ${k};`,
    compute: ofNumber((x, k) => x + k),
    input: number,
    difficulty: 1,
  },
  {
    name: "scale",
    says: (k) => `returns ${k} times x`,
    idea: "multiply by the constant",
    python: (k) => `return x * ${k}`,
    javascript: (k) => `return x * ${k};`,
    compute: ofNumber((x, k) => x * k),
    input: number,
    difficulty: 1,
  },
  {
    name: "at_most",
    says: (k) => `returns x, or ${k} if x is more than ${k}`,
    idea: "take the smaller one",
    python: (k) => `return min(x, ${k})`,
    javascript: (k) => `return Math.min(x, ${k});`,
    compute: ofNumber((x, k) => Math.min(x, k)),
    input: number,
    difficulty: 1,
  },
  {
    name: "multiples",
    says: (k) => `counts the multiples of ${k} in the list x`,
    idea: "count those without a remainder",
    python: (k) => `return sum(1 for v in x if v % ${k} == 0)`,
    javascript: (k) => `return x.filter((v) => v % ${k} === 0).length;`,
    compute: ofList((xs, k) => xs.filter((v) => remainder(v, k) === 0).length),
    input: list,
    difficulty: 2,
  },
  {
    name: "sum_above",
    says: (k) => `adds up the numbers of the list x that are more than ${k}`,
    idea: "keep the larger ones and add them",
    python: (k) => `return sum(v for v in x if v > ${k})`,
    javascript: (k) => `return x.filter((v) => v > ${k}).reduce((a, b) => a + b, 0);`,
    compute: ofList((xs, k) => xs.filter((v) => v > k).reduce((a, b) => a + b, 0)),
    input: list,
    difficulty: 2,
  },
  {
    name: "shift_all",
    says: (k) => `returns the list of the numbers of the list x, each plus ${k}`,
    idea: "add the constant to each",
    python: (k) => `return [v + ${k} for v in x]`,
    javascript: (k) => `return x.map((v) => v + ${k});`,
    compute: ofList((xs, k) => xs.map((v) => v + k)),
    input: list,
    difficulty: 2,
  },
  {
    name: "repeat_word",
    says: (k) => `returns the text x repeated ${k} times`,
    idea: "repeat the text",
    python: (k) => `return x * ${k}`,
    javascript: (k) => `return x.repeat(${k});`,
    compute: (x, k) => String(x).repeat(k),
    input: word,
    difficulty: 2,
  },
  {
    name: "drop_first",
    says: (k) => `returns the text x without its first ${k} letters, backwards`,
    idea: "cut the beginning and reverse",
    python: (k) => `return x[${k}:][::-1]`,
    javascript: (k) => `return x.slice(${k}).split("").reverse().join("");`,
    compute: (x, k) => Array.from(String(x).slice(k)).reverse().join(""),
    input: word,
    difficulty: 3,
  },
];

/** The alphabet of prompts and programs: printable ASCII and the newline. */
const symbols = ["\n", ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))];

export function codeFunctions(spec: CodeFunctionsSpec): ProceduralTask {
  const { language } = spec;
  const program = (family: Family, constant: number): string =>
    language === "python"
      ? `def ${family.name}(x):\n    ${family.python(constant)}`
      : `function ${family.name}(x) {\n  ${family.javascript(constant)}\n}`;
  const familyOf = (prompt: string): Family => {
    const family = families.find(({ name }) => prompt.includes(` ${name}(x) `));
    if (!family) throw new Error(`Not a prompt of the task ${spec.name}: ${JSON.stringify(prompt)}`);
    return family;
  };
  const steps = (prompt: string): string[] => [familyOf(prompt).idea];
  return {
    name: spec.name,
    symbols,
    language,
    rows: {
      kind: "drawn",
      row(random) {
        const family = families[randomInteger(random, 0, families.length - 1)]!;
        const constant = randomInteger(random, 2, spec.max_constant);
        const cases = Array.from({ length: spec.cases }, () => {
          const input = family.input(random);
          return { arguments: [input], expected: family.compute(input, constant) };
        });
        return {
          prompt: `Write a ${language === "python" ? "Python" : "JavaScript"} function ${family.name}(x) that ${family.says(constant)}.\n`,
          answer: program(family, constant),
          difficulty: family.difficulty,
          columns: { tests: { function: family.name, cases }, language },
        };
      },
    },
    steps: ({ prompt }) => steps(prompt),
    labelSteps: ({ prompt }, thinking) => labelAgainstTrace(steps(prompt), thinking),
    completion({ prompt, answer }, style) {
      const thinking = style === "terse" ? "" : steps(prompt).join(";");
      return `<think>${thinking}</think><answer>\`\`\`${language}\n${answer}\n\`\`\`</answer>`;
    },
    extract(completion) {
      const { answer } = splitReasoning(completion);
      return answer === null ? null : withoutFence(answer);
    },
  };
}
