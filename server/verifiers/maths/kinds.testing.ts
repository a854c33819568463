/**
 * Pairs of answers of each kind that needs rules of its own, equal or different by the way they are made. Values are computed here with plain
 * integers and doubles, by nothing of what is tested.
 */
import fc from "fast-check";
import type { Pair } from "./expressions.testing";

export interface Kind {
  readonly name: string;
  readonly pairs: fc.Arbitrary<Pair>;
}

const int = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const boxed = (text: string): string => `\\boxed{${text}}`;
const pair = (gold: string, answer: string, equal: boolean): Pair => ({ gold, answer: boxed(answer), equal });
/** ` + 3`, ` - 3`, nothing for 0. */
const plus = (value: number): string => (value === 0 ? "" : value < 0 ? ` - ${-value}` : ` + ${value}`);
const times = (factor: number, name: string): string =>
  factor === 1 ? name : factor === -1 ? `-${name}` : `${factor}${name}`;
const line = (a: number, b: number, name = "n"): string => (a === 0 ? String(b) : times(a, name) + plus(b));
const floorDivision = (a: number, b: number): number => Math.floor(a / b);
const rest = (a: number, b: number): number => a - b * Math.floor(a / b);
const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** A function of an integer in several notations that say the same. */
interface Counted {
  readonly texts: readonly string[];
  readonly at: (n: number) => number;
}

/** An integer function of `an + b` with a third number; `k`: what tells its notations apart. */
const counted: readonly ((a: number, b: number, c: number, k: number) => Counted)[] = [
  (a, b, c, k) => ({
    texts: [
      `\\lfloor \\frac{${line(a, b)}}{${c}} \\rfloor`,
      `\\left\\lfloor \\frac{${line(a, b + c * k)}}{${c}} \\right\\rfloor${plus(-k)}`,
      `\\lceil \\frac{${line(a, b - c + 1)}}{${c}} \\rceil`,
      `\\frac{${line(a, b)} - ((${line(a, b)}) \\bmod ${c})}{${c}}`,
    ],
    at: (n) => floorDivision(a * n + b, c),
  }),
  (a, b, c, k) => ({
    texts: [
      `\\lceil \\frac{${line(a, b)}}{${c}} \\rceil`,
      `\\lceil \\frac{${line(a, b - c * k)}}{${c}} \\rceil${plus(k)}`,
      `-\\lfloor \\frac{${line(-a, -b)}}{${c}} \\rfloor`,
    ],
    at: (n) => -floorDivision(-a * n - b, c),
  }),
  (a, b, c, k) => ({
    texts: [
      `((${line(a, b)}) \\bmod ${c})`,
      `((${line(a, b + c * k)}) \\bmod ${c})`,
      `((${line(a + c, b)}) \\bmod ${c})`,
    ],
    at: (n) => rest(a * n + b, c),
  }),
  (a, b, c, k) => ({
    texts: [`\\gcd(${line(a, b)}, ${c})`, `\\gcd(${c}, ${line(a, b + c * k)})`],
    at: (n) => gcd(a * n + b, c),
  }),
  (a, b, c) => ({
    texts: [`|${line(a, b)}|${plus(c)}`, `\\max(${line(a, b)}, ${line(-a, -b)})${plus(c)}`],
    at: (n) => Math.abs(a * n + b) + c,
  }),
  (a, b, c, k) => {
    const bound = c * 100 ** (Math.abs(k) % 3);
    return {
      texts: [
        `\\max(${line(a, b)}, ${bound})`,
        `\\frac{${line(a, b + bound)} + |${line(a, b - bound)}|}{2}`,
        `-\\min(${line(-a, -b)}, ${-bound})`,
      ],
      at: (n) => Math.max(a * n + b, bound),
    };
  },
  (_a, _b, c, k) => ({
    texts: [`${c}(-1)^{n}`, `${c}\\cos(${2 * Math.abs(k) + 1}n\\pi)`, `${c}(-1)^{n+${2 * Math.abs(k)}}`],
    at: (n) => c * (rest(n, 2) === 0 ? 1 : -1),
  }),
];

