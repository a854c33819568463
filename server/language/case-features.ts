/** Diagnostics, hovers and completions of files of cases, in the words of LSP. */
import { basename } from "node:path";
import { CompletionItemKind, DiagnosticSeverity, InsertTextFormat } from "vscode-languageserver";
import type { CompletionItem, Diagnostic, Hover, Position, Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { pathOfUri } from "../files/path-of-uri";
import { suggestion } from "../recipes/did-you-mean";
import type { TextRange } from "../recipes/positions";
import { completeInCase, hoverInCase } from "../rewards/case-assist";
import { parseCases, rewardFileOf } from "../rewards/cases";
import { discoverRewards } from "../rewards/discover";

/** Text of a reward file as the editor has it, else as it stands on disk; null: there is none that can be read. */
export type TextOf = (file: string) => string | null;

/** Names of the rewards of a file; null: it cannot be read, or says less than it will. */
function namesIn(text: string | null): string[] | null {
  if (text === null) return null;
  const { rewards, problems } = discoverRewards(text);
  return problems.length > 0 ? null : rewards.map(({ name }) => name);
}

const rewardFile = (document: TextDocument): string => rewardFileOf(pathOfUri(document.uri));

/** A stretch of one line; `line` from 0. */
const inLine = (line: number, column: number, length: number): Range => ({
  start: { line, character: column - 1 },
  end: { line, character: column - 1 + length },
});

/** Diagnostics of one file: each takes its place in the list of problems. */
const mostDiagnostics = 200;

export function caseDiagnostics(document: TextDocument, textOf: TextOf): Diagnostic[] {
  const text = document.getText();
  const { cases, problems } = parseCases(text);
  const file = rewardFile(document);
  const source = textOf(file);
  const names = namesIn(source);
  const lines = text.split("\n");
  const wrong = problems.map(({ line, column, length, message }) => ({
    range: inLine(line - 1, column, length),
    severity: DiagnosticSeverity.Error,
    source: "Reasoning Lab",
    message,
  }));
  const orphans =
    source === null && cases.length > 0
      ? [
          {
            range: inLine(cases[0]!.line - 1, 1, 1),
            severity: DiagnosticSeverity.Warning,
            source: "Reasoning Lab",
            message: `There is no ${basename(file)} beside this file: its cases are of no reward.`,
          },
        ]
      : [];
  const strangers = cases.flatMap(({ reward, line }) => {
    if (names === null || names.includes(reward)) return [];
    const written = JSON.stringify(reward);
    const at = lines[line - 1]!.indexOf(written, lines[line - 1]!.indexOf('"reward"') + 8);
    return [
      {
        range: inLine(line - 1, Math.max(0, at) + 1, at < 0 ? 1 : written.length),
        // What a file exports is read from its syntax, which does not see everything.
        severity: DiagnosticSeverity.Warning,
        source: "Reasoning Lab",
        message: `${basename(file)} exports no reward "${reward}".${suggestion(reward, names)}`,
      },
    ];
  });
  return [...wrong, ...orphans, ...strangers].slice(0, mostDiagnostics);
}

/** The line that holds a position, and where in it that is. */
function lineAt(document: TextDocument, { line, character }: Position): { readonly text: string; readonly at: number } {
  const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  return { text: text.replace(/\r?\n$/, ""), at: character };
}

const rangeIn = (line: number, { offset, length }: TextRange | { offset: number; length: number }): Range =>
  inLine(line, offset + 1, length);

export function caseHover(document: TextDocument, position: Position): Hover | null {
  const { text, at } = lineAt(document, position);
  const hover = hoverInCase(text, at);
  if (hover === null) return null;
  return { contents: { kind: "markdown", value: hover.markdown }, range: rangeIn(position.line, hover) };
}

export function caseCompletions(document: TextDocument, position: Position, textOf: TextOf): CompletionItem[] {
  const { text, at } = lineAt(document, position);
  return completeInCase(text, at, namesIn(textOf(rewardFile(document))) ?? []).map((completion, index) => ({
    label: completion.label,
    kind: completion.kind === "key" ? CompletionItemKind.Property : CompletionItemKind.Value,
    detail: completion.detail,
    documentation: { kind: "markdown", value: completion.documentation },
    insertTextFormat: InsertTextFormat.PlainText,
    filterText: completion.insert,
    // In the order in which they are listed.
    sortText: String(index).padStart(3, "0"),
    textEdit: { range: rangeIn(position.line, completion.range), newText: completion.insert },
  }));
}
