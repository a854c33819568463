/** Maths in running text: `$…$` and `\(…\)` within a line, `$$…$$` and `\[…\]` over lines. */
export interface Environment {
  readonly text: string;
  /** Index of its opening. */
  readonly start: number;
  /** Index behind it. */
  readonly end: number;
}

const closings: ReadonlyMap<string, string> = new Map([
  ["$", "$"],
  ["$$", "$$"],
  ["\\(", "\\)"],
  ["\\[", "\\]"],
]);

/** All environments in one pass. An opening without its end is none. */
export function allEnvironments(text: string): Environment[] {
  const found: Environment[] = [];
  let open = "";
  let [start, opened] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "\n") {
      if (open === "$" || open === "\\(") open = "";
    } else if (character === "$" || character === "\\") {
      let mark = character;
      if (character === "$" && text[at + 1] === "$" && open !== "$") mark = "$$";
      if (character === "\\") mark = text.slice(at, at + 2);
      const begins = at;
      at += mark.length - 1;
      if (open !== "" && closings.get(open) === mark) {
        const inside = text.slice(start, begins).trim();
        if (inside !== "") found.push({ text: inside, start: opened, end: at + 1 });
        open = "";
      } else if (closings.has(mark) && (open === "" || (open.startsWith("\\") && mark.startsWith("\\")))) {
        open = mark;
        opened = begins;
        start = at + 1;
      }
    }
  }
  return found;
}

/** The maths that a text begins with; null when it begins with anything else. */
export function leadingEnvironment(text: string): string | null {
  if (!/^(?:\$|\\\(|\\\[)/.test(text)) return null;
  const first = allEnvironments(text.slice(0, 8_000))[0];
  return first === undefined || !text.slice(0, first.end).includes(first.text) ? null : first.text;
}

/** The last maths of a text, rather one that is more than a single name; with a percent sign that follows. */
export function lastEnvironment(text: string): Environment | null {
  const all = allEnvironments(text);
  const last = all.findLast(({ text: inside }) => !/^\\?[a-zA-Z]+$/.test(inside)) ?? all.at(-1);
  if (last === undefined) return null;
  const percent = /^\s*(?:\\?%|percent\b)/.test(text.slice(last.end, last.end + 12));
  return percent ? { ...last, text: `${last.text}\\%` } : last;
}
