import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { callGate, retryWait } from "./call-limits";

const limits = { max_concurrent: 2, requests_per_second: null, retries: 2, retry_delay: 1 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
});

test("so many calls run at a time, and turns are given in the order in which they are asked for", async () => {
  const gate = callGate(limits);
  const begun: number[] = [];
  const enter = (call: number): void => {
    const turn = gate.enter();
    if (turn) void turn.then(() => begun.push(call));
    else begun.push(call);
  };
  [1, 2, 3, 4, 5].forEach(enter);
  expect(begun).toEqual([1, 2]);
  gate.leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([1, 2, 3]);
  gate.leave();
  gate.leave();
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

test("calls begin no faster than so many a second, however early they end", async () => {
  const gate = callGate({ ...limits, max_concurrent: 100, requests_per_second: 4 });
  const begun: number[] = [];
  const start = performance.now();
  for (let call = 0; call < 5; call++)
    void Promise.resolve(gate.enter()).then(() => {
      begun.push(performance.now() - start);
      gate.leave();
    });
  await vi.advanceTimersByTimeAsync(3000);
  expect(begun).toEqual([0, 250, 500, 750, 1000]);
});

test("waits before retries double; an error can ask for more, or for none", () => {
  expect([1, 2, 3].map((tried) => retryWait(new Error("m"), tried, limits))).toEqual([1, 2, null]);
  expect(retryWait(Object.assign(new Error("m"), { retry: false }), 1, limits)).toBeNull();
  expect(retryWait(Object.assign(new Error("m"), { retryAfter: 7 }), 1, limits)).toBe(7);
  expect(retryWait(Object.assign(new Error("m"), { retryAfter: 0.1 }), 2, limits)).toBe(2);
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
    },
  );
  expect(retryWait(hostile, 1, limits)).toBe(1);
});
