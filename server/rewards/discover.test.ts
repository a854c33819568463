import { expect, test } from "vitest";
import { discoverRewards } from "./discover";

const found = (source: string) => discoverRewards(source).rewards.map(({ name, kind }) => `${name}: ${kind}`);

test("rewards are found by their annotation", () => {
  expect(
    found(`
      import type { Reward, GroupReward as ForGroup, RewardInput } from "reasoning-lab";
      export const a: Reward = ({ completion }) => completion.length;
      export const b: ForGroup = (group) => group.completions.map(() => 0);
      export const c = (({ answer }) => 1) satisfies Reward;
      export async function d({ prompt }: RewardInput) { return null; }
      export const e: Reward = makeReward(3);
      const hidden: Reward = () => 0;
      export { hidden as shown };
      export const limit = 3;
      export function helper(text: string) { return text; }
      export type { Reward };
    `),
  ).toEqual(["a: single", "b: group", "c: single", "d: single", "e: single", "shown: single"]);
});

test("rewards without a type are found by their shape", () => {
  expect(
    found(`
      export const a = ({ completion, answer }) => 1;
      export function b({ completions }) { return completions.map(() => 1); }
      export const c = (input) => 1;
      export const d = (one, two) => 1;
      export const e = () => 1;
      export default ({ completion }) => 1;
    `),
  ).toEqual(["a: single", "b: group", "c: single", "e: single"]);
});

test("a place is that of the name", () => {
  const source = `// first\nexport const right: Reward = () => 1;`;
  const [reward] = discoverRewards(source).rewards;
  expect(reward).toMatchObject({ line: 2, column: 14, length: 5 });
  expect(source.slice(reward!.offset, reward!.offset + reward!.length)).toBe("right");
});

test("a syntax error has its place, and what stands before it may still be found", () => {
  const { problems } = discoverRewards("export const a: Reward = () => 1;\nexport const b: Reward = ( => 1;");
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ line: 2, column: 28 });
  expect(problems[0]?.message).not.toMatch(/\(\d+:\d+\)/);
  const repeated = discoverRewards("export const a = ({ completion }) => 1;\nconst a = 2;");
  expect(repeated.problems[0]?.line).toBe(2);
  expect(repeated.rewards).toHaveLength(1);
});

test("an import that a reward has not is a problem at its place; one of types, or of what computes, is none", () => {
  const source = `import { readFileSync } from "node:fs";
import type { Stats } from "node:fs";
import { inspect } from "util";
export * from "https";
export const a = () => 1;`;
  const { rewards, problems } = discoverRewards(source);
  expect(rewards).toHaveLength(1);
  expect(problems.map(({ line, column, length, message }) => [line, column, length, message.slice(0, 29)])).toEqual([
    [1, 30, 9, "A reward has no node:fs. It h"],
    [4, 15, 7, "A reward has no node:https. I"],
  ]);
});

test("a file that is larger than any reward is not parsed with each edit, and says so", () => {
  const { rewards, problems } = discoverRewards(`export const a = () => 1;\n${"// more\n".repeat(200_000)}`);
  expect(rewards).toEqual([]);
  expect(problems.map(({ line, message }) => [line, message])).toEqual([
    [1, expect.stringMatching(/^This file is larger than 1(\.0)? MB/)],
  ]);
});
