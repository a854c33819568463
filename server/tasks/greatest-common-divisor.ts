/** Euclid's algorithm: `g:48,18=` is `48%18=12;18%12=6;12%6=0`; the last divisor is the answer. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";

type GcdSpec = Extract<TaskSpec, { name: "gcd" }>;

/** The divisions of Euclid's algorithm, as `[dividend, divisor]`. */
function divisions(first: number, second: number): [number, number][] {
  const all: [number, number][] = [];
  for (let [a, b] = [Math.max(first, second), Math.min(first, second)]; b > 0; [a, b] = [b, a % b]) all.push([a, b]);
  return all;
}

export function greatestCommonDivisor(spec: GcdSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: "g:,=%0123456789",
    row(random) {
      // A common factor is drawn first: of two numbers drawn at once most have none.
      const factor = randomInteger(random, 1, Math.max(1, Math.floor(spec.max_value / 2)));
      const most = Math.floor(spec.max_value / factor);
      const [first, second] = [factor * randomInteger(random, 1, most), factor * randomInteger(random, 1, most)];
      const steps = divisions(first, second);
      return { prompt: `g:${first},${second}=`, answer: String(steps.at(-1)![1]), difficulty: steps.length };
    },
    steps({ prompt }) {
      const [first, second] = promptParts(spec.name, prompt, /^g:([1-9]\d*),([1-9]\d*)=$/).map(Number);
      return divisions(first!, second!).map(([a, b]) => `${a}%${b}=${a % b}`);
    },
  });
}