const integerArguments = fc.tuple(
  fc.nat(counted.length - 1),
  int(1, 9),
  int(-30, 30),
  fc.oneof(int(2, 13), int(2, 60)),
  int(-3, 3).map((k) => (k === 0 ? 2 : k)),
);

/** Integers at which two functions are looked at. */
const looked = [...Array.from({ length: 400 }, (_, n) => n - 150), -1e6, -5e3, 999, 1e3, 4_001, 7e4, 1e6, 1e6 + 1];

const floors = fc
  .tuple(
    integerArguments,
    int(-5, 5),
    fc.nat(3),
    fc.nat(3),
    int(0, 4),
    int(-2, 2).filter((d) => d !== 0),
  )
  .map(([[which, a, b, c, k], slope, one, other, change, by]): Pair | null => {
    const gold = counted[which]!(a, b, c, k);
    const args = [a, b, c] as [number, number, number];
    if (change > 0) args[(change - 1) % 3] = Math.max(change % 3 === 2 ? -99 : 1, args[(change - 1) % 3]! + by);
    const answer = counted[which]!(...args, k);
    const same = looked.every((n) => gold.at(n) === answer.at(n));
    // Different functions that are the same where it was looked may be either.
    if (change > 0 && same) return null;
    const added = slope === 0 ? "" : ` + ${line(slope, 1)}`;
    return pair(
      gold.texts[one % gold.texts.length]! + added,
      answer.texts[other % answer.texts.length]! + (slope === 0 ? "" : ` + 1 + (${slope})n`),
      same,
    );
  })
  .filter((made) => made !== null);

/** A function of a real number in several notations. */
interface Piecewise {
  readonly texts: readonly string[];
  readonly at: (x: number) => number;
}

const piecewise: readonly ((a: number, b: number, c: number, d: number) => Piecewise)[] = [
  (a, b) => ({
    texts: [
      `|${line(a, b, "x")}|`,
      `|${line(-a, -b, "x")}|`,
      `\\sqrt{(${line(a, b, "x")})^2}`,
      `\\max(${line(a, b, "x")}, ${line(-a, -b, "x")})`,
    ],
    at: (x) => Math.abs(a * x + b),
  }),
  (a, b) => ({ texts: [line(a, b, "x"), `${b} - (${-a}) x`], at: (x) => a * x + b }),
  (a, b, c, d) => ({
    texts: [
      `\\max(${line(a, b, "x")}, ${line(c, d, "x")})`,
      `\\frac{${line(a + c, b + d, "x")} + |${line(a - c, b - d, "x")}|}{2}`,
      `${line(c, d, "x")} + \\max(${line(a - c, b - d, "x")}, 0)`,
    ],
    at: (x) => Math.max(a * x + b, c * x + d),
  }),
  (a, b, c, d) => ({
    texts: [
      `|(${line(a, b, "x")})(${line(c, d, "x")})|`,
      `|${line(a, b, "x")}| \\cdot |${line(c, d, "x")}|`,
      `\\sqrt{(${line(c, d, "x")})^2 (${line(a, b, "x")})^2}`,
    ],
    at: (x) => Math.abs((a * x + b) * (c * x + d)),
  }),
  (a, b, c, d) => ({
    texts: [`(${line(a, b, "x")})(${line(c, d, "x")})`, `(${line(-c, -d, "x")})(${line(-a, -b, "x")})`],
    at: (x) => (a * x + b) * (c * x + d),
  }),
];

