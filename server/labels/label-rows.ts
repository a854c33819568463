import { formatOf } from "../rows/read-rows";
import { textLines } from "../rows/text-blocks";

/**
 * Whether a file holds rows of `prompt`, `chosen` and `rejected` in place of labels: its first line says, and labels are JSONL. Throws when it cannot be
 * read.
 */
export function holdsRows(file: string): boolean {
  if (formatOf(file) !== "jsonl") return true;
  for (const { text } of textLines(file)) return /"rejected"\s*:/.test(text);
  return false;
}
