/**
 * Public gold answers: whether each is right in a box, and which pairs of different ones are called equal. Those that are truly equal stand
 * in `equal-answers.json`, looked through once; any other is a false positive.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { verifyMath } from "../../../server/verifiers/maths/verify-math";
import { share, whole } from "./table";
import type { Row, Section } from "./table";

/** Name of a set in the table, and its file below `answers/`. */
const sets = [
  { name: "MATH, training set", file: "deepscaler_train_math" },
  { name: "OlympiadBench", file: "qwen_olympiadbench" },
] as const;

/** For each set and gold answer, the answers to other problems that say the same. */
const equalSchema = z.record(z.string(), z.record(z.string(), z.array(z.string())));

/** What a plain number is by itself: two of these that differ need no verifier to say so, and there are millions of such pairs. */
const plainInteger = /^\$?-?\d{1,15}\$?$/;

function readGolds(data: string, file: string): string[] {
  const path = join(data, "answers", `${file}.json`);
  if (!existsSync(path))
    throw new Error(`There is no ${path}: give --data the folder that holds answers/${file}.json.`);
  const golds = z.array(z.string()).parse(JSON.parse(readFileSync(path, "utf8")));
  return golds.map((gold) => gold.trim()).filter((gold) => gold !== "");
}

/** Every ordered pair of different golds that the verifier calls equal, as `answer = gold`. */
export function equalPairs(golds: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (const answer of golds)
    for (const gold of golds) {
      if (answer === gold || (plainInteger.test(answer) && plainInteger.test(gold))) continue;
      if (verifyMath(`\\boxed{${answer}}`, gold).score === 1) found.push([answer, gold]);
    }
  return found;
}

export const answers: Section = {
  name: "answers",
  measure({ data, root }, report: (row: Row) => void) {
    const file = join(root, "test", "bench", "verifiers", "equal-answers.json");
    const known = equalSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const set of sets) {
      const golds = readGolds(data, set.file);
      const refused = golds.filter((gold) => verifyMath(`So it is $\\boxed{${gold}}$.`, gold).score !== 1);
      for (const gold of refused) process.stderr.write(`${set.name}: its own answer is refused: ${gold}\n`);
      report({
        what: `${set.name}: each gold answer in a box is right`,
        must: "≥ 99.5 %",
        measured: share(golds.length - refused.length, golds.length),
        peer: "",
        reached: refused.length <= 0.005 * golds.length,
      });
      const distinct = [...new Set(golds)];
      const equal = new Map(Object.entries(known[set.file] ?? {}));
      const found = equalPairs(distinct);
      const wrong = found.filter(([answer, gold]) => !(equal.get(gold)?.includes(answer) ?? false));
      for (const [answer, gold] of wrong) process.stderr.write(`${set.name}: "${answer}" is paid for "${gold}"\n`);
      report({
        what: `${set.name}: ${whole(distinct.length * (distinct.length - 1))} pairs of different gold answers: false positives`,
        must: "0",
        measured: `${whole(wrong.length)}; ${whole(found.length - wrong.length)} pairs are truly equal`,
        peer: "",
        reached: wrong.length === 0,
      });
    }
    return Promise.resolve();
  },
};
