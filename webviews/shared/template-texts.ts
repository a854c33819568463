/**
 * The texts that people read in a template of lit: what stands between two tags, and attributes that are read out. A hole of the template within a text is
 * `{0}`, `{1}`, … of its message, so that a language may put them in another order.
 */

/** A template's strings, joined: hole `i` is the private-use character U+E000 + i. */
const firstHole = 0xe000;
const holes = /[\ue000-\uefff]/gu;
const holeOf = (index: number): string => String.fromCharCode(firstHole + index);
const indexOf = (hole: string): number => hole.charCodeAt(0) - firstHole;

/** Attributes whose value is a text. */
const readAttributes: ReadonlySet<string> = new Set([
  "title",
  "aria-label",
  "placeholder",
  "label",
  "alt",
  "aria-description",
]);

interface Found {
  /** In the joined strings, without the white space around it. */
  readonly start: number;
  readonly end: number;
}

const joined = (strings: readonly string[]): string =>
  strings.map((part, index) => (index === 0 ? part : holeOf(index - 1) + part)).join("");

/** Without white space around it; null where there is nothing to read: a hole alone has its text from elsewhere. */
function trimmed(text: string, start: number, end: number): Found | null {
  const part = text.slice(start, end);
  if (!/\p{L}/u.test(part.replaceAll(holes, "").replaceAll(/&\w+;/g, ""))) return null;
  const before = part.length - part.trimStart().length;
  const after = part.length - part.trimEnd().length;
  return { start: start + before, end: end - after };
}

/** One pass over the markup. Raw text (`<style>`) is not used in pages, and comments have no text. */
function textsIn(text: string): Found[] {
  const found: Found[] = [];
  const add = (start: number, end: number): void => {
    const one = trimmed(text, start, end);
    if (one) found.push(one);
  };
  let at = 0;
  while (at < text.length) {
    const tag = text.indexOf("<", at);
    if (tag < 0) break;
    add(at, tag);
    if (text.startsWith("<!--", tag)) {
      const end = text.indexOf("-->", tag);
      at = end < 0 ? text.length : end + 3;
      continue;
    }
    at = tag + 1;
    // Within a tag: attributes, until a `>` outside of quotes.
    while (at < text.length && text[at] !== ">") {
      const attribute = /^([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))/u.exec(text.slice(at));
      if (!attribute) {
        at++;
        continue;
      }
      const [whole, name = "", double, single] = attribute;
      const value = double ?? single;
      if (value !== undefined && readAttributes.has(name)) {
        const start = at + whole.length - 1 - value.length;
        add(start, start + value.length);
      }
      at += whole.length;
    }
    at++;
  }
  add(at, text.length);
  return found;
}

const plain = (text: string): string => text.replaceAll(/\s+/g, " ");

function messageOf(text: string): { readonly message: string; readonly holes: readonly number[] } {
  const order: number[] = [];
  const message = plain(text).replaceAll(holes, (hole) => `{${order.push(indexOf(hole)) - 1}}`);
  return { message, holes: order };
}

/** The messages of a template, in order. */
export const messagesOf = (strings: readonly string[]): string[] => {
  const text = joined(strings);
  return textsIn(text).map(({ start, end }) => messageOf(text.slice(start, end)).message);
};

export interface TranslatedTemplate {
  readonly strings: readonly string[];
  /** Which hole of the original stands at each hole. */
  readonly order: readonly number[];
}

/**
 * The template in another language. A translation that leaves a hole out, or has one twice, is not used: what it stands for would be lost. Null: there is
 * nothing to change.
 */
export function translated(
  strings: readonly string[],
  textOf: (message: string) => string | undefined,
): TranslatedTemplate | null {
  const text = joined(strings);
  let made = "";
  let from = 0;
  for (const { start, end } of textsIn(text)) {
    const { message, holes: order } = messageOf(text.slice(start, end));
    const other = textOf(message);
    if (other === undefined) continue;
    const used = [...other.matchAll(/\{(\d+)\}/g)].map(([, index]) => Number(index)).sort((a, b) => a - b);
    if (used.join() !== order.map((_, index) => index).join()) continue;
    // Markup of a translation is text, as a text's is.
    const safe = other.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
    made +=
      text.slice(from, start) + safe.replaceAll(/\{(\d+)\}/g, (_, index: string) => holeOf(order[Number(index)]!));
    from = end;
  }
  if (from === 0) return null;
  made += text.slice(from);
  return { strings: made.split(holes), order: [...made.matchAll(holes)].map(([hole]) => indexOf(hole)) };
}
