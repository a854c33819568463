/** A word backwards: `v:abc=` is `c;cb;cba`, each step one letter longer. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";
import { alphabet, drawWord } from "./words";

type ReverseSpec = Extract<TaskSpec, { name: "reverse" }>;

export function reverse(spec: ReverseSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: `v:=${alphabet.slice(0, spec.letters)}`,
    row(random) {
      const length = randomInteger(random, spec.min_length, spec.max_length);
      const word = drawWord(random, length, spec.letters);
      return { prompt: `v:${word}=`, answer: Array.from(word).reverse().join(""), difficulty: length };
    },
    steps({ prompt }) {
      const [word] = promptParts(spec.name, prompt, /^v:([a-z]+)=$/);
      const backwards = Array.from(word!).reverse().join("");
      return Array.from(backwards, (_, index) => backwards.slice(0, index + 1));
    },
  });
}
