import { expect, test } from "vitest";
import { kindOf, stageKindSchema, type StageKind } from "../../server/protocol/stage-kinds";
import { chartsFor } from "./chart-specs";
import { newest } from "./newest-values";

test("the table says the newest value of each metric, its step and its change since the first", () => {
  const metrics = [
    { key: "reward", first: 0.25, newest: 0.75, step: 2 },
    { key: "eval/pass@1", first: 0.5, newest: 0.5, step: 0 },
    { key: "kl", first: null, newest: null, step: 0 },
  ];
  expect(newest(metrics)).toEqual([
    { key: "eval/pass@1", value: 0.5, step: 0, first: 0.5 },
    { key: "reward", value: 0.75, step: 2, first: 0.25 },
  ]);
});

const chartsOf = (kind: StageKind): ReadonlySet<string> => new Set(kindOf({ kind }).charts);

test("DPO and a reward model show how their pairs are ranked before anything else is asked for", () => {
  const pairs = ["rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen"];
  const dpo = chartsFor([...pairs, "loss", "grad_norm", "eval/accuracy", "eval/loss"], null, chartsOf("dpo"));
  expect(dpo.main.map(({ id }) => id)).toEqual([
    "held-out-pairs",
    "pair-accuracy",
    "pair-rewards",
    "pair-margin",
    "gradient",
    "loss",
    "held-out-loss",
  ]);
  expect(dpo.more.map(({ id }) => id)).toEqual(["logps/chosen"]);
  const model = chartsFor(["accuracy", "margin", "loss", "eval/accuracy"], null, chartsOf("reward-model"));
  expect(model.main.map(({ id }) => id)).toEqual(["held-out-pairs", "pair-accuracy", "pair-margin", "loss"]);
});

test("every chart that a kind of stage shows first is there to be drawn", () => {
  const keys = ["reward", "rewards/a/mean", "eval/pass@1", "eval/loss", "eval/accuracy", "accuracy", "rewards/chosen"];
  const more = ["margin", "completions/mean_length", "entropy", "grad_norm", "frac_reward_zero_std", "loss", "kl"];
  more.push("clip_ratio/low_mean", "ratio/max", "completions/mean_length_solved", "learning_rate", "time/score");
  more.push("verifier/errors");
  for (const kind of stageKindSchema.options) {
    const { main } = chartsFor([...keys, ...more], null, chartsOf(kind));
    expect(main.map(({ id }) => id).toSorted()).toEqual([...chartsOf(kind)].toSorted());
  }
});

const policyKeys = [
  "reward",
  "reward_std",
  "rewards/correct/mean",
  "rewards/wellFormed/mean",
  "eval/pass@1",
  "eval/pass@8",
  "completions/mean_length",
  "completions/min_length",
  "completions/max_length",
  "entropy",
  "grad_norm",
  "frac_reward_zero_std",
  "signal/all_wrong",
  "signal/all_right",
  "loss",
  "time/generate",
];

test("a policy stage gets every curve of the live view, one line per reward function, pass@1 and pass@k together", () => {
  const { main, more } = chartsFor(policyKeys, "what it is", chartsOf("reasoning-rl"));
  expect(main.map((chart) => chart.id)).toEqual([
    "reward",
    "rewards",
    "held-out",
    "signal",
    "entropy",
    "length",
    "gradient",
    "loss",
    "phases",
  ]);
  const labels = (id: string) => main.find((chart) => chart.id === id)?.series.map((series) => series.label);
  expect(labels("rewards")).toEqual(["correct", "wellFormed"]);
  expect(labels("held-out")).toEqual(["pass@1", "pass@8"]);
  expect(labels("signal")).toEqual(["all wrong", "all right", "no signal: rewards equal"]);
  expect(main.find((chart) => chart.id === "loss")?.note).toBe("what it is");
  expect(more).toEqual([]);
});

test("an SFT stage gets its loss without the note, and no empty charts", () => {
  const keys = ["loss", "grad_norm", "learning_rate", "eval/loss"];
  const { main, more } = chartsFor(keys, null, chartsOf("cold-start"));
  expect(main.map((chart) => chart.id)).toEqual(["gradient", "rate", "loss", "held-out-loss"]);
  expect(main.every((chart) => chart.note === null)).toBe(true);
  expect(more).toEqual([]);
});

test("a band needs all of its metrics; every metric is in exactly one chart", () => {
  const keys = policyKeys.filter((key) => key !== "reward_std");
  const { main, more } = chartsFor(keys, null, chartsOf("reasoning-rl"));
  expect(main.find((chart) => chart.id === "reward")?.band).toBeNull();
  const shown = [...main, ...more].flatMap((chart) => [
    ...chart.series.map((series) => series.key),
    ...(chart.band?.kind === "range" ? [chart.band.low, chart.band.high] : []),
  ]);
  expect(shown.sort()).toEqual([...keys].sort());
});

test("what training would have seen stands in the chart of what it saw, and nowhere else", () => {
  const keys = ["reward", "rewards/right/mean", "rescored/reward", "rescored/rewards/right/mean"];
  const { main, more } = chartsFor(keys, null, new Set(["reward", "rewards"]));
  expect(main.map(({ series }) => series)).toEqual([
    [
      { key: "reward", label: "mean" },
      { key: "rescored/reward", label: "what training would have seen", beside: "reward" },
    ],
    [
      { key: "rewards/right/mean", label: "right" },
      {
        key: "rescored/rewards/right/mean",
        label: "right: what training would have seen",
        beside: "rewards/right/mean",
      },
    ],
  ]);
  expect(more).toEqual([]);
});

test("names of metrics that nobody would see stand named in titles and legends; the key stays what it is", () => {
  const key = "rewards/\u202eright\u0000/mean";
  const { main, more } = chartsFor([key, "x/\ud800"], null, chartsOf("reasoning-rl"));
  expect(main.flatMap(({ series }) => series)).toEqual([{ key, label: "⟨U+202E⟩right⟨U+0000⟩" }]);
  expect(more.map(({ id, title, series }) => [id, title, series[0]?.label])).toEqual([
    ["x/\ud800", "x/⟨U+D800⟩", "⟨U+D800⟩"],
  ]);
});
