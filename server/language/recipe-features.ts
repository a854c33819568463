/** Diagnostics, hovers and completions of recipes, in the words of LSP. */
import { dirname } from "node:path";
import { CompletionItemKind, DiagnosticSeverity, InsertTextFormat } from "vscode-languageserver";
import type { CompletionItem, Diagnostic, Hover, Position } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { termsIn, type Term } from "../protocol/glossary";
import { completeAt, earlierStages, hoverAt } from "../recipes/assist";
import type { KnownValues } from "../recipes/assist";
import { parseRecipe } from "../recipes/parse";
import { diskSurroundings } from "../launch/read-recipe";
import { rewardReferences } from "./reward-references";
import { lspRange } from "./text";
import { pathOfUri } from "../files/path-of-uri";

const folderOf = (document: TextDocument): string => dirname(pathOfUri(document.uri));

/** `touches`: whether a path that the recipe names may be looked at. */
export function recipeDiagnostics(document: TextDocument, touches: (path: string) => boolean): Diagnostic[] {
  return parseRecipe(document.getText(), diskSurroundings(folderOf(document), touches)).problems.map((problem) => ({
    range: lspRange(document, problem),
    severity: problem.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: "Reasoning Lab",
    message: problem.message,
  }));
}

/** More would be longer than what they explain. */
const mostTerms = 4;

/** Links to the glossary's entries of the terms that a text names, by the client's command; "" without any. */
function termLinks(text: string): string {
  const link = ({ term }: Term): string =>
    `[${term}](command:reasoningLab.openGlossary?${encodeURIComponent(JSON.stringify([term]))})`;
  const links = termsIn(text).slice(0, mostTerms).map(link);
  return links.length === 0 ? "" : `\n\nGlossary: ${links.join(" · ")}`;
}

export function recipeHover(document: TextDocument, position: Position): Hover | null {
  const hover = hoverAt(document.getText(), document.offsetAt(position));
  if (hover === null) return null;
  const value = `${hover.markdown}${termLinks(hover.markdown)}`;
  return { contents: { kind: "markdown", value }, range: lspRange(document, hover) };
}

export function recipeCompletions(document: TextDocument, position: Position): CompletionItem[] {
  const text = document.getText();
  const known: KnownValues = (path) => {
    const [first, , key] = path;
    if (first === "rewards" && key === "function") return rewardReferences(folderOf(document));
    return earlierStages(text, path);
  };
  return completeAt(text, document.offsetAt(position), known).map((completion) => ({
    label: completion.label,
    kind: completion.kind === "key" ? CompletionItemKind.Property : CompletionItemKind.Value,
    detail: completion.detail,
    documentation: { kind: "markdown", value: completion.documentation },
    insertTextFormat: InsertTextFormat.PlainText,
    filterText: completion.insert,
    textEdit: { range: lspRange(document, completion.range), newText: completion.insert },
  }));
}
