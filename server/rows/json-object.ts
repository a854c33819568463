/** One line of JSONL. */
import * as z from "zod";
import { parseExactJson } from "./exact-json";
import type { Columns } from "./row";
import { messageOf, UserError } from "../shared/user-error";

const objectSchema = z.custom<Columns>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** Characters in which a mistake is looked for. */
const longestLook = 100_000;

/** The text without its strings, so that what stands outside of them can be looked for. */
const withoutStrings = (text: string): string => text.replace(/"(?:[^"\\]|\\.)*"?/g, '""');

/** What people mean who write this in place of JSON. */
function mistakeIn(line: string): string | null {
  const text = line.slice(0, longestLook);
  const trimmed = text.trim();
  const bare = withoutStrings(text);
  const number = /(?<![\w.])-?(?:NaN|Infinity)(?!\w)/.exec(bare)?.[0];
  if (number !== undefined)
    return `${number} is not JSON, though json.dumps of Python writes it. Write null or a text in its place, or leave the row out`;
  if (trimmed === "[" || trimmed === "]")
    return "this is one JSON array, not JSONL. Write one object a line, without brackets and commas around: jq -c '.[]' FILE";
  if (trimmed === "{" || trimmed === "}")
    return "this is JSON over several lines, not JSONL. Write each object in one line: jq -c . FILE";
  if (/^[{[]\s*'/.test(trimmed) || /(?<!\w)(?:None|True|False)(?!\w)/.test(bare))
    return "this is how Python prints a value, not JSON. Write it with json.dumps(row)";
  if (/^<(?:!doctype|html)/i.test(trimmed)) return "this is a web page, not JSON. Was the file downloaded to its end?";
  if (/^version https:\/\/git-lfs/.test(trimmed))
    return "this is a pointer of Git LFS, not the file itself. Get it: git lfs pull";
  return null;
}

/** Throws with what is wrong, without the place. */
export function parseJsonObject(text: string): Columns {
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (error) {
    throw new UserError(mistakeIn(text) ?? `not JSON: ${messageOf(error)}`, { cause: error });
  }
  const parsed = objectSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `a row must be a JSON object${Array.isArray(value) ? ", not an array. Write one object a line" : ""}`,
  );
}