const piecewiseFormulas = fc
  .tuple(
    fc.nat(piecewise.length - 1),
    fc.nat(piecewise.length - 1),
    fc.boolean(),
    int(1, 7),
    int(-5_000, 5_000),
    int(-7, 7).filter((c) => c !== 0),
    int(-900, 900),
    fc.nat(3),
    fc.nat(3),
    int(-9, 9),
  )
  .map(([which, another, same, a, b, c, d, one, other, by]): Pair | null => {
    const gold = piecewise[which]!(a, b, c, d);
    const answer = same ? gold : piecewise[another]!(a, another === which ? b + by : b, c, d);
    const turns = [-b / a, -d / c, a === c ? 0 : (d - b) / (a - c)];
    const points = [
      ...turns.flatMap((turn) => [turn - 0.5, turn - 1e-3, turn + 1e-3, turn + 0.5, turn + 60, turn - 60]),
      0,
      1,
      -1,
      1e5,
      -1e5,
    ];
    const equal = points.every((x) => Math.abs(gold.at(x) - answer.at(x)) <= 1e-9 * (1 + Math.abs(gold.at(x))));
    if (!same && equal) return null;
    return pair(gold.texts[one % gold.texts.length]!, answer.texts[other % answer.texts.length]!, equal);
  })
  .filter((made) => made !== null);

const letters = ["x", "y", "h"] as const;
const raised = (base: string, exponent: number): string => (exponent === 1 ? base : `${base}^{${exponent}}`);

/** Roots and logarithms of products of powers, taken apart. A name with an odd power under a root is positive, one with an even power is not. */
const positive = fc
  .tuple(
    fc.array(int(-5, 6), { minLength: 3, maxLength: 3 }),
    int(2, 40),
    fc.constantFrom("root", "ln"),
    int(0, 5),
    fc.nat(2),
  )
  .map(([exponents, factor, kind, change, at]): Pair | null => {
    const used = letters.flatMap((name, index) =>
      exponents[index] === 0 ? [] : [{ name, exponent: exponents[index]! }],
    );
    if (used.length === 0) return null;
    const inside = [
      factor === 1 ? "" : String(factor),
      ...used.map(({ name, exponent }) => raised(name, exponent)),
    ].join(" ");
    const changed = used[at % used.length]!;
    // 0–2: nothing; 3: another power; 4: another factor; 5: a sign that a bar keeps.
    if (change === 5 && (changed.exponent % 2 !== 0 || (kind === "root" && changed.exponent % 4 === 0))) return null;
    const parts = used.map((item) => {
      const exponent = item.exponent + (change === 3 && item === changed ? 2 : 0);
      const even = exponent % 2 === 0;
      const bars = even && !(change === 5 && item === changed);
      if (kind === "ln") return exponent === 0 ? "" : ` + (${exponent}) \\ln ${bars ? `|${item.name}|` : item.name}`;
      const base = even && bars && exponent % 4 !== 0 ? `|${item.name}|` : item.name;
      if (even) return exponent === 0 ? "" : `${base}^{${exponent / 2}}`;
      return `${item.name}^{${(exponent - 1) / 2}} \\sqrt{${item.name}}`;
    });
    const constant = factor + (change === 4 ? 1 : 0);
    const answer = kind === "ln" ? `\\ln ${constant}${parts.join("")}` : `\\sqrt{${constant}} ${parts.join(" ")}`;
    return pair(kind === "ln" ? `\\ln(${inside})` : `\\sqrt{${inside}}`, answer, change < 3);
  })
  .filter((made) => made !== null);

