import { expect, test } from "vitest";
import { randomStream } from "../shared/random";
import { detectErrors } from "../behaviours/error-detection";
import { filterExamples } from "./sft/filter-examples";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { chainSum } from "../tasks/chain-sum";
import { parity } from "../tasks/parity";
import { slippedCompletion } from "../tasks/slips";
import { isCorrect } from "../tasks/task";

const task = chainSum({ min_terms: 4, max_terms: 7, max_operand: 9, max_total: 19 });
const settings = { slip_rate: 0.3, flag_share: 0.5 };
const examples = Array.from({ length: 1500 }, (_, index) => {
  const row = task.rows.row(randomStream("rows", index));
  return { row, ...slippedCompletion(task, row, settings, randomStream("slips", index)) };
});

test("slips come and are flagged as often as the settings say", () => {
  const flagged = examples.reduce((sum, example) => sum + example.flagged, 0);
  const standing = examples.reduce((sum, example) => sum + example.standing, 0);
  expect(flagged / (flagged + standing)).toBeGreaterThan(0.46);
  expect(flagged / (flagged + standing)).toBeLessThan(0.54);
  const marks = examples.reduce((sum, { completion }) => sum + completion.split("?").length - 1, 0);
  expect(marks).toBe(flagged);
  const steps = examples.reduce((sum, { row }) => sum + task.steps(row).length, 0);
  // A step that is done again may slip again: tries are steps and flagged slips.
  expect((flagged + standing) / (steps + flagged)).toBeCloseTo(0.3, 1);
});

test("the labels of steps find the slips, and what is flagged", () => {
  for (const { row, completion, flagged, standing } of examples) {
    const { thinking } = splitReasoning(completion);
    const { wrong, correct } = detectErrors([{ thinking: thinking!, steps: task.labelSteps(row, thinking!) }]);
    expect(correct.flagged).toBe(0);
    if (standing > 0) expect(wrong.of).toBeGreaterThan(wrong.flagged);
    else expect(wrong).toEqual({ flagged, of: flagged, rate: flagged === 0 ? null : 1 });
    if (standing === 0) expect(isCorrect(task, row, completion)).toBe(true);
  }
});

test("no filter but that of wrong answers drops an example for its slips", () => {
  const given = examples.map(({ row, completion, standing }) => ({
    prompt: row.prompt,
    completion,
    correct: standing === 0 ? isCorrect(task, row, completion) : null,
  }));
  expect(filterExamples(given).dropped.map(({ reason }) => reason)).toEqual([]);
});

test("without slips it is the correct completion", () => {
  const row = { prompt: "a6b+4c+2d-8=", answer: "4" };
  const none = slippedCompletion(task, row, { slip_rate: 0, flag_share: 0.5 }, randomStream("none"));
  expect(none).toEqual({ completion: task.completion(row, "stepwise"), flagged: 0, standing: 0 });
  const all = slippedCompletion(task, row, { slip_rate: 1, flag_share: 1 }, randomStream("all"));
  expect(all.completion).toMatch(/^<think>b6\+4=(?:\d+\?b6\+4=){3}10;/);
  expect(isCorrect(task, row, all.completion)).toBe(true);
});

test("a correct step that is flagged may be done again or stand", () => {
  const row = { prompt: "a6b+4c+2d-8=", answer: "4" };
  const labels = (thinking: string): boolean[] => task.labelSteps(row, thinking).map(({ correct }) => correct);
  expect(labels("b6+4=10?b6+4=10;c10+2=12;d12-8=4")).toEqual([true, true, true, true]);
  expect(labels("b6+4=10?c10+2=12;d12-8=4")).toEqual([true, true, true]);
  expect(labels("b6+4=11?b6+4=9?b6+4=10;c10+2=12")).toEqual([false, false, true, true]);
  expect(labels("b6+4=11;c11+2=13")).toEqual([false, false]);
});

test("a task without slips says so", () => {
  const other = parity({ name: "parity", min_length: 4, max_length: 6 });
  expect(() => slippedCompletion(other, { prompt: "p:1=", answer: "1" }, settings, randomStream())).toThrow("parity");
});
