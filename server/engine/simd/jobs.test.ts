import fc from "fast-check";
import { expect, test } from "vitest";
import { createJobRunner, partsOf } from "./jobs";
import type { Job } from "./jobs";
import type { KernelInstance } from "./instance";
import { createKernelMemory } from "./memory";
import { closeJob, newSharedJob, openJob, partOfRange, workOnJob, writeJob } from "./shared-job";
import type { Kernel } from "./shared-job";

const instanceOf = (...all: Kernel[]): KernelInstance => ({
  kernels: {} as KernelInstance["kernels"],
  all,
  numberOf: () => 0,
});
const newPool = () => createKernelMemory(new WebAssembly.Memory({ initial: 16, maximum: 64, shared: true }), 0);
const job = (settings: Partial<Job>): Job => ({
  kernel: "add",
  args: [7, 0, 0, 9],
  range: 1,
  count: 10,
  multiple: 1,
  work: 1e9,
  ...settings,
});

test("parts cover the range once, in order, and begin at multiples", () => {
  const natural = fc.integer({ min: 1, max: 3000 });
  fc.assert(
    fc.property(
      natural,
      fc.integer({ min: 1, max: 16 }),
      natural,
      fc.integer({ min: 1, max: 8 }),
      (count, multiple, thousands, threads) => {
        const parts = partsOf(job({ count, multiple, work: thousands * 10_000 }), threads);
        let next = 0;
        for (let part = 0; part < parts; part++) {
          const [first, last] = partOfRange(part, parts, count, multiple);
          expect(first).toBe(next);
          expect(first % multiple).toBe(0);
          expect(last).toBeGreaterThan(first);
          next = last;
        }
        expect(next).toBe(count);
      },
    ),
  );
});

test("jobs with sums have the same parts on any machine; small jobs are not divided", () => {
  const sums = { argument: 3, length: 5 };
  expect(new Set([1, 2, 3, 8].map((threads) => partsOf(job({ count: 1000, sums }), threads))).size).toBe(1);
  expect(partsOf(job({ work: 1000, count: 1000 }), 8)).toBe(1);
});

test("a kernel gets its arguments with the range filled in, scratch memory, and nothing for an empty range", () => {
  const calls: number[][] = [];
  const pool = newPool();
  const runner = createJobRunner(
    instanceOf((...values) => {
      calls.push(values);
    }),
    pool,
  );
  runner.run(job({ count: 0 }));
  expect(calls).toEqual([]);
  runner.run(job({ work: 1, scratch: { argument: 3, bytes: 100 } }));
  expect(calls[0]!.slice(0, 3)).toEqual([7, 0, 10]);
  expect(calls[0]![3]! % 64).toBe(0);
  // The scratch memory was given back.
  expect(pool.allocate(100)).toBe(calls[0]![3]);
});

test("sums start at 0 and come in the order of parts", () => {
  const pool = newPool();
  pool.floats(0, 1000).fill(5);
  const add: Kernel = (_, first, last, address) => {
    const [sum] = pool.floats(address, 1);
    pool.floats(address, 1)[0] = sum! + first * 1000 + last;
  };
  const seen: number[] = [];
  createJobRunner(instanceOf(add), pool).run(job({ count: 8, sums: { argument: 3, length: 1 } }), (sums) =>
    seen.push(pool.floats(sums, 1)[0]!),
  );
  expect(seen).toEqual([2, 2004, 4006, 6008]);
});

test("a helper that comes too late finds nothing to do; parts are taken once whoever takes them", () => {
  const shared = newSharedJob();
  const taken: number[] = [];
  const kernels: Kernel[] = [(first) => void taken.push(first)];
  writeJob(shared, { kernel: 0, args: [0, 0], range: 0, count: 6, multiple: 1, parts: 3, scratch: null });
  openJob(shared);
  workOnJob(shared, kernels, 0);
  workOnJob(shared, kernels, 1);
  closeJob(shared);
  expect(taken).toEqual([0, 2, 4]);
});

test("the failure of a kernel reaches the caller", () => {
  const runner = createJobRunner(
    instanceOf(() => {
      throw new Error("out of bounds");
    }),
    newPool(),
    newSharedJob(),
    2,
  );
  expect(() => runner.run(job({}))).toThrow("out of bounds");
});