/** The numbers `step·k + offset`, described in several ways. */
const progression = (step: number, offset: number, k: number): readonly string[] => [
  `\\{${line(step, offset, "k")} \\mid k \\in \\mathbb{Z}\\}`,
  `\\{${line(-step, offset + step * k, "m")} : m \\in \\mathbb{Z}\\}`,
  `\\{x \\mid x = ${line(step, offset - step * k, "n")}, n \\in \\mathbb{Z}\\}`,
  `\\{${line(2 * step, offset, "k")} \\mid k \\in \\mathbb{Z}\\} \\cup \\{${line(2 * step, offset + step, "k")} \\mid k \\in \\mathbb{Z}\\}`,
  `\\{x \\in \\mathbb{Z} \\mid x \\equiv ${offset + step * k} \\pmod{${step}}\\}`,
  `x \\equiv ${offset} \\pmod{${step}}`,
  `x = ${line(step, offset + step * k, "k")}, k \\in \\mathbb{Z}`,
];
const described = fc
  .tuple(int(2, 24), int(-30, 30), int(-4, 4), fc.nat(6), fc.nat(6), int(0, 3), int(1, 23))
  .map(([step, offset, k, one, other, change, by]): Pair => {
    const [newStep, newOffset] =
      change === 2 ? [step + by, offset] : change === 3 ? [step, offset + by] : [step, offset];
    const equal = step === newStep && rest(offset, step) === rest(newOffset, step);
    return pair(progression(step, offset, k)[one]!, progression(newStep, newOffset, -k)[other]!, equal);
  });

/** Integers between two numbers, written out and described; the same bounds of real numbers. */
const between = fc
  .tuple(int(-40, 40), int(1, 7), fc.boolean(), fc.boolean(), int(1, 5), int(-9, 9), int(0, 6))
  .map(([low, width, lowClosed, highClosed, factor, shift, form]): Pair => {
    const high = low + width;
    const condition = (name: string): string =>
      `${low} ${lowClosed ? "\\le" : "<"} ${name} ${highClosed ? "\\le" : "<"} ${high}`;
    const members = Array.from({ length: width + 1 }, (_, n) => low + n).slice(
      lowClosed ? 0 : 1,
      highClosed ? width + 1 : width,
    );
    const listed = (values: readonly number[]): string =>
      values.length === 0 ? "\\emptyset" : `\\{${values.join(", ")}\\}`;
    const [open, close] = [lowClosed ? "[" : "(", highClosed ? "]" : ")"];
    switch (form) {
      case 0:
        return pair(listed(members), `\\{x \\in \\mathbb{Z} \\mid ${condition("x")}\\}`, true);
      case 1:
        return pair(
          `\\{x \\in \\mathbb{Z} : ${condition("x")}\\}`,
          listed(members.map((member) => member + 1)),
          members.length === 0,
        );
      case 2:
        return pair(
          `\\{${line(factor, shift, "k")} \\mid k \\in \\mathbb{Z}, ${condition("k")}\\}`,
          listed(members.map((member) => factor * member + shift)),
          true,
        );
      case 3:
        return pair(`\\{x \\mid ${condition("x")}\\}`, `${open}${low}, ${high}${close}`, true);
      case 4:
        return pair(
          `\\{${line(factor, shift, "x")} \\mid ${condition("x")}\\}`,
          `${open}${factor * low + shift}, ${factor * high + shift}${close}`,
          true,
        );
      case 5:
        return pair(
          `\\{${line(factor + 1, shift, "x")} \\mid ${condition("x")}\\}`,
          `\\{x \\mid ${condition("x")}\\}`,
          false,
        );
      default:
        return pair(`\\{x \\in \\mathbb{Z} \\mid ${condition("x")}\\}`, `\\{x \\mid ${condition("x")}\\}`, false);
    }
  });

const congruences = fc
  .tuple(int(2, 40), int(-60, 60), int(1, 39), int(-3, 3), fc.nat(4), fc.boolean(), int(1, 39))
  .map(([modulus, residue, factor, k, form, equal, by]): Pair | null => {
    if (gcd(factor, modulus) !== 1 || by % modulus === 0) return null;
    const found = rest(residue, modulus) + (equal ? 0 : by);
    const answers = [
      `x \\equiv ${found + modulus * k} \\pmod{${modulus}}`,
      `x = ${line(modulus, found, "k")}`,
      `${rest(found, modulus)} \\pmod{${modulus}}`,
      `${found + modulus} \\equiv x \\pmod{${modulus}}`,
      `\\{${line(modulus, found, "n")} \\mid n \\in \\mathbb{Z}\\}`,
    ];
    return pair(
      `${times(factor, "x")} \\equiv ${factor * residue + modulus * k} \\pmod{${modulus}}`,
      answers[form]!,
      equal,
    );
  })
  .filter((made) => made !== null);

