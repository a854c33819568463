import { expect, test } from "vitest";
import type { RewardOutcome } from "../protocol/traces";
import { rewardErrorLog } from "./reward-errors";

const at = (line: number, message: string): RewardOutcome => ({
  kind: "error",
  message,
  file: "/p/r.reward.ts",
  line,
  column: 1,
});
const good: RewardOutcome = { kind: "score", score: 1, extras: {} };

test("the first error of each line is shown at its place, then counts, and a summary at the end", () => {
  const lines: string[] = [];
  let time = 0;
  const log = rewardErrorLog(
    (text) => lines.push(text),
    () => time,
  );
  log.add({ correct: [[good, good]] }, "step 1 of rl");
  expect(lines).toEqual([]);
  expect(log.summary()).toBeNull();
  log.add(
    {
      correct: [
        [at(5, "RangeError: 1"), good],
        [at(5, "RangeError: 2"), at(9, "x")],
      ],
    },
    "step 2 of rl",
  );
  expect(lines).toEqual([
    "/p/r.reward.ts:5: correct: RangeError: 1. In step 2 of rl; its sample is left out.",
    "/p/r.reward.ts:9: correct: x. In step 2 of rl; its sample is left out.",
  ]);
  log.add({ correct: [[at(5, "RangeError: 3")]] }, "step 3 of rl");
  expect(lines).toHaveLength(2);
  time = 20_000;
  log.add({ correct: [[at(5, "RangeError: 4")]] }, "step 4 of rl");
  const counts = "4 correct at /p/r.reward.ts:5, 1 correct at /p/r.reward.ts:9.";
  expect(lines[2]).toBe(`5 reward errors so far: ${counts}`);
  expect(log.summary()).toBe(`5 reward errors in 8 scored samples: ${counts}`);
});

test("a reward whose every error is another does not fill the log", () => {
  const lines: string[] = [];
  const log = rewardErrorLog(
    (text) => lines.push(text),
    () => 0,
  );
  const errors = Array.from({ length: 500 }, (_, line) => at(line + 1, "m"));
  log.add({ correct: [errors] }, "step 1 of rl");
  expect(lines).toHaveLength(10);
  expect(log.summary()).toMatch(/^500 reward errors .* and 490 more kinds\.$/);
});
