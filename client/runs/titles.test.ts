import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import type { StageRecord } from "../../server/protocol/run";
import { endText, heldOutText, outdatedRewards, outdatedText } from "./titles";

const summary = (pass_at_1: number, pass_at_k: number): NonNullable<StageRecord["after"]> =>
  ({ pass_at_1, pass_at_k, samples: 8 }) as NonNullable<StageRecord["after"]>;

test("pass@1 is never told without pass@k", () => {
  expect(heldOutText({ before: summary(0.633, 0.996), after: summary(0.976, 1) })).toBe(
    "pass@1 0.63 → 0.98 · pass@8 1.00 → 1.00",
  );
  expect(heldOutText({ before: null, after: summary(0.956, 1) }, 3)).toBe("pass@1 0.956 · pass@8 1.000");
  expect(heldOutText({ before: summary(0, 0), after: null })).toBeNull();
});

const paused = (fields: Partial<RunEntry>): RunEntry => ({
  ...{ folder: "/w/.reasoning-lab/runs/r", workspaceFolder: "/w", problem: null, checkpoints: [], progress: null },
  live: null,
  record: {
    ...{ name: "sum", created: "2026-01-01T00:00:00.000Z", status: "paused", pausedFor: "reward" },
    message: "Stage rl: every sample failed. Fix the reward and resume.",
  } as RunEntry["record"],
  ...fields,
});

test("a pause that ends with the next good save says so, and only where somebody waits for it", () => {
  expect(endText(paused({ goesOnWhenMended: true }))).toMatch(
    /^sum, .*: Stage rl: every sample failed\. It goes on by itself with the next save of its reward that works\.$/,
  );
  expect(endText(paused({ goesOnWhenMended: false }))).toMatch(/every sample failed\. Fix the reward and resume\.$/);
});

test("the status bar says which version scores while another one stands on disk", () => {
  const fault = { fault: "does not compile", message: "a.reward.ts:1:2: Unexpected.", line: 1, column: 2 } as const;
  const file = { file: "/w/a.reward.ts", version: 2, refused: { version: 3, ...fault } };
  const live = { origin: "editor", limits: null } as const;
  const entry = paused({ live: { ...live, outdatedRewards: [file] } });
  expect(outdatedText(entry)).toBe("v3 does not compile, scoring with v2");
  expect(outdatedRewards(entry)).toEqual([
    { text: "v3 of a.reward.ts does not compile: this run scores with v2", message: fault.message },
  ]);
  expect(outdatedText(paused({ live: { ...live, outdatedRewards: [] } }))).toBeNull();
  expect(outdatedRewards(paused({}))).toEqual([]);
});
