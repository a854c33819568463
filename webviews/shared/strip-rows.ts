/** Tokens laid out in rows of one height, so that the place of each is known without drawing those before it. */
import { seenParts } from "../../server/shared/unseen";

/** Tokens by their ids, and the text of each id. */
export interface StripTokens {
  readonly count: number;
  /** `[count]` */
  readonly ids: ArrayLike<number>;
  readonly texts: ReadonlyMap<number, string>;
}

/** Text of a token; one that nobody knows stands by its id. */
export function tokenText({ ids, texts }: Pick<StripTokens, "ids" | "texts">, index: number): string {
  const id = ids[index] ?? -1;
  return texts.get(id) ?? `⟨${id}⟩`;
}

/** Characters of one token that the strip shows. */
const mostShown = 200;

/** What the strip shows of a token's text: white space as something that can be seen and pointed at, of a long one its beginning. */
export function shownText(text: string): string {
  if (text === "") return "∅";
  const cut = text.length > mostShown ? `${text.slice(0, mostShown).toWellFormed()}…` : text;
  return cut.replaceAll("\r\n", "↵").replaceAll("\n", "↵").replaceAll("\t", "⇥");
}

/** Glyphs of double width in a monospaced font. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** In widths of a digit. An estimate: a row that turns out wider can be scrolled. */
export function widthOf(text: string): number {
  let width = 0;
  for (const part of seenParts(shownText(text))) {
    if (part.name !== null) width += part.name.length + 3;
    else for (const character of part.text) width += wide.test(character) ? 2 : 1;
  }
  return width;
}

export interface StripRows {
  /** `[rows + 1]`: first token of each row; behind the last the number of tokens. */
  readonly starts: Int32Array;
  readonly rows: number;
}

/** @param width of a row and @param gap between tokens, in widths of a digit. A token that ends a line ends its row. */
export function layRows(tokens: StripTokens, width: number, gap: number): StripRows {
  const known = new Map<number, { readonly width: number; readonly ends: boolean }>();
  const starts: number[] = [];
  let filled = Infinity;
  for (let index = 0; index < tokens.count; index++) {
    const id = tokens.ids[index]!;
    let one = known.get(id);
    if (one === undefined) {
      const text = tokenText(tokens, index);
      one = { width: widthOf(text) + gap, ends: text.includes("\n") };
      known.set(id, one);
    }
    if (filled + one.width > width) {
      starts.push(index);
      filled = 0;
    }
    filled = one.ends ? Infinity : filled + one.width;
  }
  return { starts: Int32Array.from([...starts, tokens.count]), rows: starts.length };
}

/** The row that a token stands in; -1 where there is none. */
export function rowOf({ starts, rows }: StripRows, token: number): number {
  let [low, high] = [0, rows - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= token) low = middle;
    else high = middle - 1;
  }
  return rows === 0 ? -1 : low;
}

/** The token that a key leads to from another; null: it leads nowhere. `page`: rows that are seen at once. */
export function moved(laid: StripRows, from: number, key: string, page: number): number | null {
  const { starts, rows } = laid;
  const last = starts[rows]! - 1;
  if (last < 0) return null;
  const row = rowOf(laid, from);
  const inRow = (to: number): number => {
    const target = Math.min(rows - 1, Math.max(0, to));
    return Math.min(starts[target]! + (from - starts[row]!), starts[target + 1]! - 1);
  };
  switch (key) {
    case "ArrowRight":
      return Math.min(last, from + 1);
    case "ArrowLeft":
      return Math.max(0, from - 1);
    case "ArrowDown":
      return inRow(row + 1);
    case "ArrowUp":
      return inRow(row - 1);
    case "PageDown":
      return inRow(row + page);
    case "PageUp":
      return inRow(row - page);
    case "Home":
      return starts[row]!;
    case "End":
      return starts[row + 1]! - 1;
    case "Control+Home":
      return 0;
    case "Control+End":
      return last;
    default:
      return null;
  }
}
