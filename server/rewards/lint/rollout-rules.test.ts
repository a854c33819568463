/** Rules over rollouts, at their thresholds. */
import { expect, test } from "vitest";
import { rolloutRemarks, type RolloutData, type ScoredRollout, type StepNumbers } from "./rollout-rules";
import { readRuleSettings, usualRules } from "./rule-settings";

const rollout = (group: number, sample: number, change: Partial<ScoredRollout> = {}): ScoredRollout => ({
  place: { folder: "/r", stage: "rl", step: 3, purpose: "train", group, sample },
  scores: { a: sample % 2 },
  total: sample % 2,
  advantage: (sample % 2) - 0.5,
  correct: sample % 2 === 1 ? 1 : 0,
  length: 10 + ((sample * 7 + group * 3) % 5),
  ...change,
});
const rollouts = (make: (group: number, sample: number) => Partial<ScoredRollout> = () => ({})): ScoredRollout[] =>
  Array.from({ length: 64 }, (_, at) => rollout(at >> 3, at & 7, make(at >> 3, at & 7)));
const data = (change: Partial<RolloutData> = {}): RolloutData => ({
  rollouts: rollouts(),
  history: [],
  names: new Map([["a", "a"]]),
  weights: new Map([["a", 1]]),
  ranges: new Map(),
  ...change,
});
const told = (of: RolloutData, settings = usualRules): string[] => rolloutRemarks(of, settings).map(({ rule }) => rule);

test("a reward that tells right from wrong gives no remark", () => {
  expect(told(data())).toEqual([]);
});

test("constant within every group, whatever it is between them, once there are groups enough", () => {
  const flat = rollouts((group) => ({ scores: { a: group }, total: group, advantage: 0 }));
  expect(told(data({ rollouts: flat }))).toEqual(["constant-in-groups"]);
  expect(told(data({ rollouts: flat.filter(({ place }) => place.group < 7) }))).toEqual([]);
  const settings = readRuleSettings({ "constant-in-groups": { groups: 5 } }).settings;
  expect(told(data({ rollouts: flat.filter(({ place }) => place.group < 7) }), settings)).toEqual([
    "constant-in-groups",
  ]);
  expect(rolloutRemarks(data({ rollouts: flat }), usualRules)[0]).toMatchObject({
    reward: "a",
    sample: { group: 0, sample: 0, step: 3 },
  });
});

test("rewards that cancel are told only where the sum does not differ", () => {
  const both = rollouts((_, sample) => ({ scores: { a: sample % 2, b: 1 - (sample % 2) }, total: 1, advantage: 0 }));
  const weights = new Map([
    ["a", 1],
    ["b", 1],
  ]);
  expect(told(data({ rollouts: both, weights }))).toEqual(["rewards-cancel"]);
  expect(told(data({ rollouts: both.map((one) => ({ ...one, total: one.scores["a"]! })), weights }))).toEqual([]);
});

const history = (means: readonly number[], passes: Readonly<Record<number, number>>): StepNumbers[] =>
  means.map((mean, step) => ({ step, means: { a: mean }, pass: passes[step] ?? null }));

test("a mean that rises while held-out pass@1 falls; neither alone", () => {
  const rising = Array.from({ length: 20 }, (_, step) => step / 20);
  expect(told(data({ history: history(rising, { 0: 0.6, 19: 0.4 }) }))).toEqual(["rises-while-pass-falls"]);
  expect(told(data({ history: history(rising, { 0: 0.4, 19: 0.6 }) }))).toEqual([]);
  expect(told(data({ history: history(rising.toReversed(), { 0: 0.6, 19: 0.4 }) }))).toEqual([]);
  expect(told(data({ history: history(rising, { 0: 0.6 }) }))).toEqual([]);
  const [remark] = rolloutRemarks(data({ history: history(rising, { 0: 0.6, 19: 0.4 }) }), usualRules);
  expect(remark?.message).toMatch(/rose by 0.75 over the stage, while held-out pass@1 fell from 60 % to 40 %/);
});

test("a ceiling names one that has less", () => {
  const high = rollouts((group, sample) => ({ scores: { a: group === 2 && sample === 5 ? 0 : 1 } }));
  const [remark] = rolloutRemarks(data({ rollouts: high }), usualRules);
  expect(remark).toMatchObject({ rule: "ceiling", sample: { group: 2, sample: 5 } });
});

test("length is told only where it goes with the score among right and wrong ones alike", () => {
  const byLength = rollouts((group, sample) => ({ scores: { a: sample + group }, length: sample * 3 + 1 }));
  expect(told(data({ rollouts: byLength }))).toContain("follows-length");
  // Right answers are longer, and that is all.
  const right = rollouts((_, sample) => ({ length: sample % 2 === 1 ? 50 : 10 }));
  expect(told(data({ rollouts: right }))).not.toContain("follows-length");
});

test("a declared range that is left", () => {
  const ranges = new Map([["a", { low: 0, high: 0.5 }]]);
  const [remark] = rolloutRemarks(data({ ranges }), usualRules);
  expect(remark).toMatchObject({ rule: "out-of-range", sample: { group: 0, sample: 1 } });
  expect(told(data({ ranges: new Map([["a", { low: 0, high: 1 }]]) }))).toEqual([]);
});

test("a reward that decides the advantage against one for being right", () => {
  const weights = new Map([
    ["a", 10],
    ["right", 0.1],
  ]);
  const dominated = rollouts((_, sample) => {
    const long = sample >> 1;
    return {
      scores: { a: long, right: sample % 2 },
      total: 10 * long + 0.1 * (sample % 2),
      advantage: 10 * (long - 1.5),
      length: 10,
    };
  });
  expect(told(data({ rollouts: dominated, weights }))).toEqual(["dominates-advantage"]);
  expect(told(data({ rollouts: dominated.map((one) => ({ ...one, correct: null })), weights }))).toEqual([]);
});
