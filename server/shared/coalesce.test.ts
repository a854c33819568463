import { expect, test, vi } from "vitest";
import { coalesce, later } from "./coalesce";

test("a burst of hints is one at once and one at its end", () => {
  vi.useFakeTimers();
  try {
    const send = vi.fn();
    const hints = coalesce(send, 100);
    for (let index = 0; index < 50; index++) hints.hint();
    expect(send).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(send).toHaveBeenCalledTimes(2);
    hints.hint();
    expect(send).toHaveBeenCalledTimes(3);
  } finally {
    vi.useRealTimers();
  }
});

test("at most ten hints a second go out, and none after a cancel", () => {
  vi.useFakeTimers();
  try {
    const send = vi.fn();
    const hints = coalesce(send, 100);
    for (let index = 0; index < 1000; index++) {
      hints.hint();
      vi.advanceTimersByTime(1);
    }
    expect(send.mock.calls.length).toBeLessThanOrEqual(11);
    expect(send.mock.calls.length).toBeGreaterThanOrEqual(9);
    hints.hint();
    const before = send.mock.calls.length;
    hints.cancel();
    vi.advanceTimersByTime(1000);
    expect(send).toHaveBeenCalledTimes(before);
  } finally {
    vi.useRealTimers();
  }
});

test("what is done later is done once for all hints until then, and not after a cancel", () => {
  vi.useFakeTimers();
  try {
    const send = vi.fn();
    const hints = later(send, 100);
    hints.hint();
    vi.advanceTimersByTime(99);
    hints.hint();
    expect(send).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1000);
    expect(send).toHaveBeenCalledTimes(1);
    hints.hint();
    hints.cancel();
    vi.advanceTimersByTime(1000);
    expect(send).toHaveBeenCalledTimes(1);
    hints.hint();
    vi.advanceTimersByTime(100);
    expect(send).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});
