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

export const isRecipe = (uri: string): boolean => uri.endsWith(".lab.json");
export const isReward = (uri: string): boolean => uri.endsWith(".reward.ts");
