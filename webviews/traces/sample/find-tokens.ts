/** Where a text stands among tokens. */
import { tokenText } from "../../shared/strip-rows";
import { type Tokens } from "./tokens";

/** Tokens from `first` up to `end`. */
export interface TokenRange {
  readonly first: number;
  readonly end: number;
}

/** Places that are looked for at most: who sees thousands looks for something else. */
export const mostFound = 1000;

/** The text of all tokens, and the place in it at which each begins. */
export function joinedTokens(tokens: Pick<Tokens, "count" | "ids" | "texts">): {
  readonly text: string;
  readonly starts: Int32Array;
} {
  const starts = new Int32Array(tokens.count + 1);
  const texts: string[] = [];
  for (let index = 0; index < tokens.count; index++) {
    const text = tokenText(tokens, index);
    starts[index + 1] = starts[index]! + text.length;
    texts.push(text);
  }
  return { text: texts.join(""), starts };
}

/** Whatever its case; at most {@link mostFound}. */
export function findTokens({ text, starts }: ReturnType<typeof joinedTokens>, needle: string): TokenRange[] {
  if (needle === "") return [];
  const folded = text.toLowerCase();
  // Lower case can be longer than the text (İ); places in it would then point elsewhere.
  const [within, wanted] = folded.length === text.length ? [folded, needle.toLowerCase()] : [text, needle];
  const found: TokenRange[] = [];
  let token = 0;
  for (let at = within.indexOf(wanted); at >= 0 && found.length < mostFound; at = within.indexOf(wanted, at + 1)) {
    while (starts[token + 1]! <= at) token++;
    let end = token + 1;
    while (starts[end]! < at + wanted.length) end++;
    found.push({ first: token, end });
  }
  return found;
}
