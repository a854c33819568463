/** JSON of others: how deep and how large it is, is known before anything is made of it. */
import { amount } from "./amount";
import { UserError } from "./user-error";

export interface JsonBounds {
  /** Arrays and objects within each other. */
  readonly depth: number;
  /** Values, keys included. */
  readonly values: number;
}

/** For what people and this product write: recipes, records, rows of data. */
export const plainJson: JsonBounds = { depth: 100, values: 5_000_000 };

const code = (character: string): number => character.charCodeAt(0);
const quote = code('"');
const backslash = code("\\");
const opening = new Set([code("["), code("{")]);
const closing = new Set([code("]"), code("}")]);
const between = new Set([code(","), code(":")]);

/** What is beyond the bounds, in words that follow the text's name; null: nothing. It takes one look at each character. */
export function beyondBounds(text: string, { depth: deepest, values: most }: JsonBounds): string | null {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === quote) {
      for (at++; at < text.length && text.charCodeAt(at) !== quote; at++) if (text.charCodeAt(at) === backslash) at++;
    } else if (opening.has(character)) {
      if (++depth > deepest) return `is nested deeper than ${deepest} levels`;
      values++;
    } else if (closing.has(character)) depth--;
    else if (between.has(character)) values++;
    if (values > most) return `has more than ${amount(most)} values`;
  }
  return null;
}

/** JSON that is too deep or too large to be worked with. */
export class JsonBoundsError extends UserError {
  override readonly name = "JsonBoundsError";
}

/** As `JSON.parse`; throws {@link JsonBoundsError} before it makes anything of a text beyond the bounds. */
export function parseBoundedJson(text: string, bounds: JsonBounds = plainJson): unknown {
  const beyond = beyondBounds(text, bounds);
  if (beyond !== null) throw new JsonBoundsError(`it ${beyond}`);
  const value: unknown = JSON.parse(text);
  return value;
}
