/** Diagnostics, hovers and completions of recipes, in the words of LSP. */
import { dirname } from "node:path";
import { CodeActionKind, CompletionItemKind, DiagnosticSeverity, InsertTextFormat } from "vscode-languageserver";
import type { CodeAction, CompletionItem, Diagnostic, Hover, Position, Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { termsIn, type Term } from "../protocol/glossary";
import { completeAt, earlierStages, hoverAt } from "../recipes/assist";
import type { KnownValues } from "../recipes/assist";
import { parseRecipe, type RecipeProblem } from "../recipes/parse";
import { diskSurroundings } from "../launch/read-recipe";
import { rewardReferences } from "./reward-references";
import { lspRange, overlaps } from "./text";
import { pathOfUri } from "../files/path-of-uri";

const folderOf = (document: TextDocument): string => dirname(pathOfUri(document.uri));

const problemsOf = (document: TextDocument, touches: (path: string) => boolean): readonly RecipeProblem[] =>
  parseRecipe(document.getText(), diskSurroundings(folderOf(document), touches)).problems;

const diagnosticOf = (document: TextDocument, problem: RecipeProblem): Diagnostic => ({
  range: lspRange(document, problem),
  severity: problem.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  source: "Reasoning Lab",
  message: problem.message,
});

/** `touches`: whether a path that the recipe names may be looked at. */
export const recipeDiagnostics = (document: TextDocument, touches: (path: string) => boolean): Diagnostic[] =>
  problemsOf(document, touches).map((problem) => diagnosticOf(document, problem));

/** What can be done about what is wrong within a range: a model of the Hub that is not on this machine is brought. */
export const recipeActions = (document: TextDocument, range: Range, touches: (path: string) => boolean): CodeAction[] =>
  problemsOf(document, touches).flatMap((problem) => {
    const { missingModel } = problem;
    const diagnostic = diagnosticOf(document, problem);
    if (missingModel === undefined || !overlaps(diagnostic.range, range)) return [];
    const title = `Get ${missingModel}`;
    const command = { title, command: "reasoningLab.getModel", arguments: [missingModel] };
    return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], isPreferred: true, command }];
  });

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
