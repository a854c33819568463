import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MetricsRow } from "../protocol/metrics";
import { parseFilter } from "../protocol/rollout-filter/parse";
import { rules } from "./rules";
import { idsOf, notesOf, rowsOf } from "./rows.testing";
import { thresholdsOf, thresholdTable, usualThresholds } from "./thresholds";

const { window } = usualThresholds;

/** What a healthy RL stage writes, at step `index` of `steps`: numbers of a run of the sample. */
const healthy = (index: number, steps: number): Record<string, number> => {
  const done = index / steps;
  const evaluation: Record<string, number> =
    index % 20 === 0 ? { "eval/pass@1": 0.6 + 0.3 * done, "eval/pass@8": 0.98, "eval/prompts": 64 } : {};
  return {
    reward: 0.6 + 0.3 * done,
    "rewards/correct/mean": 0.5 + 0.3 * done,
    "rewards/wellFormed/mean": 1,
    frac_reward_zero_std: 0.1 + 0.4 * done,
    "signal/all_right": 0.08 + 0.4 * done,
    "signal/all_wrong": 0.02,
    entropy: 0.14 - 0.11 * done,
    kl: 0.01 + 0.05 * done,
    "completions/mean_length": 15 + 25 * done,
    "completions/clipped_ratio": 0.02,
    grad_norm: 0.4,
    learning_rate: 1e-4,
    "ratio/effective_sample_size": 1,
    "clip_ratio/region_mean": 0,
    "verifier/errors": 0,
    ...evaluation,
  };
};
const weights = { weights: new Map([["wellFormed", 0.1]]) };

/** The numbers by which each rule speaks, over a healthy stage. */
const sick: Record<string, (done: number) => Record<string, number>> = {
  "no-signal": () => ({ frac_reward_zero_std: 0.95, "signal/all_right": 0.02, "signal/all_wrong": 0.93 }),
  "weak-signal": () => ({ frac_reward_zero_std: 0.8, "signal/all_right": 0.7, "signal/all_wrong": 0.1 }),
  "entropy-collapse": (done) => ({
    entropy: done < 0.5 ? 0.2 : 0.002,
    "eval/pass@1": 0.6,
    "eval/pass@8": done < 0.5 ? 0.95 : 0.6,
  }),
  "kl-run-away": (done) => ({ kl: 0.01 * 1000 ** done }),
  "length-run-away": (done) => ({ "completions/mean_length": 20 + 100 * done, "eval/pass@1": 0.5 - 0.05 * done }),
  truncation: (done) => ({ "completions/clipped_ratio": 0.6 * done }),
  "reward-up-pass-down": (done) => ({ "eval/pass@1": 0.9 - 0.6 * done }),
  "one-reward-dominates": (done) => ({
    reward: 0.6 + 0.3 * done,
    "rewards/correct/mean": 0.5,
    "rewards/wellFormed/mean": 1 + 3 * done,
    "completions/mean_length": 20,
    "eval/pass@1": 0.6,
  }),
  sharpening: (done) => ({ "eval/pass@1": 0.6 + 0.1 * done, "eval/pass@8": 0.98 - 0.5 * done }),
  "verifier-errors": () => ({ "verifier/errors": 2, "verifier/correct/errors": 2 }),
  "off-policy": () => ({ "ratio/effective_sample_size": 0.2 }),
  "dead-learning": () => ({ learning_rate: 0 }),
};

const steps = 120;
const sickRows = (id: string, change: (row: MetricsRow) => MetricsRow = (row) => row): MetricsRow[] =>
  rowsOf(steps, (index) => {
    const own = sick[id]!(index / steps);
    const measured = index % 20 === 0;
    const kept = Object.entries(own).filter(([name]) => measured || !name.startsWith("eval/"));
    return { ...healthy(index, steps), ...Object.fromEntries(kept) };
  }).map(change);

test("a healthy run gets no note", () => {
  expect(
    notesOf(
      rowsOf(steps, (index) => healthy(index, steps)),
      {},
      weights,
    ),
  ).toEqual([]);
});

