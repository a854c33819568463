/**
 * Sums of labelled terms, `a6b+4c+2d-8=`, whose stepwise answer keeps a running total: `b6+4=10;c10+2=12;d12-8=4`. The labels let a small
 * model find the next term.
 */
import { randomInteger } from "../shared/random";
import type { Random } from "../shared/random";
import type { TaskSpec } from "../recipes/schema";
import type { ProceduralTask, TaskRow } from "./task";
import { tracedTask } from "./traced-task";

type ChainSumSpec = Omit<Extract<TaskSpec, { name: "chain-sum" }>, "name"> & { readonly name?: string };

const labels = "abcdefghijkl";

interface Term {
  readonly label: string;
  readonly sign: "+" | "-";
  readonly operand: number;
}

/** Terms of a prompt. Throws when the text is not one of this task's prompts. */
function parsePrompt(prompt: string): Term[] {
  const terms = [...prompt.matchAll(/([a-l])([+-]?)(\d+)/g)].map(([, label, sign, operand]) => ({
    label: label!,
    sign: sign === "-" ? ("-" as const) : ("+" as const),
    operand: Number(operand),
  }));
  if (terms.length === 0) throw new Error(`Not a chain sum: ${JSON.stringify(prompt)}`);
  return terms;
}

/** `spec`: the settings of the recipe, also those of a task that is made of chain sums. */
export function chainSum(spec: ChainSumSpec): ProceduralTask {
  const row = (random: Random): TaskRow => {
    const count = randomInteger(random, spec.min_terms, spec.max_terms);
    let total = randomInteger(random, 1, Math.min(spec.max_operand, spec.max_total));
    let prompt = `${labels[0]!}${total}`;
    for (let index = 1; index < count; index++) {
      const moves: number[] = [];
      for (let operand = 1; operand <= spec.max_operand; operand++) {
        if (total + operand <= spec.max_total) moves.push(operand);
        if (total - operand >= 0) moves.push(-operand);
      }
      const move = moves[randomInteger(random, 0, moves.length - 1)]!;
      prompt += `${labels[index]!}${move < 0 ? "-" : "+"}${Math.abs(move)}`;
      total += move;
    }
    return { prompt: `${prompt}=`, answer: String(total), difficulty: count };
  };

  const next = (terms: readonly Term[], steps: readonly string[]): string | null => {
    const term = terms[steps.length + 1];
    if (!term) return null;
    const before = steps.length === 0 ? terms[0]!.operand : resultOf(steps.at(-1)!);
    return `${term.label}${before}${term.sign}${term.operand}=${before + (term.sign === "-" ? -1 : 1) * term.operand}`;
  };

  return tracedTask({
    name: "chain-sum",
    symbols: `${labels.slice(0, spec.max_terms)}0123456789+-=`,
    row,
    steps({ prompt }) {
      const terms = parsePrompt(prompt);
      const steps: string[] = [];
      for (let step = next(terms, steps); step !== null; step = next(terms, steps)) steps.push(step);
      return steps;
    },
    slips: {
      next: ({ prompt }, steps) => next(parsePrompt(prompt), steps),
      slip(step, random) {
        const result = resultOf(step);
        const others = [-2, -1, 1, 2].map((offset) => result + offset).filter((other) => other >= 0 || result < 0);
        return step.replace(/=.*$/, `=${others[randomInteger(random, 0, others.length - 1)]!}`);
      },
      answer: (_row, steps) => String(resultOf(steps.at(-1)!)),
    },
  });
}

/** What stands on the right of a step's `=`. */
const resultOf = (step: string): number => Number(step.slice(step.lastIndexOf("=") + 1));
