/** A linear equation in two steps: `3*x+4=19` is `3*x=15;x=5`. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";

type SimpleEquationsSpec = Extract<TaskSpec, { name: "simple-equations" }>;

export function simpleEquations(spec: SimpleEquationsSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: "x*+-=:0123456789",
    row(random) {
      const coefficient = randomInteger(random, 2, spec.max_coefficient);
      const solution = randomInteger(random, 0, spec.max_solution);
      const constant = randomInteger(random, 1, spec.max_constant);
      const [sign, right] = random() < 0.5 ? ["+", constant] : ["-", -constant];
      const prompt = `${coefficient}*x${sign}${constant}=${coefficient * solution + right}:`;
      return { prompt, answer: String(solution), difficulty: String(coefficient * solution).length };
    },
    steps({ prompt }) {
      const [coefficient, sign, constant, right] = promptParts(spec.name, prompt, /^(\d+)\*x([+-])(\d+)=(-?\d+):$/);
      const product = Number(right) - (sign === "-" ? -1 : 1) * Number(constant);
      return [`${coefficient!}*x=${product}`, `x=${product / Number(coefficient)}`];
    },
  });
}
