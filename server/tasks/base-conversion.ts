/** A decimal number in another base: `13>2=` is `13=6*2+1;6=3*2+0;3=1*2+1;1=0*2+1`; the remainders, last first, are the answer. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";

type BaseConversionSpec = Extract<TaskSpec, { name: "base-conversion" }>;

export function baseConversion(spec: BaseConversionSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: "0123456789abcdef>=*+".replace(/[a-f]/g, (digit) => (parseInt(digit, 16) < spec.max_base ? digit : "")),
    row(random) {
      const value = randomInteger(random, 1, spec.max_value);
      const base = randomInteger(random, spec.min_base, spec.max_base);
      const answer = value.toString(base);
      return { prompt: `${value}>${base}=`, answer, difficulty: answer.length };
    },
    steps({ prompt }) {
      const [value, base] = promptParts(spec.name, prompt, /^(\d+)>(\d+)=$/).map(Number);
      const steps: string[] = [];
      for (let left = value!; left > 0; left = Math.floor(left / base!))
        steps.push(`${left}=${Math.floor(left / base!)}*${base!}+${left % base!}`);
      return steps;
    },
  });
}
