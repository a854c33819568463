/** Evaluations of a run in full, for the terminal: every measure with its interval, by difficulty. */
import type { Estimate, Measures } from "../protocol/reports";
import type { RunRecord } from "../protocol/run";
import { trains } from "../protocol/stage-kinds";
import { readReport } from "../runs/reports";
import { tableText } from "./report";

const shown = (estimate: Estimate | null, digits = 3): string =>
  estimate === null
    ? "–"
    : `${estimate.mean.toFixed(digits)} [${estimate.low.toFixed(digits)}, ${estimate.high.toFixed(digits)}]`;

function cells(name: string, measures: Measures): string[] {
  const { prompts, pass_at_1, pass_at_k, maj_at_k, best_of_k, length } = measures;
  return [
    name,
    String(prompts),
    shown(pass_at_1),
    shown(pass_at_k),
    shown(maj_at_k),
    shown(best_of_k),
    shown(length, 1),
  ];
}

/** A table for each evaluation stage that has a report; empty when there is none. */
export function evaluationTexts(runFolder: string, record: RunRecord): string[] {
  return record.stages.flatMap((stage) => {
    const { name } = stage;
    const found = trains(stage) ? null : readReport(runFolder, name);
    if (found?.kind !== "evaluation") return [];
    const { all, byDifficulty } = found.report;
    const by = found.best_of === "reward" ? "the recipe's rewards" : `the reward model ${found.best_of}`;
    return [
      [
        `${name}: ${all.prompts} held-out prompts, ${all.k} samples each, with 95 % intervals over prompts; best of ${all.k} by ${by}.`,
        "",
        tableText([
          ["", "prompts", "pass@1", `pass@${all.k}`, `maj@${all.k}`, `best of ${all.k}`, "length"],
          cells("all", all),
          ...byDifficulty.map(({ difficulty, measures }) => cells(`difficulty ${difficulty}`, measures)),
        ]),
        ...(all.pass_at.length < 3
          ? []
          : ["", `pass@k: ${all.pass_at.map(({ k, mean }) => `@${k} ${mean.toFixed(3)}`).join("  ")}`]),
      ].join("\n"),
    ];
  });
}
