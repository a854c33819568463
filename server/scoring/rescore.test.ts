/** Stored rollouts through an edited reward: what training would have seen, beside what it saw. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RewardOutcome } from "../protocol/traces";
import { testInstallation } from "../processes/installation.testing";
import type { RescoreOptions } from "./rescore";
import { rescoreRun } from "./rescore";
import { beforeAndAfter } from "./rescored-step";
import { score, storedRun, type StoredRun } from "./rescore.testing";

const installation = testInstallation();
const again = (run: StoredRun, change: Partial<RescoreOptions> = {}) =>
  rescoreRun({ runFolder: run.folder, reward: null, steps: "all", installation, nodePath: "", ...change });

/** Four samples a group: `0` to `3`, scored by their number. */
const byNumber = (source: string, stage: object = {}): StoredRun =>
  storedRun({
    source,
    rewards: { reward: 1, other: 0.5 },
    stage,
    steps: 3,
    groups: 2,
    samples: 4,
    completion: (_step, _group, sample) => String(sample),
    said: (completion) => ({ reward: score(Number(completion)), other: score(1) }),
  });
const other = "export const other = () => 1;\n";
const asItWas = `export const reward = ({ completion }) => Number(completion);\n${other}`;

test("a reward that says what it said changes nothing", async () => {
  const found = await again(byNumber(asItWas));
  expect(found).toMatchObject({
    changed: 0,
    samples: [],
    firstError: null,
    names: ["reward", "other"],
    all: {
      samples: 24,
      groups: 6,
      total: { old: 2, new: 2, rank: 1 },
      rewards: { reward: { old: 1.5, new: 1.5, rank: 1 }, other: { old: 1, new: 1, rank: null } },
      signChanges: 0,
      gained: 0,
      lost: 0,
      errors: 0,
    },
  });
  expect(found.steps.map(({ stage, step, samples }) => [stage, step, samples])).toEqual([
    ["reasoning-rl", 1, 8],
    ["reasoning-rl", 2, 8],
    ["reasoning-rl", 3, 8],
  ]);
});

test("a reward that is turned round ranks the other way, and every advantage is of the other sign", async () => {
  const run = byNumber(asItWas);
  writeFileSync(run.file, `export const reward = ({ completion }) => 3 - Number(completion);\n${other}`);
  const found = await again(run, { reward: { file: run.file, export: "reward" }, steps: "newest" });
  expect(found).toMatchObject({
    names: ["reward"],
    changed: 8,
    all: { samples: 8, total: { old: 2, new: 2, rank: -1 }, signChanges: 8, gained: 0, lost: 0 },
  });
  expect(found.steps).toHaveLength(1);
  const [first] = found.samples;
  expect(first).toMatchObject({
    step: 3,
    answer: "1",
    outcomes: { reward: { old: { kind: "score" }, new: { kind: "score" } } },
  });
  expect(Object.keys(first!.outcomes)).toEqual(["reward"]);
  expect(first!.oldAdvantage! * first!.newAdvantage!).toBeLessThan(0);
});

test("groups lose their signal, weights count, and steps are chosen", async () => {
  const run = byNumber(asItWas);
  writeFileSync(run.file, `export const reward = () => 0.25;\n${other}`);
  const lost = await again(run, { steps: { first: 2, last: 3 } });
  expect(lost.all).toMatchObject({
    samples: 16,
    lost: 4,
    gained: 0,
    signChanges: 0,
    total: { old: 2, new: 0.75, rank: null },
  });
  expect(lost.steps.map(({ step }) => step)).toEqual([2, 3]);
});

test("advantages are the recipe's: without scaling, of a batch, by dynamic sampling, and none of a critic", async () => {
  const source = `export const reward = ({ completion }) => (completion === "3" ? 3 : 0);\n${other}`;
  const advantages = async (stage: object) => {
    const run = byNumber(asItWas, stage);
    writeFileSync(run.file, source);
    const { samples, all, notes } = await again(run, { steps: "newest", reward: { file: run.file, export: "reward" } });
    const one = samples.find(({ sample, group }) => sample === 2 && group === 0);
    return { old: one?.oldAdvantage, new: one?.newAdvantage, signs: all.signChanges, notes };
  };
  // 2 of (0, 1, 2, 3), then 0 of (0, 0, 0, 3): 0.5 above the mean, then 0.75 below.
  expect(await advantages({ scale_rewards: "none" })).toMatchObject({ old: 0.5, new: -0.75, signs: 2 });
  const group = await advantages({ scale_rewards: "group" });
  expect(group.old).toBeCloseTo(0.5 / (Math.sqrt(5 / 3) + 1e-4), 9);
  expect(group.new).toBeCloseTo(-0.75 / (1.5 + 1e-4), 9);
  const critic = await advantages({ advantage_estimator: "gae" });
  expect(critic).toMatchObject({ old: null, new: null, signs: null });
  expect(critic.notes).toEqual([expect.stringMatching(/learned by a critic/)]);
});

