/** How often the letter before the colon occurs: `r:brrbb=` is `b0;r1;r2;b2;b2`, each step a letter and the count so far. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";
import { alphabet, drawWord } from "./words";

type CountLettersSpec = Extract<TaskSpec, { name: "count-letters" }>;

export function countLetters(spec: CountLettersSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: `:=0123456789${alphabet.slice(0, spec.letters)}`,
    row(random) {
      const length = randomInteger(random, spec.min_length, spec.max_length);
      const letter = drawWord(random, 1, spec.letters);
      const word = drawWord(random, length, spec.letters);
      const answer = String(word.split(letter).length - 1);
      return { prompt: `${letter}:${word}=`, answer, difficulty: length };
    },
    steps({ prompt }) {
      const [letter, word] = promptParts(spec.name, prompt, /^([a-z]):([a-z]+)=$/);
      let count = 0;
      return Array.from(word!, (each) => `${each}${each === letter ? ++count : count}`);
    },
  });
}
