/** Whether the ones are odd in number: `p:1011=` is `11;01;10;11`, each step a bit and the parity so far. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";

type ParitySpec = Extract<TaskSpec, { name: "parity" }>;

export function parity(spec: ParitySpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: "p:01=",
    row(random) {
      const length = randomInteger(random, spec.min_length, spec.max_length);
      const bits = Array.from({ length }, () => randomInteger(random, 0, 1));
      const answer = String(bits.reduce((sum, bit) => sum + bit, 0) % 2);
      return { prompt: `p:${bits.join("")}=`, answer, difficulty: length };
    },
    steps({ prompt }) {
      const [bits] = promptParts(spec.name, prompt, /^p:([01]+)=$/);
      let odd = 0;
      return Array.from(bits!, (bit) => {
        odd = (odd + Number(bit)) % 2;
        return `${bit}${odd}`;
      });
    },
  });
}