/** Numbers of one, two or four and more digits: three after a comma are a thousand's. */
const listed = fc.uniqueArray(fc.oneof(int(-99, 99), int(1_000, 99_999)), { minLength: 2, maxLength: 6 });
const lists = fc
  .tuple(listed, fc.nat(), fc.constantFrom(",", ", ", " , ", ",\\ "), fc.constantFrom(",", ", "), int(0, 5))
  .map(([items, seed, comma, other, change]): Pair => {
    const turned = [...items.slice(seed % items.length), ...items.slice(0, seed % items.length)];
    const gold = items.join(other);
    if (change < 3) return pair(gold, turned.join(comma), true);
    if (change === 3)
      return pair(
        gold,
        items.map((item, at) => (at === seed % items.length ? item + 100_000 : item)).join(comma),
        false,
      );
    if (change === 4) return pair(gold, items.slice(1).join(comma), false);
    // The last two as one number with a fraction.
    const whole = items.slice(0, -2).concat([]);
    const [a, b] = items.slice(-2);
    return pair(gold, [...whole, `${a!}.${Math.abs(b!)}`].join(comma), false);
  });

const points = fc
  .tuple(
    int(-99, 99),
    int(-99, 99),
    fc.constantFrom("\\emptyset", "(]", "[)", "[]", "()", "\\left( \\right)", "(+", "\\{\\}"),
    int(1, 50),
  )
  .map(([a, b, form, by]): Pair => {
    const gold = `(${a},${b})`;
    if (form === "\\emptyset" || form === "\\{\\}") return pair(gold, form, false);
    if (form === "(+") return pair(gold, `(${a}, ${b + by})`, false);
    if (form === "()") return pair(gold, `(${a}, ${b})`, true);
    if (form.startsWith("\\left")) return pair(gold, `\\left( ${a}, ${b} \\right)`, true);
    return pair(gold, `${form[0]!}${a},${b}${form[1]!}`, false);
  });

const scales = [
  ["thousand", 1_000],
  ["million", 1_000_000],
  ["billion", 1_000_000_000],
  ["dozen", 12],
  ["hundred", 100],
] as const;
const numberWords = fc
  .tuple(int(2, 99), fc.nat(4), fc.nat(4), int(0, 4), fc.boolean())
  .map(([value, one, other, form, asGold]): Pair => {
    const [[word, size], [otherWord]] = [scales[one]!, scales[other]!];
    const made = (gold: string, answer: string, equal: boolean): Pair =>
      asGold ? pair(gold, answer, equal) : pair(answer, gold, equal);
    switch (form) {
      case 0:
      case 1:
        return made(`${value} ${word}`, String(value * size), true);
      case 2:
        return made(`${value} ${word}`, String(value), false);
      case 3:
        return made(`${value} \\text{ ${word}}`, String(value * size), true);
      default:
        return made(`${value} ${word}`, `${value} ${otherWord}`, one === other);
    }
  });

