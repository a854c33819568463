/** What the functions of the code task are made of: operations on a number, a list or a text, each with a constant. */

export type Value = number | string | readonly number[];
export type Kind = "number" | "list" | "text";

export interface Operation {
  readonly name: string;
  readonly takes: Kind;
  readonly gives: Kind;
  readonly says: (constant: number) => string;
  /** An expression in `x`. */
  readonly python: (constant: number) => string;
  readonly javascript: (constant: number) => string;
  readonly compute: (input: Value, constant: number) => Value;
  readonly difficulty: number;
}

const remainder = (value: number, by: number): number => ((value % by) + by) % by;

type Words = Pick<Operation, "name" | "says" | "python" | "javascript">;

const ofNumber = (words: Words, compute: (x: number, k: number) => number): Operation => ({
  ...words,
  takes: "number",
  gives: "number",
  difficulty: 1,
  compute: (x, k) => compute(Number(x), k),
});

const ofList = <T extends number | readonly number[]>(
  words: Words,
  gives: T extends number ? "number" : "list",
  compute: (xs: readonly number[], k: number) => T,
): Operation => ({
  ...words,
  takes: "list",
  gives,
  difficulty: 2,
  compute: (xs, k) => compute(Array.isArray(xs) ? xs.map(Number) : [], k),
});

const ofText = (words: Words, compute: (x: string, k: number) => string): Operation => ({
  ...words,
  takes: "text",
  gives: "text",
  difficulty: 2,
  compute: (x, k) => compute(String(x), k),
});

const onNumbers: readonly Operation[] = [
  ofNumber(
    { name: "add", says: (k) => `adds ${k}`, python: (k) => `x + ${k}`, javascript: (k) => `x + ${k}` },
    (x, k) => x + k,
  ),
  ofNumber(
    { name: "subtract", says: (k) => `takes away ${k}`, python: (k) => `x - ${k}`, javascript: (k) => `x - ${k}` },
    (x, k) => x - k,
  ),
  ofNumber(
    { name: "scale", says: (k) => `multiplies by ${k}`, python: (k) => `x * ${k}`, javascript: (k) => `x * ${k}` },
    (x, k) => x * k,
  ),
  ofNumber(
    {
      name: "at_most",
      says: (k) => `makes it ${k} if it is more`,
      python: (k) => `min(x, ${k})`,
      javascript: (k) => `Math.min(x, ${k})`,
    },
    (x, k) => Math.min(x, k),
  ),
  ofNumber(
    {
      name: "at_least",
      says: (k) => `makes it ${k} if it is less`,
      python: (k) => `max(x, ${k})`,
      javascript: (k) => `Math.max(x, ${k})`,
    },
    (x, k) => Math.max(x, k),
  ),
  ofNumber(
    {
      name: "remainder",
      says: (k) => `takes the remainder by ${k}, which is never negative`,
      python: (k) => `x % ${k}`,
      javascript: (k) => `((x % ${k}) + ${k}) % ${k}`,
    },
    remainder,
  ),
];

const onLists: readonly Operation[] = [
  ofList(
    {
      name: "shift_all",
      says: (k) => `adds ${k} to each number`,
      python: (k) => `[v + ${k} for v in x]`,
      javascript: (k) => `x.map((v) => v + ${k})`,
    },
    "list",
    (xs, k) => xs.map((v) => v + k),
  ),
  ofList(
    {
      name: "scale_all",
      says: (k) => `multiplies each number by ${k}`,
      python: (k) => `[v * ${k} for v in x]`,
      javascript: (k) => `x.map((v) => v * ${k})`,
    },
    "list",
    (xs, k) => xs.map((v) => v * k),
  ),
  ofList(
    {
      name: "keep_above",
      says: (k) => `keeps the numbers that are more than ${k}`,
      python: (k) => `[v for v in x if v > ${k}]`,
      javascript: (k) => `x.filter((v) => v > ${k})`,
    },
    "list",
    (xs, k) => xs.filter((v) => v > k),
  ),
  ofList(
    {
      name: "skip",
      says: (k) => `leaves out the first ${k} numbers`,
      python: (k) => `x[${k}:]`,
      javascript: (k) => `x.slice(${k})`,
    },
    "list",
    (xs, k) => xs.slice(k),
  ),
  ofList(
    {
      name: "multiples",
      says: (k) => `counts the multiples of ${k}`,
      python: (k) => `sum(1 for v in x if v % ${k} == 0)`,
      javascript: (k) => `x.filter((v) => v % ${k} === 0).length`,
    },
    "number",
    (xs, k) => xs.filter((v) => remainder(v, k) === 0).length,
  ),
  ofList(
    {
      name: "sum_above",
      says: (k) => `adds up the numbers that are more than ${k}`,
      python: (k) => `sum(v for v in x if v > ${k})`,
      javascript: (k) => `x.filter((v) => v > ${k}).reduce((a, b) => a + b, 0)`,
    },
    "number",
    (xs, k) => xs.filter((v) => v > k).reduce((a, b) => a + b, 0),
  ),
  ofList(
    {
      name: "count_below",
      says: (k) => `counts the numbers that are less than ${k}`,
      python: (k) => `sum(1 for v in x if v < ${k})`,
      javascript: (k) => `x.filter((v) => v < ${k}).length`,
    },
    "number",
    (xs, k) => xs.filter((v) => v < k).length,
  ),
];

const onTexts: readonly Operation[] = [
  ofText(
    {
      name: "repeat",
      says: (k) => `repeats it ${k} times`,
      python: (k) => `x * ${k}`,
      javascript: (k) => `x.repeat(${k})`,
    },
    (x, k) => x.repeat(k),
  ),
  ofText(
    {
      name: "drop_first",
      says: (k) => `drops the first ${k} letters`,
      python: (k) => `x[${k}:]`,
      javascript: (k) => `x.slice(${k})`,
    },
    (x, k) => x.slice(k),
  ),
  ofText(
    {
      name: "keep_first",
      says: (k) => `keeps the first ${k} letters`,
      python: (k) => `x[:${k}]`,
      javascript: (k) => `x.slice(0, ${k})`,
    },
    (x, k) => x.slice(0, k),
  ),
  ofText(
    {
      name: "rotate",
      says: (k) => `moves the first ${k} letters to its end`,
      python: (k) => `x[${k}:] + x[:${k}]`,
      javascript: (k) => `x.slice(${k}) + x.slice(0, ${k})`,
    },
    (x, k) => x.slice(k) + x.slice(0, k),
  ),
];

export const operations: readonly Operation[] = [...onNumbers, ...onLists, ...onTexts];
