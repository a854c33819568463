/**
 * Small functions of one or more operations, whose tests are data: `columns.tests` holds the calls and what they must return, in the form that
 * `verifyCode` takes. The gold answer is one right program among many, so only running an answer tells whether it is right.
 */
import { randomInteger } from "../shared/random";
import type { Random } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import { readProgram } from "../verifiers/answers/read-answer";
import { operations, type Kind, type Operation, type Value } from "./code-operations";
import type { ProceduralTask } from "./task";
import { labelAgainstTrace, promptParts, stepSeparator } from "./traced-task";

type CodeFunctionsSpec = Extract<TaskSpec, { name: "code-functions" }>;

/** An operation with its constant. */
interface Move {
  readonly operation: Operation;
  readonly constant: number;
}

const number = (random: Random): number => randomInteger(random, -20, 20);

const drawInput: Readonly<Record<Kind, (random: Random) => Value>> = {
  number,
  list: (random) => Array.from({ length: randomInteger(random, 0, 6) }, () => number(random)),
  text: (random) =>
    Array.from({ length: randomInteger(random, 0, 7) }, () => "abcde"[randomInteger(random, 0, 4)]!).join(""),
};

function drawMoves(random: Random, { max_steps, max_constant }: CodeFunctionsSpec): readonly Move[] {
  const moves: Move[] = [];
  for (let left = randomInteger(random, 1, max_steps); left > 0; left--) {
    const before = moves.at(-1)?.operation.gives;
    const fitting = before === undefined ? operations : operations.filter(({ takes }) => takes === before);
    const operation = fitting[randomInteger(random, 0, fitting.length - 1)]!;
    moves.push({ operation, constant: randomInteger(random, 2, max_constant) });
  }
  return moves;
}

/** The alphabet of prompts and programs: printable ASCII and the newline. */
const symbols = ["\n", ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))];

const says = ({ operation, constant }: Move): string => operation.says(constant);
const nameOf = (moves: readonly Move[]): string => moves.map(({ operation }) => operation.name).join("_then_");
const languages = { python: "Python", javascript: "JavaScript" } as const;

export function codeFunctions(spec: CodeFunctionsSpec): ProceduralTask {
  const { language } = spec;
  const program = (moves: readonly Move[]): string => {
    const lines = moves.map(({ operation, constant }, index) => {
      const expression = operation[language](constant);
      return index === moves.length - 1 ? `return ${expression}` : `x = ${expression}`;
    });
    return language === "python"
      ? `def ${nameOf(moves)}(x):\n${lines.map((line) => `    ${line}`).join("\n")}`
      : `function ${nameOf(moves)}(x) {\n${lines.map((line) => `  ${line};`).join("\n")}\n}`;
  };
  const promptOf = (moves: readonly Move[]): string =>
    `Write a ${languages[language]} function ${nameOf(moves)}(x) that takes a ${moves[0]!.operation.takes}, ${moves.map(says).join(", then ")} and returns it.\n`;
  const steps = (prompt: string): string[] => {
    const [, done] = promptParts(
      spec.name,
      prompt,
      /^Write a \w+ function (\w+)\(x\) that takes a \w+, (.*) and returns it\.\n$/,
    );
    return done!.split(", then ");
  };
  return {
    name: spec.name,
    symbols,
    language,
    rows: {
      kind: "drawn",
      row(random) {
        const moves = drawMoves(random, spec);
        const cases = Array.from({ length: spec.cases }, () => {
          const input = drawInput[moves[0]!.operation.takes](random);
          const expected = moves.reduce((value, { operation, constant }) => operation.compute(value, constant), input);
          return { arguments: [input], expected };
        });
        return {
          prompt: promptOf(moves),
          answer: program(moves),
          difficulty: moves.reduce((sum, { operation }) => sum + operation.difficulty, 0),
          columns: { tests: { function: nameOf(moves), cases }, language },
        };
      },
    },
    steps: ({ prompt }) => steps(prompt),
    labelSteps: ({ prompt }, thinking) => labelAgainstTrace(steps(prompt), thinking),
    completion({ prompt, answer }, style) {
      const thinking = style === "terse" ? "" : steps(prompt).join(stepSeparator);
      return `<think>${thinking}</think><answer>\`\`\`${language}\n${answer}\n\`\`\`</answer>`;
    },
    extract: (completion) => readProgram(completion, language),
  };
}
