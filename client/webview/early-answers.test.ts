import { expect, test, vi } from "vitest";
import type { Ask } from "../../server/protocol/requests";
import { earlyAnswers } from "./early-answers";

function asker() {
  let count = 0;
  const asked = vi.fn(() => Promise.resolve(++count));
  return { asked, early: earlyAnswers(asked as unknown as Ask<"listRuns" | "readCurves">) };
}

test("what was asked early is answered once; then it is asked anew", async () => {
  const { asked, early } = asker();
  void early.begin("listRuns", {});
  void early.begin("readCurves", { folder: "/r", stage: null });
  expect(asked).toHaveBeenCalledTimes(2);
  expect(await early.ask("readCurves", { folder: "/r", stage: null })).toBe(2);
  expect(await early.ask("listRuns", {})).toBe(1);
  expect(asked).toHaveBeenCalledTimes(2);
  expect(await early.ask("listRuns", {})).toBe(3);
});

test("answers that nobody took are told; what has changed since is not", async () => {
  const { early } = asker();
  void early.begin("listRuns", {});
  void early.begin("readCurves", { folder: "/r", stage: null });
  await early.ask("listRuns", {});
  expect(await early.answers()).toEqual([{ method: "readCurves", params: { folder: "/r", stage: null }, result: 2 }]);
  early.forget();
  expect(await early.answers()).toEqual([]);
});

test("other parameters are another question, and what has changed since is asked anew", async () => {
  const { early } = asker();
  void early.begin("readCurves", { folder: "/r", stage: null });
  expect(await early.ask("readCurves", { folder: "/r", stage: "rl" })).toBe(2);
  early.forget();
  expect(await early.ask("readCurves", { folder: "/r", stage: null })).toBe(3);
});

test("a failure reaches who asks, and nobody else", async () => {
  const ask: Ask<"listRuns"> = () => Promise.reject(new Error("gone"));
  const early = earlyAnswers(ask);
  void early.begin("listRuns", {}).catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await expect(early.ask("listRuns", {})).rejects.toThrow("gone");
});

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