test("there is a sick run for every rule", () => {
  expect(Object.keys(sick).toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  test("speaks where its failure shows, with numbers that can be opened", () => {
    const notes = notesOf(sickRows(id), {}, weights);
    const note = notes.find((one) => one.id === id);
    expect(note?.kind).toBe(rule.kind);
    expect(note?.text).toMatch(/\d/);
    expect(note?.evidence.length).toBeGreaterThan(0);
    for (const { metric, step } of note?.evidence ?? []) {
      const row = sickRows(id).find((one) => one.step === step);
      expect(typeof row?.[metric], `${metric} at step ${step}`).toBe("number");
    }
  });

  test("says nothing of a run that is too short", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: window - 1 }), (length) => {
        expect(idsOf(sickRows(id).slice(0, length), {}, weights)).toEqual([]);
      }),
    );
  });

  test("says the same wherever the steps begin, and whatever rewards and lengths are counted in", () => {
    const scaled = /^(?:reward|rewards\/.*\/mean|completions\/mean_length|entropy)$/;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (shift, scale) => {
        const changed = sickRows(id, (row): MetricsRow => {
          const moved: MetricsRow = Object.assign({}, row, { step: row.step + shift });
          for (const [key, value] of Object.entries(row))
            if (scaled.test(key) && typeof value === "number") Object.assign(moved, { [key]: value * scale });
          return moved;
        });
        const ids = idsOf(changed, {}, weights);
        expect(ids).toEqual(idsOf(sickRows(id), {}, weights));
      }),
      { numRuns: 20 },
    );
  });
});

/** Rows of a constant level of one metric, with what else the rule needs. */
const level = (metric: string, value: number, other: Record<string, number> = {}): MetricsRow[] =>
  rowsOf(3 * window, () => ({ ...other, [metric]: value }));

test.each([
  ["no-signal", "frac_reward_zero_std", "noSignal", { "signal/all_right": 0, "signal/all_wrong": 0.5 }, true],
  ["truncation", "completions/clipped_ratio", "truncated", {}, true],
  ["off-policy", "ratio/effective_sample_size", "effectiveSamples", {}, false],
  ["off-policy", "clip_ratio/region_mean", "clipped", {}, true],
] as const)("%s speaks exactly where %s crosses %s", (id, metric, threshold, other, above) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 }), (value, limit) => {
      fc.pre(value !== limit);
      const ids = idsOf(level(metric, value / 1000, other), { [threshold]: limit / 1000 });
      expect(ids.includes(id)).toBe(above ? value > limit : value < limit);
    }),
  );
});

test("reward errors are an alarm by the share of steps that have any, never by a single one", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: window, maxLength: window }), (errors) => {
      const ids = idsOf(rowsOf(window, (index) => ({ "verifier/errors": errors[index]! })));
      const failing = errors.filter((count) => count > 0).length;
      const all = errors.reduce((sum, count) => sum + count, 0);
      expect(ids).toEqual(failing >= 0.2 * window && all >= 3 ? ["verifier-errors"] : []);
    }),
  );
});

test("groups without signal are no alarm when they are all right", () => {
  const solved = { "signal/all_right": 0.95, "signal/all_wrong": 0 };
  expect(idsOf(level("frac_reward_zero_std", 0.97, solved))).toEqual(["weak-signal"]);
  // Nobody says which are right: a reward that rose may be that of solved prompts.
  const rising = rowsOf(3 * window, (index) => ({ frac_reward_zero_std: 1, reward: index / 60 }));
  expect(idsOf(rising)).toEqual([]);
  expect(idsOf(level("frac_reward_zero_std", 1, { reward: 0 }))).toEqual(["no-signal"]);
  // Not even the rewards are known.
  expect(idsOf(level("frac_reward_zero_std", 1))).toEqual([]);
});

test("long completions and low entropy are no failure while held-out results rise", () => {
  const better = rowsOf(steps, (index) => ({
    ...healthy(index, steps),
    entropy: index < 40 ? 0.2 : 0.001,
    "completions/mean_length": index < 40 ? 20 : 400,
  }));
  expect(idsOf(better, {}, weights)).toEqual([]);
});

