import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { paced, type Clock } from "./paced";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that takes so many milliseconds, and when it began. */
function work(milliseconds: number) {
  const began: number[] = [];
  const clock: Clock = {
    now: () => Date.now(),
    later: (call, after) => void setTimeout(call, after),
    drawn: () => Promise.resolve(),
  };
  vi.setSystemTime(0);
  const hint = paced(() => {
    began.push(Date.now());
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }, clock);
  return { began, hint };
}

async function hinted(hint: () => void, every: number, until: number): Promise<void> {
  while (Date.now() < until) {
    hint();
    await vi.advanceTimersByTimeAsync(every);
  }
}

test.each([
  { takes: 10, apart: 1000 },
  { takes: 100, apart: 2000 },
  { takes: 500, apart: 3000 },
])("work of $takes ms is done every $apart ms while hints keep coming", async ({ takes, apart }) => {
  const { began, hint } = work(takes);
  await hinted(hint, 10, 3 * apart + 5);
  expect(began.map((at) => Math.round(at / 10) * 10)).toEqual([0, apart, 2 * apart, 3 * apart]);
});

test("a hint after a pause is heard at once, and the last of many is not lost", async () => {
  const { began, hint } = work(10);
  hint();
  await vi.advanceTimersByTimeAsync(500);
  hint();
  hint();
  await vi.advanceTimersByTimeAsync(5000);
  expect(began).toEqual([0, 1000]);
  hint();
  expect(began).toEqual([0, 1000, 5500]);
});

test("work that fails is tried again at the next hint", async () => {
  let times = 0;
  const hint = paced(() => Promise.reject(new Error(String(++times))), {
    now: () => Date.now(),
    later: (call, after) => void setTimeout(call, after),
    drawn: () => Promise.resolve(),
  });
  hint();
  await vi.advanceTimersByTimeAsync(1000);
  hint();
  await vi.advanceTimersByTimeAsync(0);
  expect(times).toBe(2);
});
