import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { handlingTime } from "./handling-time";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A stream whose pieces take so many milliseconds each, by a clock of the test's own. */
function heard(cost: number, limits = { share: 0.5, burst: 1000, turn: 10 }) {
  const stream = new PassThrough();
  const pieces: string[] = [];
  let time = 0;
  let worked = 0;
  const { hear } = handlingTime(limits, { now: () => time, worked: () => worked });
  hear(stream, (piece) => {
    time += cost;
    worked += cost;
    pieces.push(piece.toString());
  });
  const pass = (milliseconds: number): void => {
    time += milliseconds;
    vi.advanceTimersByTime(milliseconds);
  };
  return { stream, pieces, pass, now: () => time };
}

/** A piece of its own each. */
const line = (number: number): string => `${String(number).padStart(4095, " ")}\n`;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const lines = (count: number): string[] => numbers(count).map(line);

test("what one says takes half of the time, beyond a burst", async () => {
  const { stream, pieces, pass, now } = heard(100);
  for (const text of lines(100)) stream.write(text);
  await settled();
  // The burst, and what came in while it was handled.
  expect(pieces.length * 100).toBeGreaterThanOrEqual(1900);
  expect(pieces.length * 100).toBeLessThanOrEqual(2100);
  while (pieces.length < 100) {
    pass(50);
    await settled();
    expect(pieces.length * 100).toBeLessThanOrEqual(1100 + now() / 2);
    expect(now()).toBeLessThan(25_000);
  }
  expect(now()).toBeGreaterThan(17_000);
  expect(pieces.map(Number)).toEqual(numbers(100));
});

test("what is honest waits for nothing", async () => {
  const { stream, pieces } = heard(5);
  for (const text of lines(100)) stream.write(text);
  for (let round = 0; pieces.length < 100 && round < 10; round++) await settled();
  expect(pieces.map(Number)).toEqual(numbers(100));
});

test("others have their turns between pieces, also within the burst", async () => {
  const { stream, pieces } = heard(5, { share: 0.5, burst: 1e9, turn: 10 });
  for (const text of lines(15)) stream.write(text);
  let most = 0;
  for (let before = 0; pieces.length < 15; before = pieces.length) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, pieces.length - before);
  }
  expect(most).toBeLessThanOrEqual(4);
});

test("what a message leads to is part of its time", async () => {
  const stream = new PassThrough();
  let time = 0;
  let heardOf = 0;
  handlingTime(undefined, { now: () => time, worked: () => time }).hear(stream, () => {
    heardOf++;
    void Promise.resolve()
      .then(() => undefined)
      .then(() => (time += 1500));
  });
  for (const text of lines(10)) stream.write(text);
  await settled();
  expect(heardOf).toBe(1);
});

test("all that was said is heard before its end", async () => {
  const { stream, pieces } = heard(10_000);
  const atEnd = new Promise<number>((resolve) => stream.once("end", () => resolve(pieces.length)));
  for (const text of lines(10)) stream.write(text);
  stream.end();
  await settled();
  stream.resume();
  expect(await atEnd).toBe(10);
  expect(pieces.map(Number)).toEqual(numbers(10));
});

test("long lines are whole pieces, and lines are not torn", async () => {
  const { stream, pieces } = heard(1);
  stream.end(`${"a".repeat(9000)}\n${"b\n".repeat(3000)}c`);
  await settled();
  expect(pieces.join("")).toBe(`${"a".repeat(9000)}\n${"b\n".repeat(3000)}c`);
  expect(pieces.slice(0, -1).every((piece) => piece.endsWith("\n"))).toBe(true);
  expect(pieces.length).toBeGreaterThanOrEqual(3);
});
