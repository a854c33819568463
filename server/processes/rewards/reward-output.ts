/** What a reward prints, line by line for the log: so much of it that a run's own lines are still found. */
import { basename } from "node:path";

/** Lines at once, and then so many a second. */
const atOnce = 20;
const perSecond = 2;

/** Characters of a line. */
const longest = 500;

/** Takes what a reward file printed; gives it on with the file's name, and says how many lines it left out. */
export function rewardOutput(
  file: string,
  log: (text: string) => void,
  now = () => performance.now(),
): (text: string) => void {
  const name = basename(file);
  let allowed = atOnce;
  let last = now();
  let left = 0;
  return (text) => {
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      allowed = Math.min(atOnce, allowed + ((now() - last) / 1000) * perSecond);
      last = now();
      if (allowed < 1) {
        if (left++ === 0) log(`${name} prints too much, so lines are left out here.`);
        continue;
      }
      if (left > 0) log(`${name}: ${left} line${left === 1 ? " was" : "s were"} left out.`);
      left = 0;
      allowed--;
      log(`${name}: ${line.length > longest ? `${line.slice(0, longest)}…` : line}`);
    }
  };
}
