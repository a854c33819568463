import { expect, test } from "vitest";
import type { StageRecord } from "../../server/protocol/run";
import { heldOutText } from "./titles";

const summary = (pass_at_1: number, pass_at_k: number): NonNullable<StageRecord["after"]> =>
  ({ pass_at_1, pass_at_k, samples: 8 }) as NonNullable<StageRecord["after"]>;

test("pass@1 is never told without pass@k", () => {
  expect(heldOutText({ before: summary(0.633, 0.996), after: summary(0.976, 1) })).toBe(
    "pass@1 0.63 → 0.98 · pass@8 1.00 → 1.00",
  );
  expect(heldOutText({ before: null, after: summary(0.956, 1) }, 3)).toBe("pass@1 0.956 · pass@8 1.000");
  expect(heldOutText({ before: summary(0, 0), after: null })).toBeNull();
});
