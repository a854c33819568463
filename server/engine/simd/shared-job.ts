/**
 * The job that threads work on together, in memory that all of them see. The thread that owns the job opens it, every thread takes parts of
 * its range until none is left, and the owner closes it: a helper that wakes late finds nothing to do, and nobody waits for it.
 */

/** A kernel as a thread calls it. */
export type Kernel = (...values: number[]) => unknown;

/** Buffers of a job; what crosses to a helper thread. */
export interface SharedJob {
  readonly integers: Int32Array;
  readonly numbers: Float64Array;
}

/** Places in `integers`. */
const place = {
  /** Odd while a job is open; goes up by one when a job opens and when it closes. */
  generation: 0,
  /** Helpers that are at work. */
  active: 1,
  nextPart: 2,
  parts: 3,
  kernel: 4,
  argumentCount: 5,
  /** Index of the argument that is the first of the range; the last follows it. */
  range: 6,
  count: 7,
  multiple: 8,
  /** Index of the argument that is scratch memory; −1: none. */
  scratch: 9,
  /** 1: each part has scratch memory of its own, 0: each thread has. */
  scratchByPart: 10,
  /** 1 when a kernel failed in a helper. */
  failed: 11,
} as const;

/** Places in `numbers`, behind the arguments. */
const most = { arguments: 24 };
const scratchAddress = most.arguments;
const scratchBytes = most.arguments + 1;

export function newSharedJob(): SharedJob {
  return {
    integers: new Int32Array(new SharedArrayBuffer(64 * Int32Array.BYTES_PER_ELEMENT)),
    numbers: new Float64Array(new SharedArrayBuffer((most.arguments + 2) * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** What a job says to the threads. */
export interface JobDescription {
  readonly kernel: number;
  readonly args: readonly number[];
  readonly range: number;
  readonly count: number;
  readonly multiple: number;
  readonly parts: number;
  /** `bytes` for each thread, or for each part. */
  readonly scratch: {
    readonly argument: number;
    readonly address: number;
    readonly bytes: number;
    readonly byPart: boolean;
  } | null;
}

/** Writes down the next job, for the owner alone until it is opened. */
export function writeJob({ integers, numbers }: SharedJob, job: JobDescription): void {
  numbers.set(job.args);
  numbers[scratchAddress] = job.scratch?.address ?? 0;
  numbers[scratchBytes] = job.scratch?.bytes ?? 0;
  integers[place.kernel] = job.kernel;
  integers[place.argumentCount] = job.args.length;
  integers[place.range] = job.range;
  integers[place.count] = job.count;
  integers[place.multiple] = job.multiple;
  integers[place.parts] = job.parts;
  integers[place.scratch] = job.scratch?.argument ?? -1;
  integers[place.scratchByPart] = job.scratch?.byPart ? 1 : 0;
  integers[place.nextPart] = 0;
}

/** Lets helpers take parts of the job that was written down: all of it is visible to whoever sees the new generation. */
export function openJob({ integers }: SharedJob): void {
  Atomics.add(integers, place.generation, 1);
  Atomics.notify(integers, place.generation);
}

/** Takes parts of the job until none is left. `thread` is 0 for the owner. */
export function workOnJob({ integers, numbers }: SharedJob, kernels: readonly Kernel[], thread: number): void {
  const kernel = kernels[integers[place.kernel]!]!;
  const [range, count, multiple, parts] = [place.range, place.count, place.multiple, place.parts].map(
    (index) => integers[index]!,
  ) as [number, number, number, number];
  const scratch = integers[place.scratch]!;
  const byPart = integers[place.scratchByPart] === 1;
  const values = Array.from(numbers.subarray(0, integers[place.argumentCount]));
  for (;;) {
    const part = Atomics.add(integers, place.nextPart, 1);
    if (part >= parts) return;
    const [first, last] = partOfRange(part, parts, count, multiple);
    values[range] = first;
    values[range + 1] = last;
    if (scratch >= 0) values[scratch] = numbers[scratchAddress]! + (byPart ? part : thread) * numbers[scratchBytes]!;
    kernel(...values);
  }
}

/** First and one past the last of a part of `0 … count`; parts begin at multiples and are as equal as that allows. */
export function partOfRange(part: number, parts: number, count: number, multiple: number): [number, number] {
  const units = Math.ceil(count / multiple);
  const begin = (index: number): number => Math.min(count, Math.floor((index * units) / parts) * multiple);
  return [begin(part), begin(part + 1)];
}

const spinMilliseconds = 0.02;
const checksBetweenClocks = 32;

/** Watches `integers[index]` until it is not `value` any more, or a moment has passed. */
function spinWhile(integers: Int32Array, index: number, value: number): boolean {
  const until = performance.now() + spinMilliseconds;
  do {
    for (let check = 0; check < checksBetweenClocks; check++) {
      if (Atomics.load(integers, index) !== value) return true;
    }
  } while (performance.now() < until);
  return false;
}

/** Closes the job when its parts are all taken, and waits for the helpers that still work. Throws when a kernel failed in one of them. */
export function closeJob({ integers }: SharedJob): void {
  Atomics.add(integers, place.generation, 1);
  for (;;) {
    const active = Atomics.load(integers, place.active);
    if (active === 0) break;
    if (!spinWhile(integers, place.active, active)) Atomics.wait(integers, place.active, active, 1);
  }
  if (Atomics.exchange(integers, place.failed, 0) === 1) throw new Error("A kernel failed in a helper thread.");
}

/** What a helper thread does for as long as it lives: waits for a job, works on it. */
export function helpForever(job: SharedJob, kernels: readonly Kernel[], thread: number): never {
  const { integers } = job;
  let seen = 0;
  for (;;) {
    const generation = Atomics.load(integers, place.generation);
    if (generation === seen || (generation & 1) === 0) {
      // Jobs of one step follow each other closely: a moment of watching is cheaper than being woken.
      if (!spinWhile(integers, place.generation, generation)) Atomics.wait(integers, place.generation, generation);
      continue;
    }
    seen = generation;
    Atomics.add(integers, place.active, 1);
    // The owner closes a job before it counts who is at work: whoever still sees it open here is waited for.
    if (Atomics.load(integers, place.generation) === generation) {
      try {
        workOnJob(job, kernels, thread);
      } catch {
        Atomics.store(integers, place.failed, 1);
      }
    }
    if (Atomics.sub(integers, place.active, 1) === 1) Atomics.notify(integers, place.active);
  }
}
