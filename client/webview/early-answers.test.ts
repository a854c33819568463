import { expect, test } from "vitest";
import { earlyAnswers } from "./early-answers";

test("an answer that no longer holds when the last one comes is not told", async () => {
  const pending: ((result: unknown) => void)[] = [];
  const ask = () => new Promise((resolve) => pending.push(resolve));
  const early = earlyAnswers<"listRuns" | "readCurves">(ask as never);
  void early.begin("listRuns", {});
  void early.begin("readCurves", { folder: "a", stage: null });
  const told = early.answers();
  pending[0]!([]);
  await new Promise((resolve) => setTimeout(resolve, 0));
  early.forget();
  pending[1]!({});
  expect(await told).toEqual([]);
});
