/** Faults that were reported in the wild are caught by the rule that is named; sound rewards say nothing. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { measureExpressions } from "../../server/processes/expression-timer";
import { discoverRewards } from "../../server/rewards/discover";
import { expressionsIn, lintReward } from "../../server/rewards/lint/lint";
import type { Expression, Measured } from "../../server/rewards/lint/expressions";
import { usualRules } from "../../server/rewards/lint/rule-settings";
import { isRule, ruleOf } from "../../server/rewards/lint/rules";
import { wildTable } from "./collection-page.testing";
import { wildRewards, type WildReward } from "./collection.testing";

const faulty = wildRewards("faulty");
const sound = wildRewards("sound");

const keyOf = ({ source, flags }: Expression): string => `/${source}/${flags}`;
const measured = new Map<string, Measured | null>();

beforeAll(async () => {
  const all = [...faulty, ...sound].flatMap(({ source }) => expressionsIn(source, usualRules));
  const times = await measureExpressions(all, 500);
  all.forEach((expression, index) => measured.set(keyOf(expression), times[index] ?? null));
}, 60_000);

function found({ file, source }: WildReward): string[] {
  const surroundings = {
    file,
    settings: usualRules,
    exists: existsSync,
    measured: (expression: Expression) => measured.get(keyOf(expression)),
  };
  return [
    ...lintReward(source, surroundings).map(({ rule, message }) => `${rule}: ${message}`),
    ...discoverRewards(source).problems.map(({ message }) => `does-not-load: ${message}`),
  ];
}

test("at least forty faults and twenty sound rewards are collected, and the docs list the faults", () => {
  expect(faulty.length).toBeGreaterThanOrEqual(40);
  expect(sound.length).toBeGreaterThanOrEqual(20);
  for (const { name, caughtBy } of faulty) expect([name, caughtBy.length > 0]).toEqual([name, true]);
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "reward-rules.md"), "utf8");
  expect(page.replaceAll("\r\n", "\n")).toContain(wildTable());
});

test.each(faulty.map((reward) => [reward.name, reward] as const))("%s is caught", (_name, reward) => {
  expect(reward.fault).not.toBe("");
  expect(reward.report).toMatch(/^https:/);
  const rules = reward.caughtBy.filter(
    (rule) => rule === "does-not-load" || (isRule(rule) && ruleOf(rule).from === "text"),
  );
  const told = found(reward);
  for (const rule of rules) expect(told.map((text) => text.split(":")[0])).toContain(rule);
  // Nothing else is made up beside it.
  expect(
    [...new Set(told.map((text) => text.split(":")[0]!))].filter((rule) => !reward.caughtBy.includes(rule)),
  ).toEqual([]);
});

test.each(sound.map((reward) => [reward.name, reward] as const))("%s says nothing", (_name, reward) => {
  expect(discoverRewards(reward.source).rewards.length).toBeGreaterThan(0);
  expect(found(reward)).toEqual([]);
});
