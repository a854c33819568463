/** Values that nobody expects, and values that are almost what is expected. */
import type { Random } from "./random";

const nested = (levels: number, make: (inner: unknown) => unknown): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = make(value);
  return value;
};

/** As a file or another process may give it: of its own, not the object's prototype. */
const ownPrototype = (): unknown => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"a":1}}}');

export const hostileTexts: readonly string[] = [
  "",
  " ",
  "\0",
  "\u202e\u2066x",
  "\ud800",
  "\udfff\ud800",
  "é😀\u2028",
  "\x1b[2J\x1b]0;x\x07",
  "'\"`;--",
  "%00%s%n",
  "__proto__",
  "constructor",
  "toString",
  "NaN",
  "-0",
  "1e999",
  "null",
  "../../../etc/passwd",
  "/dev/zero",
  "C:\\x",
  "\\\\host\\share\\x",
  "//host/share/x",
  "file:///dev/zero",
  "file://host/share/x.lab.json",
  "file:///%00",
  "untitled:x",
  "http://127.0.0.1:1/x",
  "a".repeat(5000),
  "(".repeat(2000),
  "\\frac{".repeat(500),
  "9".repeat(3000),
  "\n".repeat(2000),
];

const hostileNumbers: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  1e21,
  1e308,
  -1e308,
  5e-324,
];
/** Those that JSON does not have. */
const oddNumbers: readonly number[] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

export interface MutateOptions {
  /** Whether values may be what JSON cannot say: NaN, undefined, cycles, maps, bytes. */
  readonly beyondJson?: boolean;
  /** Whether depth and size may be such that they hurt. 1 by default. */
  readonly size?: number;
}

function cycle(): unknown {
  const list: unknown[] = [];
  list.push({ list });
  return list;
}

export function hostileValue(random: Random, { beyondJson = false, size = 1 }: MutateOptions = {}): unknown {
  const kinds: readonly (() => unknown)[] = [
    () => random.pick(hostileTexts),
    () => random.pick(hostileTexts),
    () => random.pick(hostileNumbers),
    () => random.pick(hostileNumbers),
    () => random.pick([null, true, false, [], {}, [[]], [null], [{}]]),
    ownPrototype,
    () => nested(Math.floor(random.pick([3, 120, 600, 2000]) * size), (inner) => [inner]),
    () => nested(Math.floor(random.pick([3, 120, 600, 2000]) * size), (inner) => ({ list: [inner], a: 1 })),
    () => "x".repeat(Math.floor(random.pick([10, 1000, 200_000]) * size)),
    () =>
      Array.from({ length: Math.floor(random.pick([10, 1000, 20_000]) * size) }, () => random.pick([0, "", null, {}])),
    () =>
      Object.fromEntries(Array.from({ length: Math.floor(random.pick([10, 2000]) * size) }, (_, at) => [`k${at}`, at])),
  ];
  const beyond: readonly (() => unknown)[] = [
    () => random.pick(oddNumbers),
    () => undefined,
    cycle,
    () => 10n ** 40n,
    () => new Map([["a", 1]]),
    () => new Uint8Array(16),
    () => new Date(Number.NaN),
  ];
  return random.pick(beyondJson ? [...kinds, ...beyond] : kinds)();
}

type Holder = Record<string, unknown> | unknown[];
const isHolder = (value: unknown): value is Holder =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);

interface Place {
  readonly holder: Holder;
  readonly key: string;
}

/** Places of a value, not more than some thousand of them. */
function placesOf(root: Holder): Place[] {
  const places: Place[] = [];
  const open: Holder[] = [root];
  for (let holder = open.pop(); holder && places.length < 5000; holder = open.pop())
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      const inner: unknown = Reflect.get(holder, key);
      if (isHolder(inner)) open.push(inner);
    }
  return places;
}

/** A text with a piece cut out, doubled or put in. */
export function mutatedText(text: string, random: Random): string {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + random.below(random.pick([2, 10, 200])));
  switch (random.below(5)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(from);
    case 2:
      return text.slice(0, from) + random.pick(hostileTexts) + text.slice(to);
    case 3:
      return text.slice(0, from) + text.slice(from, to).repeat(random.pick([2, 50])) + text.slice(to);
    default:
      return text.slice(0, from) + String.fromCharCode(random.below(0x10000)) + text.slice(from);
  }
}

function change({ holder, key }: Place, random: Random, options: MutateOptions): void {
  const value: unknown = Reflect.get(holder, key);
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case 1:
      if (Array.isArray(holder)) holder.push(value);
      else
        Object.defineProperty(holder, random.pick(hostileTexts), {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      break;
    case 2:
      if (typeof value === "string") Reflect.set(holder, key, mutatedText(value, random));
      else if (typeof value === "number") Reflect.set(holder, key, value + random.pick([-1, 1, 0.5, 2 ** 40]));
      else Reflect.set(holder, key, [value]);
      break;
    default:
      Reflect.set(holder, key, hostileValue(random, options));
  }
}

/** A copy with one to three places changed; now and then something else altogether. */
export function mutated(value: unknown, random: Random, options: MutateOptions = {}): unknown {
  if (!isHolder(value) || random.chance(0.03)) return hostileValue(random, options);
  const copy = structuredClone(value);
  for (let times = 1 + random.below(3); times > 0; times--) {
    const places = placesOf(copy);
    if (places.length === 0) break;
    change(random.pick(places), random, options);
  }
  return copy;
}

/** As JSON has it; empty where JSON does not have it, or it is nested too deep for who makes it. */
export function jsonText(value: unknown, indent = 0): string {
  try {
    const text: unknown = JSON.stringify(value, null, indent);
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}
