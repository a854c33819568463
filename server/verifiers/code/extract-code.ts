/** Finds the program in what a model wrote. */
import { fencedBlocks, isWithin } from "../format/fences";
import { afterReasoning, type ReasoningOptions } from "../format/split-reasoning";

export interface ExtractedCode {
  readonly code: string;
  /** Language that the block names, in small letters; empty when it names none. */
  readonly tag: string;
}

/** The text of the last `<answer>` outside of code, where there is one: to its end, or to the end of the text. */
function answerOf(text: string): string {
  const blocks = fencedBlocks(text);
  const outside = [...text.matchAll(/<(\/?)answer>/g)].filter(({ index }) => !isWithin(blocks, index));
  const last = outside.findLastIndex(([, slash]) => slash === "");
  if (last < 0) return text;
  const start = outside[last]!.index + "<answer>".length;
  return text.slice(start, outside[last + 1]?.index);
}

/** What a completion says behind its reasoning, with tags and fences that share a line on lines of their own. */
function spoken(completion: string, options: ReasoningOptions): string {
  const apart = afterReasoning(completion, options)
    .replaceAll(/<answer>(?=[ \t]*(?:```|~~~))/g, "<answer>\n")
    .replaceAll(/(?<=```|~~~)[ \t]*(?=<\/answer>)/g, "\n");
  return answerOf(apart);
}

/** Without the white space that all lines begin with: a block in a list is indented with it. */
function dedented(lines: readonly string[]): string {
  const first = lines.find((line) => line.trim() !== "") ?? "";
  let common = /^[ \t]*/.exec(first)![0];
  for (const line of lines) while (line.trim() !== "" && !line.startsWith(common)) common = common.slice(0, -1);
  return lines.map((line) => (line.startsWith(common) ? line.slice(common.length) : "")).join("\n");
}

/** `python:sol.py`, `{.python}`, `python title="x"`, `language-python`, `sol.py`: what is behind a fence names a language in many ways. */
function tagOf(info: string): string {
  const [name = ""] =
    /^[^\s:,;={}()"'`]+/.exec(info.toLowerCase().replace(/^[{\s]*(?:\.|lang(?:uage)?[-=:])?/, "")) ?? [];
  const extension = /\.([a-z]+)$/.exec(name)?.[1] ?? "";
  return Object.values(tags).some((pattern) => pattern.test(extension)) ? extension : name;
}

const tags = {
  python: /^(?:c?python|py|pypy|ipython)[\d.]*$/,
  javascript: /^(?:javascript|ecmascript|js|node|nodejs|mjs|cjs)$/,
  typescript: /^(?:typescript|ts|mts|cts)$/,
} as const;

/**
 * The program of a completion: of the blocks after its reasoning that name the language, the last (`blocks: "all"`: all of
 * them, joined); where none names it, the same of those that name no language. Null when there is none, or it is empty.
 */
export function extractCode(
  completion: string,
  language: "python" | "javascript" | "typescript",
  blocks: "last" | "all" = "last",
  options: ReasoningOptions = {},
): ExtractedCode | null {
  const all = fencedBlocks(spoken(completion, options))
    .filter(({ closed }) => closed)
    .map(({ info, lines }) => ({ tag: tagOf(info), code: dedented(lines).replace(/^\uFEFF/, "") }))
    .filter(({ code }) => code.trim() !== "");
  // All JavaScript is TypeScript.
  const ways = language === "typescript" ? [tags.typescript, tags.javascript] : [tags[language]];
  const found = [...ways, /^$/].map((way) => all.filter(({ tag }) => way.test(tag))).find(({ length }) => length > 0);
  const last = found?.at(-1);
  if (!found || !last) return null;
  return blocks === "last" ? last : { tag: last.tag, code: found.map(({ code }) => code).join("\n") };
}
