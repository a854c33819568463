/** Numbers in rising order: `s:7,3,9=` is `3:7,9;7:9;9:`, each step the smallest of what is left and then the rest. */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask } from "./task";
import { promptParts, tracedTask } from "./traced-task";

type SortSpec = Extract<TaskSpec, { name: "sort" }>;

export function sort(spec: SortSpec): ProceduralTask {
  return tracedTask({
    name: spec.name,
    symbols: "s:,=0123456789",
    row(random) {
      const length = randomInteger(random, spec.min_length, spec.max_length);
      const values = Array.from({ length }, () => randomInteger(random, 0, spec.max_value));
      const answer = values.toSorted((a, b) => a - b).join(",");
      return { prompt: `s:${values.join(",")}=`, answer, difficulty: length };
    },
    steps({ prompt }) {
      const [list] = promptParts(spec.name, prompt, /^s:(\d+(?:,\d+)*)=$/);
      const left = list!.split(",").map(Number);
      return Array.from({ length: left.length }, () => {
        const least = Math.min(...left);
        left.splice(left.indexOf(least), 1);
        return `${least}:${left.join(",")}`;
      });
    },
  });
}
