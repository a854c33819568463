import { limits } from "./budget";

/** The last `\boxed{…}` of a text, with those that belong to it: `\boxed{1} and \boxed{2}`. */
export interface Boxes {
  /** Each once; more than `limits.items` are not looked for. */
  readonly contents: readonly string[];
  /** Index behind the last one. */
  readonly end: number;
}

interface Box {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

const opening = /\\(?:boxed|fbox)\s*/g;

/** Index of the closing brace for each opening brace from `start` on, in one pass. */
function matchingBraces(text: string, start: number): Map<number, number> {
  const open: number[] = [];
  const pairs = new Map<number, number>();
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "{") open.push(at);
    else if (character === "}") {
      const begin = open.pop();
      if (begin !== undefined) pairs.set(begin, at);
    }
  }
  return pairs;
}

/** `unclosed`: a box without its brace reaches to the end of its line. */
function allBoxes(text: string, unclosed: boolean): Box[] {
  const [boxed, framed] = [text.indexOf("\\boxed"), text.indexOf("\\fbox")];
  const first = boxed < 0 || framed < 0 ? Math.max(boxed, framed) : Math.min(boxed, framed);
  if (first < 0) return [];
  const pairs = matchingBraces(text, first);
  const boxes: Box[] = [];
  let behind = 0;
  for (const match of text.slice(first).matchAll(opening)) {
    const start = first + match.index;
    // Within the box before: `\boxed{\boxed{5}}` is one box.
    if (start < behind) continue;
    const brace = start + match[0].length;
    if (text[brace] === "{") {
      const close = pairs.get(brace);
      if (close === undefined) {
        const line = text.indexOf("\n", brace);
        const end = line < 0 ? text.length : line;
        boxes.push({ start, end, content: unclosed ? text.slice(brace + 1, end) : "" });
        behind = end;
      } else {
        boxes.push({ start, end: close + 1, content: text.slice(brace + 1, close) });
        behind = close + 1;
      }
    } else {
      // `\boxed 5`
      const word = /^[^\s$\\{}.,]{1,40}/.exec(text.slice(brace, brace + 40))?.[0] ?? "";
      boxes.push({ start, end: brace + word.length, content: word });
      behind = brace + word.length;
    }
  }
  return boxes;
}

/** Between boxes that are one answer: nothing, signs, `and`, `or`, few words with one of these, the name of the next. */
function joins(between: string): boolean {
  if (between.length > 100) return false;
  const text = between
    .replaceAll(/\\(?:text|textbf|mathrm)\s*\{([^{}]*)\}/g, " $1 ")
    .replaceAll(/\\(?:quad|qquad|[,;:!()[\] ])|[$~]|\\+$/g, " ")
    .trim();
  if (/^[,;+&/\s]*$/.test(text)) return true;
  if (/[.?!\n]/.test(between)) return false;
  const words = text.split(/[^a-zA-Z]+/).filter((word) => word.length > 1);
  if (words.includes("and") || words.includes("or")) return words.length <= 6;
  return /^[,;]\s*[a-zA-Z](?:_\{?\w{1,3}\}?)?\s*=$/.test(text);
}

/** Null without a box. */
export function findBoxes(text: string, unclosed: boolean): Boxes | null {
  const boxes = allBoxes(text, unclosed);
  const last = boxes.at(-1);
  if (last === undefined) return null;
  const contents = new Set([last.content]);
  for (let at = boxes.length - 2; at >= 0 && contents.size <= limits.items; at--) {
    if (!joins(text.slice(boxes[at]!.end, boxes[at + 1]!.start))) break;
    contents.add(boxes[at]!.content);
  }
  return { contents: [...contents].reverse(), end: last.end };
}
