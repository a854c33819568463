import fc from "fast-check";
import { expect, test } from "vitest";
import { ktoLoss } from "./kto-loss";
import { preferenceLoss, preferenceLossTypes, type Completions, type PreferenceLossOptions } from "./preference-loss";
import { divergences } from "./preference-score";
import { rewardModelLoss } from "./reward-model-loss";

const plain: PreferenceLossOptions = {
  loss_type: ["sigmoid"],
  loss_weights: null,
  beta: 0.3,
  label_smoothing: 0.1,
  discopop_tau: 0.05,
  ld_alpha: null,
  f_divergence_type: "reverse_kl",
  f_alpha_divergence_coef: 0.5,
};

const logprob = fc.double({ min: -3, max: -0.01, noNaN: true });
const completion = fc.array(fc.tuple(logprob, logprob), { minLength: 1, maxLength: 4 });
const pairs = fc.array(fc.tuple(completion, completion), { minLength: 1, maxLength: 4 });
type Tokens = [logprob: number, reference: number][];

const packed = (completions: readonly Tokens[]): Completions => ({
  lengths: completions.map((tokens) => tokens.length),
  logprobs: completions.flatMap((tokens) => tokens.map(([value]) => value)),
  referenceLogprobs: completions.flatMap((tokens) => tokens.map(([, reference]) => reference)),
});
const sidesOf = (list: readonly [Tokens, Tokens][]): [Completions, Completions] => [
  packed(list.map(([chosen]) => chosen)),
  packed(list.map(([, rejected]) => rejected)),
];
const moved = (side: Completions, token: number, by: number): Completions => ({
  ...side,
  logprobs: Array.from(side.logprobs, (value, index) => (index === token ? value + by : value)),
});

const step = 1e-6;
const near = (gradient: number, slope: number): void =>
  expect(Math.abs(gradient - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));

