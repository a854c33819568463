/** What one verdict may cost. Hostile answers (towers of powers, huge factorials, deep nesting) end here instead of hanging a run. */
export interface Budget {
  /** Nodes that may still be made or visited. */
  nodes: number;
  /** `performance.now()` from which on the time is looked at more closely. */
  readonly deadline: number;
  /** Processor time at the start, in microseconds. */
  readonly started: number;
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
  /** Processor time, so that a verdict does not depend on what else the machine does. */
  milliseconds: 50,
} as const;

/** Ends the work on one answer; caught in `verifyMath`, never seen outside. */
export class Exceeded extends Error {
  override readonly name = "Exceeded";
}

/** Microseconds of this thread where Node can tell (from 23.9 on), else of the process. */
const processorTime = (): number =>
  ((process as Partial<NodeJS.Process>).threadCpuUsage?.() ?? process.cpuUsage()).user;

export const createBudget = (): Budget => ({
  nodes: limits.nodes,
  deadline: performance.now() + limits.milliseconds,
  started: processorTime(),
});

/** Takes nodes from the budget. Throws {@link Exceeded} when none are left or the time is over. */
export function spend(budget: Budget, nodes = 1): void {
  budget.nodes -= nodes;
  if (budget.nodes < 0) throw new Exceeded("too many parts");
  checkTime(budget);
}

export function checkTime(budget: Budget): void {
  if (performance.now() > budget.deadline && processorTime() - budget.started > 1000 * limits.milliseconds)
    throw new Exceeded("too slow");
}
