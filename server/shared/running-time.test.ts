import { beforeEach, expect, test, vi } from "vitest";
import { runningTime } from "./running-time";

let wall = 0;
beforeEach(() => {
  wall = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] });
  return () => vi.useRealTimers();
});

const opened = () => runningTime(() => wall);

/** The process runs for so long, and looks at its timers in time. */
function runFor(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left--) {
    wall++;
    vi.advanceTimersByTime(1);
  }
}

/** It does not run for so long; then its timers are late. */
function stopFor(milliseconds: number): void {
  wall += milliseconds;
  vi.advanceTimersByTime(25);
}

test("a deadline passes when its time has, and not when it was taken back", () => {
  const time = opened();
  const heard: string[] = [];
  time.after(200, () => heard.push("late"));
  const takeBack = time.after(100, () => heard.push("taken back"));
  runFor(90);
  takeBack();
  runFor(90);
  expect(heard).toEqual([]);
  runFor(25);
  expect(heard).toEqual(["late"]);
  runFor(300);
  expect(heard).toEqual(["late"]);
});

test("time in which the process did not run does not count, however often it is stopped", () => {
  const time = opened();
  let late = false;
  time.after(1000, () => (late = true));
  for (let stop = 0; stop < 4; stop++) {
    runFor(200);
    stopFor(60_000);
  }
  expect(late).toBe(false);
  expect(time.now()).toBeLessThan(1000);
  runFor(225);
  expect(late).toBe(true);
});

test("a machine on which every look is late gets to its deadlines", () => {
  const time = opened();
  let late = false;
  time.after(1000, () => (late = true));
  for (let look = 0; look < 11; look++) {
    expect(late).toBe(false);
    stopFor(5000);
  }
  vi.advanceTimersByTime(1);
  expect(late).toBe(true);
});

test("time stands still while nobody waits by it", () => {
  const time = opened();
  runFor(500);
  expect(time.now()).toBe(0);
  const takeBack = time.after(1000, () => undefined);
  runFor(50);
  takeBack();
  const before = time.now();
  runFor(500);
  expect(time.now()).toBe(before);
  let late = false;
  time.after(100, () => (late = true));
  runFor(90);
  expect(late).toBe(false);
});

test("what came in before a deadline was seen to have passed takes it back in time", async () => {
  vi.useRealTimers();
  const time = opened();
  const heard: string[] = [];
  const takeBack = time.after(10, () => heard.push("late"));
  const { port1, port2 } = new MessageChannel();
  port1.once("message", () => {
    heard.push("answer");
    takeBack();
    port1.close();
  });
  // The answer lies there and the time is over, before the loop turns once.
  port2.postMessage("answer");
  wall = 90;
  const until = performance.now() + 60;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toEqual(["answer"]);
});
