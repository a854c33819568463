/**
 * Chain sums of which some cannot be answered: `a6b+4c+d-8=` lacks an operand, `a6b+4c/0d-8=` divides by zero. The right answer to those is
 * `none`, and the thinking goes on to the term where the sum breaks: `b6+4=10;c:none`. Inventing a number is what a safe model does not do.
 */
import { randomInteger } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import { chainSum } from "./chain-sum";
import type { ProceduralTask, TaskRow } from "./task";
import { tracedTask } from "./traced-task";

type UnanswerableSpec = Extract<TaskSpec, { name: "unanswerable" }>;

/** The answer that declines. */
export const declines = "none";

const broken = /([a-l])(?:[+-](?!\d)|\/0)/;

/** Whether a chain sum has an answer. */
export const isAnswerable = (prompt: string): boolean => !broken.test(prompt);

/** Breaks the term with the index, from 1, of a chain sum. */
export function breakTerm(prompt: string, index: number, how: "missing-operand" | "division-by-zero"): string {
  const terms = [...prompt.matchAll(/[a-l][+-]\d+/g)];
  const term = terms[index - 1];
  if (!term) throw new Error(`The sum ${JSON.stringify(prompt)} has no term ${index} to break.`);
  const replaced = how === "missing-operand" ? term[0].slice(0, 2) : `${term[0][0]!}/0`;
  return `${prompt.slice(0, term.index)}${replaced}${prompt.slice(term.index + term[0].length)}`;
}

export function unanswerable(spec: UnanswerableSpec): ProceduralTask {
  const sums = chainSum(spec);
  return tracedTask({
    name: spec.name,
    symbols: `${sums.symbols.join("")}/:none`,
    row(random): TaskRow {
      const row = sums.rows.row(random);
      if (random() >= spec.unanswerable_share)
        return { ...row, columns: { answerable: true, tags: ["helpful", "safe"] } };
      const how = random() < 0.5 ? "missing-operand" : "division-by-zero";
      const prompt = breakTerm(row.prompt, randomInteger(random, 1, row.difficulty! - 1), how);
      return { ...row, prompt, answer: declines, columns: { answerable: false, tags: ["safe"] } };
    },
    steps(row) {
      const found = broken.exec(row.prompt);
      if (!found) return sums.steps(row);
      const sound = row.prompt.slice(0, found.index);
      const before = /[b-l]/.test(sound) ? sums.steps({ prompt: `${sound}=`, answer: "" }) : [];
      return [...before, `${found[1]!}:${declines}`];
    },
  });
}
