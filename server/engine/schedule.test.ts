import { expect, test } from "vitest";
import { learningRate, type ScheduleSettings } from "./optimizer";

const settings: ScheduleSettings = {
  learning_rate: 2e-3,
  warmup_steps: 2,
  lr_scheduler_type: "linear",
  min_lr_rate: 0,
};
const rates = (change: Partial<ScheduleSettings>, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => learningRate({ ...settings, ...change }, step + 1, steps));

test("linear falls from the peak to 0 at the last step, or to its least share", () => {
  const expected = [1e-3, 2e-3, 1.5e-3, 1e-3, 0.5e-3, 0];
  rates({}, 6).forEach((rate, step) => expect(rate).toBeCloseTo(expected[step]!, 12));
  expect(rates({ min_lr_rate: 0.1 }, 6).at(-1)).toBeCloseTo(2e-4, 12);
});

test("warmup_ratio is a share of all steps, rounded up, in place of warmup_steps", () => {
  expect(rates({ warmup_ratio: 0.25, lr_scheduler_type: "constant" }, 9)).toEqual(
    rates({ warmup_steps: 3, lr_scheduler_type: "constant" }, 9),
  );
  expect(rates({ warmup_ratio: 0, lr_scheduler_type: "constant" }, 4)[0]).toBe(2e-3);
});

test("the cosine is at half of its way in the middle", () => {
  expect(rates({ warmup_steps: 0, lr_scheduler_type: "cosine" }, 10)[4]).toBeCloseTo(1e-3, 12);
});
