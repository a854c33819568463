/**
 * Make a target of numbers, each used once: `16:3,5,2=`. The trace tries expressions, `3+5+2=10;(3+5)*2=16`, so steps are right when their
 * arithmetic is; any expression that solves the row is a right answer.
 */
import { randomInteger, randomPermutation, randomStream } from "../shared/random";
import type { Random } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import { evaluateArithmetic, solvesCountdown } from "../verifiers/arithmetic/evaluate-arithmetic";
import { rationalText } from "../verifiers/maths/rational";
import type { ProceduralTask, TaskRow } from "./task";
import { promptParts, tracedTask } from "./traced-task";
import { UserError } from "../shared/user-error";

type CountdownSpec = Extract<TaskSpec, { name: "countdown" }>;

/** An expression with the value of each of its halves a whole number that is not negative. */
function drawExpression(random: Random, numbers: readonly number[]): { text: string; value: number } {
  const order = randomPermutation(random, numbers.length).map((index) => numbers[index]!);
  let text = String(order[0]!);
  let value = order[0]!;
  let weak = false;
  for (const next of order.slice(1)) {
    const operators = ["+", "*", ...(value >= next ? ["-"] : []), ...(value % next === 0 ? ["/"] : [])];
    const operator = operators[randomInteger(random, 0, operators.length - 1)]!;
    const binds = operator === "*" || operator === "/";
    text = `${binds && weak ? `(${text})` : text}${operator}${next}`;
    weak = !binds;
    if (operator === "+") value += next;
    else if (operator === "-") value -= next;
    else if (operator === "*") value *= next;
    else value /= next;
  }
  return { text, value };
}

function parsePrompt(prompt: string): { target: number; numbers: number[] } {
  const [target, list] = promptParts("countdown", prompt, /^(\d+):(\d+(?:,\d+)*)=$/);
  return { target: Number(target), numbers: list!.split(",").map(Number) };
}

export function countdown(spec: CountdownSpec): ProceduralTask {
  const row = (random: Random): TaskRow => {
    const count = randomInteger(random, spec.min_numbers, spec.max_numbers);
    for (let tries = 0; tries < 10_000; tries++) {
      const numbers = Array.from({ length: count }, () => randomInteger(random, 1, spec.max_value));
      const { text, value } = drawExpression(random, numbers);
      if (value >= 1 && value <= spec.max_target)
        return { prompt: `${value}:${numbers.join(",")}=`, answer: text, difficulty: count };
    }
    throw new UserError(
      "The task countdown finds no target within max_target: raise it, or lower max_value or max_numbers.",
    );
  };
  return tracedTask({
    name: spec.name,
    symbols: "0123456789:,=+-*/()",
    row,
    steps({ prompt, answer }) {
      const { target, numbers } = parsePrompt(prompt);
      const random = randomStream("countdown trace", prompt);
      const attempts = Array.from({ length: randomInteger(random, 0, spec.max_attempts) }, () =>
        drawExpression(random, numbers),
      ).filter(({ value }) => value !== target);
      return [...attempts.map(({ text, value }) => `${text}=${value}`), `${answer}=${target}`];
    },
    accepts(row, answer) {
      const { target, numbers } = parsePrompt(row.prompt);
      return solvesCountdown(answer, numbers, target);
    },
    stepIsCorrect(_, step) {
      const [left, right, ...more] = step.split("=");
      const result = left === undefined ? null : evaluateArithmetic(left);
      return result !== null && more.length === 0 && rationalText(result.value) === right?.trim();
    },
  });
}
