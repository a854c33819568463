/** The rows of a strip that are in the document: those near what is seen, each made once and kept while it is near. */
import { render } from "lit";
import { seenParts } from "../../server/shared/unseen";
import { shownText, tokenText, type StripRows, type StripTokens } from "./strip-rows";
import { visible } from "./visible";

/** How a token is tinted. */
export interface TokenLook {
  /** Beside `token`; empty: none. */
  readonly name: string;
  /** From 0 to 1; null: by nothing. */
  readonly heat: { readonly strength: number; readonly side: "low" | "high" } | null;
}

/** How tokens are marked. */
export interface StripMarks {
  readonly chosen: number | null;
  readonly pointed: number | null;
  /** Tokens of the place that was found, from `first` up to `end`. */
  readonly found: { readonly first: number; readonly end: number } | null;
}

export interface StripWindow {
  /** Makes rows anew from this one on: of other tokens, in another layout, with other tints. */
  reset(from?: number): void;
  /** Puts the rows from `first` up to `end` into the document, and no others. */
  show(first: number, end: number, height: number): void;
  /** Marks tokens otherwise than before. */
  mark(): void;
}

/** Shades of a tint. Tokens of one shade share their style, which a browser works out once; the numbers beside them are exact. */
const shades = 20;

/** What a token's text is drawn as. `plain`: all of its characters are seen. */
interface Written {
  readonly text: string;
  readonly plain: boolean;
}

/** Texts of tokens are set as text; characters that nobody sees are named. */
function write(span: HTMLElement, { text, plain }: Written): void {
  if (plain) span.textContent = text;
  else render(visible(text), span);
}

export function stripWindow(
  holder: HTMLElement,
  of: () => { readonly tokens: StripTokens; readonly laid: StripRows; readonly marks: StripMarks },
  look: (index: number) => TokenLook,
): StripWindow {
  const rows = new Map<number, HTMLElement>();
  /** Of these tokens, by id. */
  const written = { of: null as StripTokens | null, texts: new Map<number, Written>() };
  let marked: StripMarks = { chosen: null, pointed: null, found: null };

  const isMarked = (index: number, { chosen, pointed, found }: StripMarks): boolean =>
    index === chosen || index === pointed || (found !== null && index >= found.first && index < found.end);

  const markToken = (span: HTMLElement, index: number, marks: StripMarks): void => {
    const { chosen, pointed, found } = marks;
    span.classList.toggle("chosen", index === chosen);
    if (index === chosen) span.id = "chosen-token";
    else if (span.id !== "") span.removeAttribute("id");
    span.classList.toggle("pointed", index === pointed);
    span.classList.toggle("hit", found !== null && index >= found.first && index < found.end);
  };

  const writtenOf = (tokens: StripTokens, index: number): Written => {
    if (written.of !== tokens) {
      written.of = tokens;
      written.texts.clear();
    }
    const id = tokens.ids[index] ?? -1;
    const known = written.texts.get(id);
    if (known !== undefined) return known;
    const text = shownText(tokenText(tokens, index));
    const found = { text, plain: seenParts(text).every(({ name }) => name === null) };
    written.texts.set(id, found);
    return found;
  };

  const make = (row: number): HTMLElement => {
    const { tokens, laid, marks } = of();
    const element = document.createElement("div");
    element.className = "row";
    for (let index = laid.starts[row]!; index < laid.starts[row + 1]!; index++) {
      const span = document.createElement("span");
      const { name, heat } = look(index);
      span.className = `token ${name}`.trimEnd();
      span.dataset["index"] = String(index);
      if (heat?.side === "low") span.dataset["side"] = "low";
      // What differs from plain is seen to.
      if (heat && heat.strength > 0) span.dataset["shade"] = String(Math.max(1, Math.round(heat.strength * shades)));
      write(span, writtenOf(tokens, index));
      if (isMarked(index, marks)) markToken(span, index, marks);
      element.append(span);
    }
    return element;
  };

  const spanOf = (index: number | null): HTMLElement | null =>
    index === null ? null : holder.querySelector<HTMLElement>(`[data-index="${index}"]`);

  return {
    reset(from = 0) {
      for (const [row, element] of rows)
        if (row >= from) {
          element.remove();
          rows.delete(row);
        }
      marked = of().marks;
    },
    show(first, end, height) {
      for (const [row, element] of rows)
        if (row < first || row >= end) {
          element.remove();
          rows.delete(row);
        }
      for (let row = first; row < end; row++) {
        if (rows.has(row)) continue;
        const element = make(row);
        element.style.top = `${row * height}px`;
        rows.set(row, element);
        holder.append(element);
      }
    },
    mark() {
      const { marks } = of();
      if (marks.found !== marked.found)
        for (const span of holder.querySelectorAll<HTMLElement>(".token"))
          markToken(span, Number(span.dataset["index"]), marks);
      else
        for (const index of [marked.chosen, marked.pointed, marks.chosen, marks.pointed]) {
          const span = spanOf(index);
          if (span && index !== null) markToken(span, index, marks);
        }
      marked = marks;
    },
  };
}
