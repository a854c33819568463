/** A search for verdicts that take long: answers with large numbers everywhere, the slowest of them changed again and again. */

export interface Costly {
  readonly answer: string;
  readonly gold: string;
  /** Milliseconds of processor time. */
  readonly cost: number;
}

/** Pieces of which hostile completions are made. */
const pieces = [
  ..."} { $ \n = * - ( [ ' % & |".split(" "),
  "\\boxed{",
  "\\boxed{1}",
  "\\boxed 1",
  "$$",
  "\\(",
  "\\[",
  "####",
  "#### 1\n",
  "The final answer is ",
  "I hope it is correct",
  "answer is ",
  "<answer>",
  "</answer>",
  "<think>",
  "</think>",
  "is not 7 ",
  "1, ",
  "$1$ and ",
  "\\text{",
  " or ",
  "...",
  "\\\\",
  "\\begin{aligned}",
  "，",
  "　",
];

interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** A whole number whose length is even, not itself. */
  readonly scale: (digits: number) => string;
}

/** The same numbers for a seed on every machine (Lehmer's generator). */
function random(seed: number): Random {
  let state = (seed % 2_147_483_646) + 1;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return {
    next,
    pick: (items) => items[Math.floor(next() * items.length)]!,
    scale: (digits) => String(Math.floor(10 ** (next() * digits))),
  };
}

function number({ pick, next, scale }: Random): string {
  return pick<() => string>([
    () => scale(2),
    () => scale(18),
    () => "9".repeat(1 + Math.floor(next() * 300)),
    () => (next() * 10).toFixed(Math.floor(next() * 30)),
    () => `1e${scale(4.1)}`,
    () => `1e-${scale(4.1)}`,
    () => `10^{${scale(4.1)}}`,
    () => `\\frac{${scale(9)}}{${scale(9)}}`,
    () => `0.\\overline{${scale(9)}}`,
  ])();
}

/** An expression that nests so deeply. */
function expression(source: Random, depth: number): string {
  const { pick, next, scale } = source;
  if (depth <= 0)
    return pick<() => string>([
      () => number(source),
      () => number(source),
      () => pick(["x", "n", "y", "\\pi", "e", "i"]),
    ])();
  const part = (): string => expression(source, depth - 1 - Math.floor(next() * 2));
  return pick<() => string>([
    () => `(${part()}+${part()})`,
    () => `(${part()})(${part()})`,
    () => `\\frac{${part()}}{${part()}}`,
    () => `(${part()})^{${part()}}`,
    () => `(${part()})^{${number(source)}}`,
    () => `\\sqrt{${part()}}`,
    () => `\\sqrt[${scale(6)}]{${part()}}`,
    () => `\\sqrt[${2 + Math.floor(next() * 62)}]{${part()}}`,
    () => `\\${pick(["sin", "tan", "ln", "arctan", "cosh", "arcsin", "exp"])}(${part()})`,
    () => `\\binom{${part()}}{${scale(3.2)}}`,
    () => `${scale(3.4)}!`,
    () => `\\${pick(["gcd", "lcm", "max", "min"])}(${part()},${part()})`,
    () => `\\${pick(["sum", "prod"])}_{k=1}^{${scale(3.2)}}(${part()}+k)^{${pick(["k", "2", "-1", "x"])}}`,
    () => `\\lfloor ${part()}\\rfloor`,
    () => `|${part()}|`,
    () => `(${part()} \\bmod ${part()})`,
    () => `\\log_{${part()}}(${part()})`,
  ])();
}

function answer(source: Random): string {
  const { next, pick } = source;
  const part = (depth = 2): string => expression(source, depth);
  return pick<() => string>([
    () => part(1 + Math.floor(next() * 6)),
    () => part(1 + Math.floor(next() * 6)),
    () => Array.from({ length: 1 + Math.floor(next() * 60) }, () => part(Math.floor(next() * 2))).join(", "),
    () => `x ${pick(["<", "=", "\\le", "\\equiv"])} ${part(3)}`,
    () => `(${part()}, ${part()}] \\cup [${part()},${part()})`,
    () => `\\{ x \\mid ${part()} < x < ${part()} \\}`,
    () => `\\begin{pmatrix}${part()}&${part()}\\\\${part()}&${part()}\\end{pmatrix}^{${number(source)}}`,
  ])();
}

/** A long text in which a few pieces repeat. */
function text({ next, pick }: Random): string {
  const parts = Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(pieces));
  const length = 200_000;
  const repeated = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length));
  return next() < 0.5
    ? repeated(parts.join(""), length)
    : parts.map((part) => repeated(part, length / parts.length)).join("");
}

/** The same with some number changed, or something added. */
function changed(pair: { answer: string; gold: string }, source: Random): { answer: string; gold: string } {
  const { next, pick } = source;
  const change = (written: string): string =>
    pick<() => string>([
      () => answer(source),
      () => `${written}+${expression(source, 2)}`,
      () => `(${written})^{${number(source)}}`,
      () =>
        written.replaceAll(/\d{1,9}/g, (digits) =>
          next() < 0.3 ? String(Math.floor(Number(digits) * pick([0.5, 2, 3])) + 1) : digits,
        ),
    ])();
  return pick([
    () => ({ ...pair, answer: change(pair.answer) }),
    () => ({ ...pair, gold: change(pair.gold) }),
    () => ({ ...pair, answer: `${pair.gold}${pick(["+0", "", "+1e-500", "+\\sin(1)-\\sin(1)"])}` }),
  ])();
}

/** How many of the slowest are changed further. */
const kept = 40;

/** Judges so many pairs, of which most come from the slowest so far. All costs, and the slowest of all. `judge`: milliseconds of a verdict. */
export function searchCosts(
  judge: (completion: string, gold: string) => number,
  pairs: number,
  seed = 17,
): { readonly costs: readonly number[]; readonly slowest: readonly Costly[] } {
  const source = random(seed);
  const costs: number[] = [];
  let slowest: Costly[] = [];
  for (let at = 0; at < pairs; at++) {
    if (source.next() < 0.01) {
      costs.push(judge(text(source), "7"));
      continue;
    }
    const known = slowest.length >= kept && source.next() < 0.5 ? source.pick(slowest) : null;
    const pair = known === null ? { answer: answer(source), gold: answer(source) } : changed(known, source);
    if (source.next() < 0.3) pair.gold = `${pair.answer}+0`;
    if (pair.answer.length >= 1_990 || pair.gold.length >= 1_990) continue;
    const cost = judge(`\\boxed{${pair.answer}}`, pair.gold);
    costs.push(cost);
    slowest.push({ ...pair, cost });
    if (slowest.length >= 2 * kept) slowest = slowest.sort((a, b) => b.cost - a.cost).slice(0, kept);
  }
  return { costs, slowest: slowest.sort((a, b) => b.cost - a.cost) };
}
