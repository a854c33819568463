/**
 * JSON whose numbers stay as they are written. A number that a double cannot hold arrives as its text; of the others, the text is kept beside the
 * value, because `1.0` and `1e3` are what the file says, not `1` and `1000`.
 */
import { beyondBounds, plainJson } from "../shared/bounded-json";
import { withoutAtEnd } from "../shared/without-end";
import { UserError } from "../shared/user-error";

declare global {
  interface JSON {
    /** As ECMAScript 2026 has it: `source` is how a number, text, boolean or null is written. */
    parse(
      text: string,
      reviver: (
        this: object,
        key: string,
        value: unknown,
        context: { readonly source?: string | undefined },
      ) => unknown,
    ): unknown;
    /** What {@link JSON.stringify} writes as this text. */
    rawJSON(text: string): object;
  }
}

/**
 * Where the object or list that holds numbers says how they are written; those that a double prints in the same way have no entry. A copy of the object
 * by `{ ...row }` says it too, JSON does not.
 */
const sources = Symbol("numbers as they are written");

const sourcesOf = (holder: object): Map<string, string> | null => {
  const known: unknown = Reflect.get(holder, sources);
  return known instanceof Map ? (known as Map<string, string>) : null;
};

/** Digits of a decimal number without zeros at its ends, and the power of ten of the last one. */
function decimalOf(source: string): { readonly digits: string; readonly exponent: number } | null {
  const parts = /^-?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (!parts) return null;
  const [, whole = "", fraction = "", power = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = withoutAtEnd(digits, "0");
  if (significant === "") return { digits: "", exponent: 0 };
  return { digits: significant, exponent: Number(power) - fraction.length + digits.length - significant.length };
}

/** Most digits that `toPrecision` prints. */
const mostDigits = 100;

/** Whether a double, printed with as many digits as the number is written with or in the shortest way, says the same number. */
export function fitsDouble(source: string): boolean {
  const value = Number(source);
  if (!Number.isFinite(value)) return false;
  const written = /^-?([\d.]+)/.exec(source)?.[1]?.replace(".", "").replace(/^0+/, "") ?? "";
  const wanted = decimalOf(source);
  if (wanted === null || written.length > mostDigits) return false;
  if (wanted.digits === "") return true;
  if (value === 0) return false;
  const same = (text: string): boolean => {
    const printed = decimalOf(text);
    return printed !== null && printed.digits === wanted.digits && printed.exponent === wanted.exponent;
  };
  const size = Math.abs(value);
  // The shortest text that reads as a double is not always the nearest of its length. That of a large whole number ends in zeros which say nothing.
  const shortest = Number.isInteger(value) && size > Number.MAX_SAFE_INTEGER && size < 1e21 ? null : String(size);
  return same(size.toPrecision(Math.max(1, written.length))) || (shortest !== null && same(shortest));
}

/** The value that a number of a file arrives as, in the object or list that will hold it under this key. */
export function numberIn(holder: object, key: string, source: string): number | string {
  const value = fitsDouble(source) ? Number(source) : source;
  if (typeof value === "string" || String(value) !== source) {
    const known = sourcesOf(holder)?.set(key, source);
    if (!known) Object.defineProperty(holder, sources, { value: new Map([[key, source]]), enumerable: true });
  }
  return value;
}

/** How the number under a key is written in its file; null: there is no number, or it is written as `String` writes it. */
export function numberSource(holder: object, key: string): string | null {
  const source = sourcesOf(holder)?.get(key);
  if (source === undefined) return null;
  const value: unknown = Reflect.get(holder, key);
  // Of a copy in which something else stands there now, it says nothing.
  return value === source || Object.is(value, Number(source)) ? source : null;
}

/** Whether there may be a number that JSON would write otherwise: a point, an exponent, a minus zero, or more digits than a double holds. */
const mayDiffer = /\d[.eE]|-0|\d{16}/;

/** Whether there are more brackets that open than may be within each other, or more characters than values: the rest needs no closer look. */
function mayBeBeyond(text: string): boolean {
  if (text.length > plainJson.values) return true;
  let opened = 0;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++opened > plainJson.depth) return true;
  return false;
}

/**
 * As `JSON.parse`, with exact numbers. Throws what `JSON.parse` throws, and an Error when the text is nested so deeply that nothing can be done
 * with it.
 */
export function parseExactJson(text: string): unknown {
  const beyond = mayBeBeyond(text) ? beyondBounds(text, plainJson) : null;
  if (beyond !== null) throw new UserError(`it ${beyond}`);
  if (!mayDiffer.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, function (key, value, { source }) {
    return typeof value === "number" && source !== undefined && source !== String(value)
      ? numberIn(this, key, source)
      : value;
  });
}

/** JSON in one line; numbers as their file writes them. */
export const exactJson = (value: unknown): string =>
  JSON.stringify(value, function (this: object, key: string, item: unknown) {
    const source = numberSource(this, key);
    return source === null || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(source)
      ? item
      : JSON.rawJSON(source);
  });
