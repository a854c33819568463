import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("acquireVsCodeApi", () => ({}));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("work that is asked for while it runs is run once more, and not twice at a time", async () => {
  const { serially } = await import("./page");
  let running = 0;
  let most = 0;
  let runs = 0;
  const pull = serially(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running--;
    runs++;
  });
  const all = [pull(), pull(), pull()];
  await vi.advanceTimersByTimeAsync(100);
  await Promise.all(all);
  expect([most, runs]).toEqual([1, 2]);
  const later = pull();
  await vi.advanceTimersByTimeAsync(100);
  await later;
  expect(runs).toBe(3);
});

test("work that has failed can be asked for again", async () => {
  const { serially } = await import("./page");
  const outcomes = [() => Promise.reject(new Error("gone")), () => Promise.resolve()];
  const pull = serially(() => outcomes.shift()!());
  const failed = expect(pull()).rejects.toThrow("gone");
  const second = pull();
  await failed;
  await second;
  expect(outcomes).toHaveLength(0);
});
