/** Runs that are asked to stop while completions are drawn: what is lost is drawn again, to the same numbers. */
import fc from "fast-check";
import { beforeAll, expect, test, vi } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { latestCheckpoint } from "../runs/checkpoints";
import { readRecord } from "../runs/record";
import { recipeOf, rl, sampling, sft } from "./recipe.testing";
import { outcome } from "./run-outcome.testing";
import { newRun, runStages } from "./run.testing";

/** Models of tests draw all in one piece. */
let pieces = Infinity;
vi.mock("../rollouts/piece-lengths", () => ({
  pieceLengths: () => ({ rounds: () => pieces, took: () => undefined, isDue: () => pieces < Infinity }),
}));

const recipe = recipeOf([
  { kind: "cold-start", examples: 12, ...sft, learning_rate: 0.2 },
  {
    kind: "reasoning-rl",
    steps: 4,
    prompts_per_step: 3,
    scoring_parts: 2,
    curriculum: "pass-rate",
    beta: 0.05,
    dynamic_sampling: true,
    ...rl,
    stop_strings: ["12", "3+"],
    max_completion_length: 12,
    thinking_token_budget: 3,
  },
  { ...sampling, eval_steps: 2 },
  { kind: "evaluation", from: "reasoning-rl", samples: 2 },
]);

/** Where a run stops there is a checkpoint more: of those of a stage, the last has to be the same. */
function left(folder: string) {
  const { files, ...other } = outcome(folder);
  const last = recipe.stages.flatMap(({ name }) => {
    const newest = latestCheckpoint(folder, name);
    return newest === null ? [] : [newest.slice(folder.length)];
  });
  const kept = Object.keys(files).filter(
    (path) => !path.startsWith("/checkpoints/") || last.some((checkpoint) => path.startsWith(`${checkpoint}/`)),
  );
  return { ...other, files: Object.fromEntries(kept.map((path) => [path, files[path]!])) };
}

let whole: string;

testEngine("simd");
beforeAll(async () => {
  whole = newRun(recipe);
  expect(await runStages(whole, { of: recipe })).toBe("completed");
});

test(
  "a run that is stopped amid its drawing, again and again, ends as if it had not been",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 3, maxLength: 8 }),
        async (rounds, looks) => {
          const folder = newRun(recipe);
          pieces = rounds;
          try {
            for (const many of looks) {
              let more = many;
              if ((await runStages(folder, { of: recipe, stopNow: () => more-- <= 0 })) === "completed") break;
              // Between two stages none is stopped: the next has not begun.
              expect(readRecord(folder).stages.some(({ status }) => status !== "completed")).toBe(true);
            }
            if (readRecord(folder).stages.some(({ status }) => status !== "completed"))
              expect(await runStages(folder, { of: recipe })).toBe("completed");
          } finally {
            pieces = Infinity;
          }
          expect(left(folder)).toEqual(left(whole));
        },
      ),
      { numRuns: 3, endOnFailure: true, examples: [[1, [30, 35, 50, 60, 60, 60, 60, 60]]] },
    );
  },
);

test("wherever it is drawing, it says what is lost", { timeout: 240_000 }, async () => {
  const lost: string[] = [];
  pieces = 2;
  try {
    let looks = 0;
    const counting = newRun(recipe);
    await runStages(counting, { of: recipe, stopNow: () => (looks++, false) });
    expect(left(counting)).toEqual(left(whole));
    for (let part = 1; part < 10; part++) {
      let more = Math.floor((looks * part) / 10);
      await runStages(newRun(recipe), { of: recipe, lost, stopNow: () => more-- <= 0 });
    }
  } finally {
    pieces = Infinity;
  }
  expect(lost.some((sentence) => /^Step \d of reasoning-rl was being drawn: its [1-9]\d* tokens/.test(sentence))).toBe(
    true,
  );
  expect(lost.some((sentence) => sentence.startsWith("An evaluation"))).toBe(true);
});
