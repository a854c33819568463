/** Finds the program in what a model wrote. */

export interface ExtractedCode {
  readonly code: string;
  /** Language that the block names, in small letters; empty when it names none. */
  readonly tag: string;
}

/** What a completion says after its reasoning: behind the last `</think>`, inside the last `<answer>` if there is one. */
function spoken(completion: string): string {
  const end = completion.lastIndexOf("</think>");
  if (end < 0 && completion.includes("<think>")) return "";
  const rest = end < 0 ? completion : completion.slice(end + "</think>".length);
  const open = rest.lastIndexOf("<answer>");
  if (open < 0) return rest;
  const close = rest.indexOf("</answer>", open);
  return rest.slice(open + "<answer>".length, close < 0 ? undefined : close);
}

/** Blocks between fences of three or more backticks or tildes; a block that is not closed is none. */
function fencedBlocks(text: string): ExtractedCode[] {
  const blocks: ExtractedCode[] = [];
  let open: { fence: string; tag: string; lines: string[] } | null = null;
  for (const line of text.split(/\r?\n/)) {
    const [, fence, tag] = /^ {0,3}(`{3,}|~{3,})\s*([^\s`{]*)/.exec(line) ?? [];
    if (open === null) {
      if (fence !== undefined) open = { fence, tag: tag!.toLowerCase(), lines: [] };
    } else if (fence?.startsWith(open.fence) && line.trim() === fence) {
      blocks.push({ tag: open.tag, code: open.lines.join("\n") });
      open = null;
    } else open.lines.push(line);
  }
  return blocks;
}

const tags = {
  python: ["python", "py", "python3"],
  javascript: ["javascript", "js", "node", "mjs"],
} as const;

/**
 * The program of a completion: of the blocks after its reasoning that name the language, the last (`blocks: "all"`: all of
 * them, joined); where none names it, the same of those that name no language. Null when there is none, or it is empty.
 */
export function extractCode(
  completion: string,
  language: "python" | "javascript",
  blocks: "last" | "all" = "last",
): ExtractedCode | null {
  const all = fencedBlocks(spoken(completion)).filter(({ code }) => code.trim() !== "");
  const named = all.filter(({ tag }) => tags[language].some((name) => name === tag));
  const found = named.length > 0 ? named : all.filter(({ tag }) => tag === "");
  const last = found.at(-1);
  if (!last) return null;
  return blocks === "last" ? last : { tag: last.tag, code: found.map(({ code }) => code).join("\n") };
}
