/** What a program is tested with. */

/** A program that reads its input and prints its answer. A number is its text. */
export interface InputOutputTests {
  readonly cases: readonly { readonly input: string | number; readonly output: string | number }[];
}

/**
 * Calls of a function with values of JSON; in Python, an expected array is equal to a list and to a tuple, and a parameter that is annotated as a `TreeNode` or a
 * `ListNode` takes the list that LeetCode writes it as.
 */
export interface CallTests {
  /**
   * Name of the function; in Python also a method (`Solution().twoSum`), or a class, whose cases have two arguments, names of operations and the arguments of
   * each, and expect what these give: `[["LRUCache", "put", "get"], [[2], [1, 1], [1]]]` and `[null, null, 1]`.
   */
  readonly function: string;
  readonly cases: readonly { readonly arguments: readonly unknown[]; readonly expected: unknown }[];
}

/** `assert` statements of Python, as MBPP has them. */
export interface AssertTests {
  readonly asserts: string | readonly string[];
  /** Runs before them. */
  readonly setup?: string;
}

/** Python that tests a function which it calls `candidate`, as HumanEval has it. */
export interface CheckTests {
  readonly check: string;
  /** Name of the function that is `candidate`. */
  readonly function: string;
  /** What the tests need that is not the program's. */
  readonly setup?: string;
}

export type CodeTests = InputOutputTests | CallTests | AssertTests | CheckTests;
