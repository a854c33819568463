import fc from "fast-check";
import { expect, test } from "vitest";
import { labelSteps, type StepLabelOptions } from "./step-labels";
import { stepLoss } from "./step-loss";

const logit = fc.double({ min: -5, max: 5, noNaN: true });
const target = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
const rows = fc.array(fc.tuple(logit, logit, target), { minLength: 1, maxLength: 6 });

test("the gradient is that of the value, and 0 where no step ends", () => {
  fc.assert(
    fc.property(rows, (list) => {
      fc.pre(list.some(([, , label]) => label !== null));
      const logits = list.flatMap(([incorrect, correct]) => [incorrect, correct]);
      const targets = list.map(([, , label]) => label);
      const at = (moved: number, by: number): number =>
        stepLoss(
          logits.map((value, index) => (index === moved ? value + by : value)),
          targets,
        ).loss;
      stepLoss(logits, targets).gradient.forEach((value, index) => {
        expect(Math.abs(value - (at(index, 1e-6) - at(index, -1e-6)) / 2e-6)).toBeLessThan(1e-6);
        if (targets[Math.floor(index / 2)] === null) expect(value).toBe(0);
      });
    }),
  );
});

test("a soft label is the mean of hard ones, in value and gradient", () => {
  fc.assert(
    fc.property(logit, logit, fc.double({ min: 0, max: 1, noNaN: true }), (incorrect, correct, share) => {
      const [soft, right, wrong] = [share, 1, 0].map((label) => stepLoss([incorrect, correct], [label]));
      expect(soft!.loss).toBeCloseTo(share * right!.loss + (1 - share) * wrong!.loss, 10);
      const mixed = share * right!.gradient[0]! + (1 - share) * wrong!.gradient[0]!;
      expect(soft!.gradient[0]).toBeCloseTo(mixed, 10);
    }),
  );
});

test("parts of a batch that are divided by the whole's count add up to the whole", () => {
  const logits = [1, 2, -1, 0.5, 0, 3];
  const whole = stepLoss(logits, [1, 0, 1]);
  const parts = [stepLoss(logits.slice(0, 2), [1], 3), stepLoss(logits.slice(2), [0, 1], 3)];
  expect(parts[0]!.loss + parts[1]!.loss).toBeCloseTo(whole.loss, 12);
});

test("steps without a label have no loss; large logits have a finite one", () => {
  expect(stepLoss([1, 2], [null]).loss).toBeNaN();
  expect(stepLoss([900, -900], [1]).loss).toBe(1800);
});

const options: StepLabelOptions = {
  separator: [8, 9],
  bos: 0,
  max_length: null,
  max_completion_length: null,
  train_on_last_step_only: false,
};

test("labels stand at the last token of the separator behind each step", () => {
  const steps = fc.array(fc.tuple(fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }), fc.boolean()), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(steps, fc.boolean(), (list, train_on_last_step_only) => {
      const wanted = list.map(([, label]) => Number(label));
      const { ids, labels } = labelSteps(
        [1, 2],
        list.map(([ids]) => ids),
        wanted,
        { ...options, train_on_last_step_only },
      );
      expect(ids).toEqual([0, 1, 2, ...list.flatMap(([step]) => [...step, 8, 9])]);
      const found = labels.flatMap((label, at) => (label === null ? [] : [{ label, id: ids[at] }]));
      const expected = train_on_last_step_only ? wanted.slice(-1) : wanted;
      expect(found).toEqual(expected.map((label) => ({ label, id: 9 })));
    }),
  );
});

test("what is cut off takes its labels along; a probability is kept", () => {
  const cut = labelSteps([1], [[2], [3]], [0.7, 1], { ...options, max_completion_length: 4 });
  expect(cut).toEqual({ ids: [0, 1, 2, 8, 9, 3], labels: [null, null, null, null, 0.7, null] });
  expect(labelSteps([1], [[2]], [1], { ...options, max_length: 3 }).labels).toEqual([null, null, null]);
});

test("steps and labels of different numbers, and a separator without tokens, are errors", () => {
  expect(() => labelSteps([1], [[2]], [], options)).toThrow("0 labels for 1 steps");
  expect(() => labelSteps([1], [[2]], [1], { ...options, separator: [] })).toThrow("separator");
});
