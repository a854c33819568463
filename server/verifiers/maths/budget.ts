/** What one verdict may cost. Hostile answers (towers of powers, huge factorials, deep nesting) end here instead of hanging a run. */
export interface Budget {
  /** Nodes that may still be made or visited. */
  nodes: number;
  /** Nanoseconds of arithmetic so far, as estimated from the lengths of the numbers: the same on every machine. */
  work: number;
  /** The work at which the clock is looked at next. */
  nextLook: number;
  /** `performance.now()` from which on the time is looked at more closely. */
  readonly deadline: number;
  /** Processor time at the first look at the clock, in microseconds; null before, as that time takes longer to get than a simple verdict. */
  started: number | null;
}

export const limits = {
  /** Characters of a completion that are looked at: the last ones, where answers stand. */
  completion: 200_000,
  /** Characters of one extracted answer. */
  answer: 2_000,
  depth: 100,
  chained: 200,
  nodes: 20_000,
  /** Digits of a written number. */
  digits: 2_000,
  /** Bits of an exact number, about 12,000 decimal digits. */
  bits: 40_000,
  /** Bits of precision when numbers are compared numerically. */
  precision: 12_000,
  items: 200,
  /** Estimated nanoseconds of arithmetic. */
  work: 12_000_000,
  /** Processor time, so that a verdict does not depend on what else the machine does. The work is over long before, on most machines. */
  milliseconds: 40,
} as const;

/** Ends the work on one answer; caught in `verifyMath`, never seen outside. */
export class Exceeded extends Error {
  override readonly name = "Exceeded";
}

/** A number is too large to be computed with. Other numbers may not be: what is compared at several points goes on. */
export class TooLarge extends Exceeded {}

/** Microseconds of this thread where Node can tell (from 23.9 on), else of the process. */
const processorTime = (): number =>
  ((process as Partial<NodeJS.Process>).threadCpuUsage?.() ?? process.cpuUsage()).user;

/** Nanoseconds between two looks at the clock. */
const lookEvery = 100_000;

export const createBudget = (): Budget => ({
  nodes: limits.nodes,
  work: 0,
  nextLook: lookEvery,
  deadline: performance.now() + limits.milliseconds,
  started: null,
});

/** The budget that arithmetic is charged to. None outside of a verdict. */
let charged: Budget | null = null;

/**
 * Runs a verdict on a budget of its own. Arithmetic lies below everything and is called from everywhere: it finds the budget by itself, so
 * that no operation can forget to pay. Everything here is synchronous.
 */
export function withinBudget<T>(run: (budget: Budget) => T): T {
  const outer = charged;
  charged = createBudget();
  try {
    return run(charged);
  } finally {
    charged = outer;
  }
}

/** Takes nodes from the budget. Throws {@link Exceeded} when none are left or the time is over. */
export function spend(budget: Budget, nodes = 1): void {
  budget.nodes -= nodes;
  if (budget.nodes < 0) throw new Exceeded("too many parts");
  checkTime(budget);
}

/** Looks at the clock. The first look starts it: a verdict that is long before it looks itself, such as one of a long text, has it look early. */
export function checkTime(budget: Budget): void {
  budget.started ??= processorTime();
  if (performance.now() > budget.deadline && processorTime() - budget.started > 1000 * limits.milliseconds)
    throw new Exceeded("too slow");
}

/** Pays for work of so many nanoseconds. Throws {@link Exceeded}. */
export function charge(nanoseconds: number): void {
  if (charged === null) return;
  charged.work += nanoseconds;
  if (charged.work < charged.nextLook) return;
  if (charged.work > limits.work) throw new Exceeded("too much arithmetic");
  charged.nextLook = charged.work + lookEvery;
  checkTime(charged);
}

/** Limbs of 64 bits up to which V8 multiplies digit by digit. */
const schoolLimbs = 32;

/** Nanoseconds that a product of two integers of so many bits takes, about: as measured with V8. A quotient takes some two or three times as long. */
export function productCost(first: number, second: number): number {
  const [short, long] = first < second ? [first / 64, second / 64] : [second / 64, first / 64];
  if (short <= schoolLimbs) return 40 + 5 * (short + 1) * (long + 1);
  return (long / short) * 5 * schoolLimbs ** 2 * (short / schoolLimbs) ** 1.45;
}