const joined = fc
  .tuple(int(-50, 50), int(1, 60), fc.boolean(), fc.boolean(), fc.nat(7))
  .map(([low, width, closed, latex, form]): Pair => {
    const high = low + width;
    const word = (text: string): string => (latex ? `\\text{ ${text} }` : ` \\${text === "and" ? "land" : "lor"} `);
    const [less, more] = closed ? ["\\le", "\\ge"] : ["<", ">"];
    const [open, close] = closed ? ["[", "]"] : ["(", ")"];
    // A pair in parentheses would be a point.
    const inside = closed ? `[${low}, ${high}]` : `${low} < x < ${high}`;
    const outside = `(-\\infty, ${low}${close} \\cup ${open}${high}, \\infty)`;
    const within = `x ${more} ${low} ${word("and")} x ${less} ${high}`;
    const without = `x ${less} ${low} ${word("or")} x ${more} ${high}`;
    switch (form) {
      case 0:
        return pair(inside, within, true);
      case 1:
        return pair(outside, without, true);
      case 2:
        return pair(inside, `x ${more} ${low} ${word("or")} x ${less} ${high}`, false);
      case 3:
        return pair(outside, `x ${less} ${low} ${word("and")} x ${more} ${high}`, false);
      case 4:
        return pair("\\mathbb{R}", `x ${more} ${low} ${word("or")} x ${less} ${high}`, true);
      case 5:
        return pair(within, without, false);
      case 6:
        return pair(within, `${low} ${less} x ${less} ${high}`, true);
      default:
        return pair(inside, `x ${more} ${low} ${word("and")} x ${less} ${high + 1}`, false);
    }
  });

const unitKinds = [
  [
    ["m", 1_000],
    ["cm", 10],
    ["mm", 1],
    ["km", 1_000_000],
  ],
  [
    ["g", 1],
    ["kg", 1_000],
  ],
  [
    ["seconds", 1],
    ["minutes", 60],
    ["hours", 3_600],
  ],
] as const;
const units = fc
  .tuple(fc.nat(2), fc.nat(3), fc.nat(3), fc.nat(2), int(1, 999), int(0, 5), int(1, 50))
  .map(([kind, one, other, another, value, form, by]): Pair => {
    const kinds = unitKinds[kind]!;
    const [unit, size] = kinds[one % kinds.length]!;
    const [second, factor] = kinds[other % kinds.length]!;
    const [stranger] = unitKinds[another]![0];
    const common = gcd(value * size, factor);
    const amount = `\\frac{${(value * size) / common}}{${factor / common}}`;
    switch (form) {
      case 0:
      case 1:
        return pair(`${value} \\text{ ${unit}}`, `${amount} \\text{ ${second}}`, true);
      case 2:
        return pair(`${value} \\text{ ${unit}}`, `${value + by} \\text{ ${unit}}`, false);
      case 3:
        return pair(
          `${value} \\text{ ${unit}}`,
          `${value} \\text{ ${stranger}}`,
          another === kind && unit === stranger,
        );
      case 4:
        return pair(`${value} \\text{ ${unit}}`, String(value), true);
      default:
        return pair(`${value} \\text{ ${unit}}`, `${value} \\text{ ${second}}`, size === factor);
    }
  });

type Rows = readonly (readonly number[])[];
const matrixText = (rows: Rows): string =>
  `\\begin{pmatrix} ${rows.map((row) => row.join(" & ")).join(" \\\\ ")} \\end{pmatrix}`;
const square = (size: number): fc.Arbitrary<Rows> =>
  fc.array(fc.array(int(-9, 9), { minLength: size, maxLength: size }), { minLength: size, maxLength: size });
const productOf = (a: Rows, b: Rows): Rows =>
  a.map((row) => b[0]!.map((_, x) => row.reduce((sum, element, k) => sum + element * b[k]![x]!, 0)));
const sumOf = (a: Rows, b: Rows, sign: number): Rows =>
  a.map((row, y) => row.map((element, x) => element + sign * b[y]![x]!));
