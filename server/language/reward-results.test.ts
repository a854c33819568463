/** What a lens says of a step. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RewardOutcome } from "../protocol/traces";
import { newestSteps } from "../runs/metrics";
import { detailText, resultOfOutcomes, resultText, sparkline } from "./reward-results";

const score = (value: number): RewardOutcome => ({ kind: "score", score: value, extras: {} });

test("a lens says mean, trend, shares, times and the correlation with being right", () => {
  const error: RewardOutcome = { kind: "error", message: "boom", file: null, line: 3, column: null };
  const outcomes = [score(1), score(0), { kind: "not-applicable" } as const, error];
  const result = {
    ...resultOfOutcomes(outcomes, 0.5),
    trend: [0.1, 0.2, 0.5],
    times: { p50: 0.001, p99: 1.5 },
    withRight: { rank: 0.875, samples: 2 },
  };
  expect(resultText(result)).toBe("0.50 ± 0.71 over 4 rollouts ▁▃█ · 1 error (25 %)");
  expect(detailText(result)).toBe("25 % null · p50 < 0.01 ms, p99 1.50 ms · ρ 0.88 with right, n 2");
  // Of a run of before times were measured.
  expect(resultText(resultOfOutcomes([score(1)], 0.5))).toBe("1.00 ± 0.00 over 1 rollout · 0 errors");
  expect(detailText(resultOfOutcomes([score(1)], 0.5))).toBe("0.50 ms per sample");
  expect(detailText(resultOfOutcomes([score(1)], null))).toBe("");
});

test("a sparkline rises as its values do, and is flat where they are equal", () => {
  expect(sparkline([])).toBe("");
  expect(sparkline([1])).toBe("");
  expect(sparkline([2, 2, 2])).toBe(" ▄▄▄");
  expect(sparkline([0, 1])).toBe(" ▁█");
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 30 }),
      (values) => {
        const drawn = sparkline(values).trim();
        expect(drawn).toHaveLength(values.length);
        values.forEach((value, index) => {
          if (index > 0 && value >= values[index - 1]!) expect(drawn[index]! >= drawn[index - 1]!).toBe(true);
        });
      },
    ),
  );
});

test("the last steps of a stage are those of the end of the file, each as it was made last", () => {
  const folder = mkdtempSync(join(tmpdir(), "reasoning-lab-metrics-"));
  expect(newestSteps(folder, "rl", 4)).toEqual([]);
  const row = (stage: string, step: number, reward: number): string =>
    `${JSON.stringify({ stage, step, time: 0, reward, filler: "x".repeat(500) })}\n`;
  const rows = Array.from({ length: 2000 }, (_, step) => row("rl", step, step / 2));
  const torn = '{"stage":"rl","step":2001,';
  writeFileSync(join(folder, "metrics.jsonl"), `${rows.join("")}${row("sft", 1, 9)}${row("rl", 1998, 7)}${torn}`);
  expect(newestSteps(folder, "rl", 3).map(({ step, reward }) => [step, reward])).toEqual([
    [1997, 998.5],
    [1998, 7],
    [1999, 999.5],
  ]);
});