test("chance is no fall: on few prompts pass@1 may be far below its best", () => {
  const falling = (prompts: number) =>
    idsOf(
      rowsOf(steps, (index) => ({
        reward: 0.5 + index / 300,
        ...(index % 20 === 0 ? { "eval/pass@1": index < 40 ? 0.6 : 0.5, "eval/prompts": prompts } : {}),
      })),
    );
  expect(falling(16)).toEqual([]);
  expect(falling(1000)).toEqual(["reward-up-pass-down"]);
});

test("rewards before and after an edit are not compared", () => {
  const edited = (at: number) =>
    idsOf(
      sickRows("reward-up-pass-down", (row) => Object.assign({}, row, { reward_hash: row.step < at ? "a" : "b" })),
      {},
      weights,
    );
  expect(edited(0)).toContain("reward-up-pass-down");
  expect(edited(steps - window)).not.toContain("reward-up-pass-down");
});

test("advice is given only where there is no alarm", () => {
  const both = rowsOf(3 * window, () => ({
    frac_reward_zero_std: 0.8,
    "signal/all_right": 0.7,
    "signal/all_wrong": 0.1,
    learning_rate: 0,
  }));
  expect(idsOf(both)).toEqual(["dead-learning"]);
});

test("a gradient of 0 in steps without signal is not blamed on the rate", () => {
  expect(idsOf(level("grad_norm", 0))).toEqual(["dead-learning"]);
  expect(idsOf(level("grad_norm", 0, { frac_reward_zero_std: 1 }))).toEqual([]);
});

test("steps that are made again replace themselves", () => {
  const failing = rowsOf(2 * window, () => ({ learning_rate: 0 }));
  const again = rowsOf(window, () => ({ learning_rate: 1e-3 }), window + 1);
  expect(idsOf([...failing, ...again])).toEqual([]);
});

test("settings that are no numbers within their range are as usual", () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      for (const [name, value] of Object.entries(thresholdsOf(given))) {
        const { least, most } = thresholdTable[name as keyof typeof thresholdTable];
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(most);
      }
    }),
  );
  expect(thresholdsOf({ kl: 2, window: 7.5 })).toEqual({ ...usualThresholds, kl: 2 });
});

test("numbers of any run and of none make notes or nothing, never an error", () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, Number.MAX_VALUE, Number.MIN_VALUE));
  const names = [...new Set(sickRows("weak-signal").flatMap((row) => Object.keys(row)))].filter(
    (name) => !["stage", "step", "time"].includes(name),
  );
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.constantFrom(...names), value), { maxLength: 60 }), (rows) => {
      for (const { text } of notesOf(rowsOf(rows.length, (index) => rows[index]!))) expect(text).not.toMatch(/NaN/);
    }),
  );
});

test("notes whose evidence is rollouts name those of their window, by a line that the traces can read", () => {
  const lines = Object.keys(sick).flatMap((id) => {
    const note = notesOf(sickRows(id), {}, weights).find((one) => one.id === id);
    if (!note?.traces) return [];
    expect(note.traces.step).toBe(note.step);
    expect(parseFilter(note.traces.where, null), note.traces.where).not.toBeNull();
    return [[id, note.traces.where.split(" and ").slice(2).join(" and ")]];
  });
  expect(Object.fromEntries(lines)).toEqual({
    "no-signal": "flat",
    "weak-signal": "flat",
    "length-run-away": expect.stringMatching(/^tokens >= \d+$/) as string,
    truncation: "truncated",
    "reward-up-pass-down": "high and wrong",
    "one-reward-dominates": "high and wrong",
    "verifier-errors": "error",
  });
});

test("thresholds that a rule's sentence names are those that it uses", () => {
  for (const { id, when, thresholds } of rules)
    expect([...new Set([...when.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].toSorted(), id).toEqual(
      [...thresholds].toSorted(),
    );
});
