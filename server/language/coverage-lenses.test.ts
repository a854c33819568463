/** What is said at a return that no rollout has reached. */
import { expect, test } from "vitest";
import type { RolloutCoverage } from "../protocol/coverage";
import { coverageLenses, knownCoverage, neverText } from "./coverage-lenses";

const returned = (line: number, count: number, text: string, reward: string | null) => ({
  start: { line, character: 2 },
  end: { line, character: 9 },
  count,
  text,
  reward,
});
const coverage: RolloutCoverage = {
  calls: 2048,
  unit: "rollout",
  notes: [],
  files: [
    {
      file: "/w/a.reward.ts",
      statements: [],
      functions: [],
      returns: [
        returned(3, 2000, "return 1", "graded"),
        returned(8, 0, "return 0.5", "graded"),
        returned(9, 0, "return 1", "other"),
        returned(10, 0, "return 2", null),
      ],
    },
    { file: "/w/helper.ts", statements: [], functions: [], returns: [returned(1, 0, "return 1", null)] },
  ],
};
const uri = "file:///w/a.reward.ts";
const titles = (known: ReturnType<typeof knownCoverage>) =>
  coverageLenses(uri, "/w/a.reward.ts", known).map(({ range, command }) => `${range.start.line}: ${command!.title}`);

test("a lens stands at each return of the reward that none has reached, until the text is edited", () => {
  const known = knownCoverage();
  expect(titles(known)).toEqual([]);
  known.counted(uri, "graded", coverage);
  expect(titles(known)).toEqual(["8: $(circle-slash) return 0.5: 0 of 2,048 rollouts: this branch has never paid"]);
  known.edited(uri);
  expect(titles(known)).toEqual([]);
});

test("of a reward that was never called nothing is said", () => {
  const known = knownCoverage();
  known.counted(uri, "graded", { ...coverage, calls: 0 });
  expect(titles(known)).toEqual([]);
});

test.each(["return 0", "return -0.0", "return null", "return undefined", "return"])(
  "%s pays nothing: it has never been taken",
  (text) => {
    expect(neverText({ text }, { ...coverage, calls: 1, unit: "group" })).toBe(
      `${text}: 0 of 1 group: this branch has never been taken`,
    );
  },
);
