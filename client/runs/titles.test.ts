import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import type { StageRecord } from "../../server/protocol/run";
import { heldOutText } from "../../server/protocol/held-out-text";
import { endText, outdatedRewards, outdatedText, statusText } from "./titles";

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
  folder: "/w/.reasoning-lab/runs/r",
  workspaceFolder: "/w",
  problem: null,
  checkpoints: [],
  progress: null,
  live: null,
  record: {
    name: "sum",
    created: "2026-01-01T00:00:00.000Z",
    status: "paused",
    pausedFor: "reward",
    message: "Stage rl: every sample failed.",
    advice: "Fix the reward and resume.",
    resumeWays: ["as-is"],
  } as unknown as RunEntry["record"],
  ...fields,
});

test("a pause that ends with the next good save says so, and only where somebody waits for it", () => {
  expect(endText(paused({ goesOnWhenMended: true }))).toMatch(
    /^sum, .*: Stage rl: every sample failed\. It resumes by itself when you save a reward that works\.$/,
  );
  expect(endText(paused({ goesOnWhenMended: false }))).toMatch(/every sample failed\. Fix the reward and resume\.$/);
  const skippable = paused({ goesOnWhenMended: true });
  const record = { ...skippable.record!, resumeWays: ["as-is", "skip-batch"] as const };
  expect(endText({ ...skippable, record })).toMatch(/failed\. Fix the reward and resume\. It resumes by itself/);
});

test("the status bar says which version scores while another one stands on disk", () => {
  const fault = { fault: "does not compile", message: "a.reward.ts:1:2: Unexpected.", line: 1, column: 2 } as const;
  const file = { file: "/w/a.reward.ts", version: 2, refused: { version: 3, ...fault } };
  const live = { origin: "editor", limits: null } as const;
  const entry = paused({ live: { ...live, outdatedRewards: [file] } });
  expect(outdatedText(entry)).toBe("v3 does not compile, still scoring with v2");
  expect(outdatedRewards(entry)).toEqual([
    { text: "v3 of a.reward.ts does not compile, so this run still scores with v2", message: fault.message },
  ]);
  expect(outdatedText(paused({ live: { ...live, outdatedRewards: [] } }))).toBeNull();
  expect(outdatedRewards(paused({}))).toEqual([]);
});

/** A run that trains the one stage of this recipe. */
function training(stage: { readonly kind: string } & Readonly<Record<string, unknown>>, phase = "training"): RunEntry {
  const record = { recipe: { stages: [{ name: "s", ...stage }] }, stages: [{ name: "s", kind: stage.kind }] };
  const progress = { phase, stage: "s", step: 3, steps: 9, secondsLeft: null, headline: null };
  return paused({ record: record as unknown as RunEntry["record"], progress: progress as RunEntry["progress"] });
}

test("the status bar calls a stage what it does: PPO, RLOO and DPO are no GRPO", () => {
  const said = (stage: Parameters<typeof training>[0]): string | null => statusText(training(stage));
  expect(said({ kind: "reasoning-rl", algorithm: "ppo" })).toBe("PPO 3/9");
  expect(said({ kind: "reasoning-rl", algorithm: "rloo" })).toBe("RLOO 3/9");
  expect(said({ kind: "preference-rl", advantage_estimator: "gae" })).toBe("PPO 3/9");
  expect(said({ kind: "reasoning-rl" })).toBe("GRPO 3/9");
  expect(said({ kind: "dpo" })).toBe("DPO 3/9");
  expect(said({ kind: "reward-model" })).toBe("reward model 3/9");
  expect(said({ kind: "rejection-sampling" })).toBe("SFT on samples 3/9");
  expect(statusText(training({ kind: "evaluation" }, "evaluating"))).toBe("evaluating");
  expect(statusText(training({ kind: "dpo" }, "evaluating"))).toBe("DPO 3/9 · evaluating");
});
