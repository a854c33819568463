/** Two numbers added from the right with carries: `47+85=` is `7+5+0=12;4+8+1=13`. The third term of a step is the carry. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";

type AdditionSpec = Extract<TaskSpec, { name: "addition" }>;

const numberOf = (random: () => number, digits: number): number =>
  randomInteger(random, digits === 1 ? 0 : 10 ** (digits - 1), 10 ** digits - 1);

export function addition(spec: AdditionSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: "0123456789+=",
    row(random) {
      const digits = randomInteger(random, spec.min_digits, spec.max_digits);
      const long = numberOf(random, digits);
      const short = numberOf(random, randomInteger(random, 1, digits));
      const [first, second] = random() < 0.5 ? [long, short] : [short, long];
      return { prompt: `${first}+${second}=`, answer: String(first + second), difficulty: digits };
    },
    steps({ prompt }) {
      const [first, second] = promptParts(spec.name, prompt, /^(\d+)\+(\d+)=$/);
      const places = Math.max(first!.length, second!.length);
      let carry = 0;
      return Array.from({ length: places }, (_, place) => {
        const digit = (text: string): number => Number(text.at(-1 - place) ?? 0);
        const before = carry;
        const sum = digit(first!) + digit(second!) + before;
        carry = sum > 9 ? 1 : 0;
        return `${digit(first!)}+${digit(second!)}+${before}=${sum}`;
      });
    },
  });
}