test("errors are no scores, null leaves a sample out, and what hangs costs its own group", async () => {
  const run = byNumber(asItWas);
  writeFileSync(
    run.file,
    `export const reward = ({ completion }) => {
  if (completion === "0") throw new Error("no zero");
  return completion === "1" ? null : Number(completion);
};\n${other}`,
  );
  const found = await again(run, { steps: "newest" });
  expect(found.all).toMatchObject({ errors: 2, rewards: { reward: { old: 1.5, new: 2.5 } }, total: { old: 2 } });
  // Without zeros: 0.5, 2.5 and 3.5.
  expect(found.all.total.new).toBeCloseTo(6.5 / 3, 9);
  expect(found.firstError).toMatchObject({ message: "Error: no zero", line: 2 });
  const failed = found.samples.find(({ completion }) => completion === "0");
  expect(failed).toMatchObject({ new: null, newAdvantage: 0, outcomes: { reward: { new: { kind: "error" } } } });
  const left = found.samples.find(({ completion }) => completion === "1");
  expect(left).toMatchObject({ new: 0.5, outcomes: { reward: { new: { kind: "not-applicable" } } } });
});

test("group rewards see their whole group, with rows and token ids", async () => {
  const run = storedRun({
    source: "",
    rewards: { reward: 1 },
    steps: 2,
    groups: 3,
    samples: 4,
    tokens: 5,
    completion: (_step, _group, sample) => String(sample),
    said: () => ({ reward: score(0) }),
  });
  writeFileSync(
    run.file,
    `import type { GroupReward } from "reasoning-lab";
export const reward: GroupReward = ({ completions, rows, completionIds }) =>
  completions.map((text, index) => Number(text) + 10 * Number(rows[index]!["level"]) + 100 * completionIds![index]!.length);`,
  );
  const found = await again(run);
  expect(found.all).toMatchObject({ total: { new: 511.5 }, gained: 6, errors: 0 });
});

test("what cannot be scored again is said", async () => {
  const run = byNumber(asItWas);
  await expect(again(run, { reward: { file: join(run.workspace, "b.reward.ts"), export: null } })).rejects.toThrow(
    /does not use .*b\.reward\.ts\. It uses a\.reward\.ts#reward, a\.reward\.ts#other\./,
  );
  await expect(again(run, { steps: { first: 7, last: 9 } })).rejects.toThrow(/nothing to score.*in these steps/);
  writeFileSync(run.file, "export const reward = () => {");
  await expect(again(run)).rejects.toThrow(/a\.reward\.ts:1:\d+/);
});

test("means and ranks rest on what has a score on that side", () => {
  expect(beforeAndAfter([])).toEqual({ old: null, new: null, rank: null });
  expect(
    beforeAndAfter([
      [1, null],
      [null, 4],
    ]),
  ).toEqual({ old: 1, new: 4, rank: null });
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: -5, max: 5 }), { nil: null })), (values) => {
      const { old, new: next, rank } = beforeAndAfter(values.map((value) => [value, value]));
      expect(next).toBe(old);
      expect(rank === null || Math.abs(rank - 1) < 1e-12).toBe(true);
    }),
  );
});

test("every outcome is carried as it is", async () => {
  const said: RewardOutcome = { kind: "error", message: "was broken", file: null, line: null, column: null };
  const run = storedRun({
    source: "export const reward = () => 1;",
    rewards: { reward: 1 },
    steps: 1,
    groups: 1,
    samples: 4,
    completion: (_step, _group, sample) => String(sample),
    said: () => ({ reward: said }),
  });
  const found = await again(run);
  expect(found.all).toMatchObject({ errors: 0, rewards: { reward: { old: null, new: 1, rank: null } } });
  expect(found.samples[0]!.outcomes).toEqual({ reward: { old: said, new: score(1) } });
});
