import { expect, test } from "vitest";
import { reportRewardModel, rewardModelText } from "./reward-model-report";

test("a reward model's report says how often it is correct, how sure it may be believed, and whether it goes by length", () => {
  const pair = (chosen: number, rejected: number, chosenLength: number, rejectedLength: number) => ({
    chosen,
    rejected,
    chosenLength,
    rejectedLength,
  });
  const byLength = [pair(3, 1, 30, 10), pair(2, 1, 20, 10), pair(1, 3, 10, 30), pair(1, 1, 10, 10)];
  const report = reportRewardModel(byLength);
  expect(report).toMatchObject({
    pairs: 4,
    accuracy: 0.625,
    margin: 0.25,
    whenLonger: { accuracy: 1, count: 2 },
    whenShorter: { accuracy: 0, count: 1 },
    whenEqual: { accuracy: 0.5, count: 1 },
  });
  expect(report.lengthCorrelation).toBeCloseTo(1, 12);
  // Sure of 0.5 (a tie, half correct), 0.731 (correct) and twice 0.881 (correct and wrong).
  expect(report.bins.map(({ count, accuracy }) => [count, accuracy])).toEqual([
    [1, 0.5],
    [0, null],
    [1, 1],
    [2, 0.5],
    [0, null],
  ]);
  const sure = (difference: number): number => 1 / (1 + Math.exp(-difference));
  expect(report.calibrationError).toBeCloseTo((1 - sure(1)) / 4 + (sure(2) - 0.5) / 2, 12);
  expect(rewardModelText(report)).toBe(
    "held-out accuracy 0.625 of 4 pairs, 1 of them tied and half right, calibration error 0.258, correlation with length 1.000 (accuracy 1.000 where the chosen one is longer, 0.000 where shorter, 0.500 where as long)",
  );
  expect(rewardModelText(reportRewardModel([]))).toBe("no held-out pairs to measure it on");
});