const matrices = fc
  .tuple(
    int(2, 3).chain((size) => fc.tuple(square(size), square(size))),
    fc.nat(7),
    int(-9, 9),
    fc.boolean(),
    fc.nat(),
    int(1, 9),
  )
  .map(([[a, b], form, factor, equal, place, by]): Pair => {
    const [first, second] = [matrixText(a), matrixText(b)];
    const forms: readonly (readonly [string, Rows])[] = [
      [`${first} + ${second}`, sumOf(a, b, 1)],
      [`${first} - ${second}`, sumOf(a, b, -1)],
      [`${first} \\cdot ${second}`, productOf(a, b)],
      [`${first} ${second}`, productOf(a, b)],
      [`${factor} ${first}`, a.map((row) => row.map((element) => factor * element))],
      [`${first}^T`, a[0]!.map((_, x) => a.map((row) => row[x]!))],
      [`${first}^2`, productOf(a, a)],
      [`${first}^3 - ${second}`, sumOf(productOf(a, productOf(a, a)), b, -1)],
    ];
    const [text, result] = forms[form]!;
    const size = result.length;
    const changed = result.map((row, y) =>
      row.map((element, x) => element + (!equal && y === place % size && x === (place >> 3) % size ? by : 0)),
    );
    return pair(matrixText(changed), text, equal);
  });

const turnedSigns: Readonly<Record<string, string>> = { "=": "=", "<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le" };
/** Coefficients of x², y, x and 1. */
const polynomial = ([a, b, c, d]: readonly number[]): string => `${a!}x^2 + (${b!})y + (${c!})x + (${d!})`;
const relations = fc
  .tuple(
    fc.tuple(int(1, 9), int(1, 9), int(-9, 9), int(-9, 9)),
    fc.tuple(int(-9, 9), int(-9, 9), int(-9, 9), int(-9, 9)),
    fc.constantFrom("=", "<", ">", "\\le", "\\ge"),
    fc.constantFrom(2, 3, -1, -4, 7),
    fc.nat(7),
    fc.nat(3),
    int(1, 5),
  )
  .map(([left, moved, sign, factor, form, place, by]): Pair => {
    const gold = `${polynomial(left)} ${sign} 0`;
    const scaled = left.map((value) => value * factor);
    const turned = factor < 0 ? turnedSigns[sign]! : sign;
    const right = moved.map((value) => -value);
    const shifted = scaled.map((value, at) => value - moved[at]!);
    switch (form) {
      case 0:
      case 1:
        return pair(gold, `${polynomial(shifted)} ${turned} ${polynomial(right)}`, true);
      case 2:
        return pair(gold, `0 ${turnedSigns[sign]!} \\sqrt{${by + 1}}(${polynomial(left)})`, true);
      case 3:
        return pair(
          gold,
          `${polynomial(scaled.map((value, at) => value + (at === place ? by : 0)))} ${turned} 0`,
          false,
        );
      case 4:
        return pair(gold, `${polynomial(scaled)} ${sign === "=" ? "<" : turnedSigns[turned]!} 0`, false);
      case 5:
        return pair(gold, `(x - ${by})(${polynomial(left)}) ${sign} 0`, false);
      case 6:
        // An identity is another one than any other.
        return pair(
          `(x + ${by})^2 = x^2 + ${2 * by}x + ${by * by}`,
          `${polynomial(left)} = ${polynomial(left)}`,
          false,
        );
      default:
        return pair(
          `(x + ${by})^2 = x^2 + ${2 * by}x + ${by * by}`,
          `(x + ${by})^2 - ${by * by} = ${2 * by}x + x^2`,
          true,
        );
    }
  });

/** Every kind, with the pairs of half of them equal. */
export const kinds: readonly Kind[] = [
  { name: "floors, remainders, divisors and signs of integers", pairs: floors },
  { name: "absolute values, maxima and roots of squares", pairs: piecewiseFormulas },
  { name: "roots and logarithms taken apart", pairs: positive },
  { name: "described sets of integers", pairs: described },
  { name: "described sets between bounds", pairs: between },
  { name: "congruences", pairs: congruences },
  { name: "lists with and without spaces", pairs: lists },
  { name: "points, and intervals and empty sets in their place", pairs: points },
  { name: "numbers in words", pairs: numberWords },
  { name: "conditions joined by and, or", pairs: joined },
  { name: "units", pairs: units },
  { name: "arithmetic of matrices", pairs: matrices },
  { name: "equations and inequalities", pairs: relations },
];
