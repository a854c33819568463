import fc from "fast-check";
import { expect, test } from "vitest";
import { createKernelMemory } from "./memory";

const pageBytes = 65_536;
const newMemory = (maximum = 64) => new WebAssembly.Memory({ initial: 1, maximum, shared: true });

test("blocks that are in use never overlap, are aligned, and hold what was written to them while memory grows", () => {
  const steps = fc.array(
    fc.oneof(
      fc.nat({ max: 40_000 }).map((bytes) => ({ bytes })),
      fc.nat().map((free) => ({ free })),
    ),
    {
      maxLength: 80,
    },
  );
  fc.assert(
    fc.property(steps, (program) => {
      const pool = createKernelMemory(newMemory(), 1000);
      const blocks: { address: number; length: number; mark: number }[] = [];
      program.forEach((step, mark) => {
        if ("free" in step) {
          if (blocks.length === 0) return;
          const [block] = blocks.splice(step.free % blocks.length, 1);
          pool.free(block!.address);
          return;
        }
        const length = Math.ceil(step.bytes / 4);
        const address = pool.allocate(step.bytes);
        expect(address % 64).toBe(0);
        expect(address).toBeGreaterThanOrEqual(1000);
        pool.integers(address, length).fill(mark);
        blocks.push({ address, length, mark });
      });
      for (const { address, length, mark } of blocks) {
        expect(pool.integers(address, length).every((value) => value === mark)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test("a loop whose batches change in size grows memory once, not for ever", () => {
  const pool = createKernelMemory(newMemory(), 0);
  const step = (round: number): void => {
    const blocks = Array.from({ length: 20 }, (_, index) =>
      pool.allocate(1000 + ((index * 7919 + round * 104_729) % 30_000)),
    );
    blocks.forEach((address) => pool.free(address));
  };
  for (let round = 0; round < 50; round++) step(round);
  const before = pool.reserved();
  for (let round = 50; round < 500; round++) step(round);
  expect(pool.reserved()).toBeLessThanOrEqual(before * 1.1);
});

test("views of before and after growth show the same memory, and are known as the memory's own", () => {
  const pool = createKernelMemory(newMemory(), 0);
  const view = pool.floats(pool.allocate(16), 4);
  pool.allocate(10 * pageBytes);
  view.set([1, 2, 3, 4]);
  expect(Array.from(pool.floats(view.byteOffset, 4))).toEqual([1, 2, 3, 4]);
  expect(pool.owns(view)).toBe(true);
  expect(pool.owns(pool.floats(0, 1))).toBe(true);
  expect(pool.owns(new Float32Array(1))).toBe(false);
});

test("a block is given back once", () => {
  const pool = createKernelMemory(newMemory(), 0);
  const address = pool.allocate(8);
  pool.free(address);
  expect(() => pool.free(address)).toThrow(/No block of kernel memory/);
});

test("memory that cannot be had is refused with what to make smaller", () => {
  const pool = createKernelMemory(newMemory(4), 0);
  // As much as there is, although the eighth more is not there.
  pool.free(pool.allocate(4 * pageBytes));
  expect(() => pool.allocate(5 * pageBytes)).toThrow(/out of memory.*`micro_batch_size`.*`lora`/s);
  expect(() => pool.allocate(2 ** 32)).not.toThrow("hidden_size");
  expect(() => pool.allocate(2 ** 32)).toThrow(/out of memory.*`micro_batch_size`.*`lora`/s);
});