test("gradients are those of the value, by finite differences, for every loss, divergence and weight of the longer tail", () => {
  fc.assert(
    fc.property(
      pairs,
      // A hinge has no derivative at its edge.
      fc.constantFrom(...preferenceLossTypes.filter((type) => type !== "hinge")),
      fc.constantFrom(...divergences),
      fc.constantFrom(null, 0.5),
      (list, type, f_divergence_type, ld_alpha) => {
        const options: PreferenceLossOptions = {
          ...plain,
          loss_type: [type, "sigmoid"],
          loss_weights: [0.7, 2],
          f_divergence_type,
          ld_alpha,
        };
        const [chosen, rejected] = sidesOf(list);
        const { chosenGradient, rejectedGradient } = preferenceLoss(chosen, rejected, options);
        const lossAt = (ofChosen: number, ofRejected: number, by: number): number =>
          preferenceLoss(moved(chosen, ofChosen, by), moved(rejected, ofRejected, by), options).loss;
        chosenGradient.forEach((gradient, token) =>
          near(gradient, (lossAt(token, -1, step) - lossAt(token, -1, -step)) / (2 * step)),
        );
        rejectedGradient.forEach((gradient, token) =>
          near(gradient, (lossAt(-1, token, step) - lossAt(-1, token, -step)) / (2 * step)),
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("permuting pairs permutes gradients and leaves the loss", () => {
  fc.assert(
    fc.property(pairs, fc.constantFrom(...preferenceLossTypes), (list, type) => {
      const options: PreferenceLossOptions = { ...plain, loss_type: [type] };
      const forward = preferenceLoss(...sidesOf(list), options);
      const backward = preferenceLoss(...sidesOf([...list].reverse()), options);
      expect(backward.loss).toBeCloseTo(forward.loss, 9);
      const first = list[0]![0].length;
      const [here, there] = [forward.chosenGradient.slice(0, first), backward.chosenGradient.slice(-first)];
      here.forEach((value, token) => expect(there[token]).toBeCloseTo(value, 9));
    }),
  );
});

test("on the reference policy DPO's loss is log 2 and its gradient pulls the pair apart by β / 2", () => {
  const side = { lengths: [2], logprobs: [-1, -2], referenceLogprobs: [-1, -2] };
  const { loss, chosenGradient, rejectedGradient, metrics } = preferenceLoss(side, side, plain);
  expect(loss).toBeCloseTo(Math.LN2, 12);
  expect([...chosenGradient, ...rejectedGradient]).toEqual([-0.15, -0.15, 0.15, 0.15]);
  // A tie is no success.
  expect(metrics["rewards/accuracies"]).toBe(0);
});

test("a hinge teaches nothing beyond its margin, and only there", () => {
  const sideAt = (logp: number): Completions => ({ lengths: [1], logprobs: [logp], referenceLogprobs: [0] });
  const options: PreferenceLossOptions = { ...plain, loss_type: ["hinge"], beta: 1 };
  expect(preferenceLoss(sideAt(-0.5), sideAt(-2), options)).toMatchObject({ loss: 0 });
  expect(preferenceLoss(sideAt(-0.5), sideAt(-2), options).chosenGradient[0]).toBeCloseTo(0, 12);
  expect(preferenceLoss(sideAt(-0.5), sideAt(-1), options).chosenGradient[0]).toBe(-1);
});

test("labels that cannot be wrong make the robust loss the usual one", () => {
  fc.assert(
    fc.property(pairs, (list) => {
      const of = (type: "robust" | "sigmoid"): number =>
        preferenceLoss(...sidesOf(list), { ...plain, loss_type: [type], label_smoothing: 0 }).loss;
      expect(of("robust")).toBeCloseTo(of("sigmoid"), 12);
    }),
  );
});

test("completions without a partner, and weights without a loss, are errors", () => {
  const one = packed([[[-1, -1]]]);
  expect(() => preferenceLoss(one, packed([]), plain)).toThrow("1 chosen, 0 rejected");
  expect(() => preferenceLoss(one, one, { ...plain, loss_weights: [1, 2] })).toThrow("2 loss_weights for 1 losses");
});

test("KTO's gradient is that of its value, and has the sign of the label", () => {
  const options = { beta: 0.3, desirable_weight: 1.3, undesirable_weight: 0.7 };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(completion, fc.boolean()), { minLength: 1, maxLength: 4 }),
      fc.constantFrom("kto", "apo_zero_unpaired"),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (list, loss_type, reference) => {
        const side = packed(list.map(([tokens]) => tokens));
        const labels = list.map(([, label]) => label);
        const at = (token: number, by: number): number =>
          ktoLoss(moved(side, token, by), labels, reference, { ...options, loss_type }).loss;
        const { gradient } = ktoLoss(side, labels, reference, { ...options, loss_type });
        gradient.forEach((value, token) => near(value, (at(token, step) - at(token, -step)) / (2 * step)));
        expect(gradient[0]! < 0).toBe(labels[0]);
      },
    ),
  );
});

test("a reward model's gradient is that of its value, and finite for any rewards", () => {
  const reward = fc.double({ min: -4, max: 4, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(reward, reward, reward), { minLength: 1, maxLength: 5 }), (list) => {
      const columns = [0, 1, 2].map((column) => list.map((row) => row[column]!));
      const [chosen, rejected, margins] = [columns[0]!, columns[1]!, columns[2]!];
      const at = (by: number, both: number): number =>
        rewardModelLoss(
          [chosen[0]! + by, ...chosen.slice(1)],
          [rejected[0]! + both, ...rejected.slice(1)],
          margins,
          0.1,
        ).loss;
      const { chosenGradient, rejectedGradient } = rewardModelLoss(chosen, rejected, margins, 0.1);
      near(chosenGradient[0]!, (at(step, 0) - at(-step, 0)) / (2 * step));
      near(rejectedGradient[0]!, (at(0, step) - at(0, -step)) / (2 * step));
    }),
  );
  expect(rewardModelLoss([-900], [900], null, null)).toMatchObject({ loss: 1800, accuracy: 0, margin: -1800 });
});
