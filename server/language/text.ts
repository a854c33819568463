/** From places in a text as `server/recipes` and `server/rewards` say them to those of LSP. */
import type { Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";

interface Stretch {
  readonly offset: number;
  readonly length: number;
}

export const lspRange = (document: TextDocument, { offset, length }: Stretch): Range => ({
  start: document.positionAt(offset),
  end: document.positionAt(offset + length),
});

/** Of documents that are no files (of an earlier version, say, beside a newer one) nothing is said: what they name lies nowhere. */
const isFile = (uri: string): boolean => uri.startsWith("file:");
export const isRecipe = (uri: string): boolean => isFile(uri) && uri.endsWith(".lab.json");
export const isCases = (uri: string): boolean => isFile(uri) && uri.endsWith(".reward.cases.jsonl");
export const isReward = (uri: string): boolean => isFile(uri) && uri.endsWith(".reward.ts");

const before = (a: Range["start"], b: Range["start"]): boolean =>
  a.line < b.line || (a.line === b.line && a.character <= b.character);

/** Whether two ranges meet, were it at one place. */
export const overlaps = (a: Range, b: Range): boolean => before(a.start, b.end) && before(b.start, a.end);
