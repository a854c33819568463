import { expect, test } from "vitest";
import { rewardErrorOf } from "./reward-error";

type Api = Parameters<typeof rewardErrorOf>[0];
const run = { folder: "/w/.reasoning-lab/runs/r", workspaceFolder: "/w" };
const group = { stage: "rl", step: 3, purpose: "train", group: 0 };

const api = (outcomes: object[]): Api =>
  ({
    ask: (method: string) =>
      Promise.resolve(
        method === "traceGroups"
          ? { total: outcomes.length, groups: outcomes.length > 0 ? [group] : [] }
          : outcomes.map((outcome) => ({ rewards: { correct: outcome } })),
      ),
  }) as unknown as Api;

test("the line at which a reward failed is found in the rollouts; one outside of the workspace is not opened", async () => {
  const error = { kind: "error", message: "boom", file: "rewards/a.reward.ts", line: 4, column: 9 };
  expect(await rewardErrorOf(api([{ kind: "score", score: 1, extras: {} }, error]), run)).toEqual({
    kind: "open",
    file: "/w/rewards/a.reward.ts",
    line: 4,
    column: 9,
  });
  expect(await rewardErrorOf(api([]), run)).toBeNull();
  expect(await rewardErrorOf(api([{ ...error, file: null }]), run)).toBeNull();
  await expect(rewardErrorOf(api([{ ...error, file: "../../etc/passwd" }]), run)).rejects.toThrow(
    /not in the workspace/,
  );
});
