/** Hovers and completion in reward files: an example of what a reward is given, and the columns of the row. */
import { CompletionItemKind, MarkupKind, type CompletionItem, type Hover } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { RewardExample, RowColumn } from "../protocol/row-columns";
import { named } from "../shared/unseen";
import { columnTypedAt, inputAt } from "./reward-code";

type Position = Parameters<TextDocument["offsetAt"]>[0];

/** Text of a model as a block of code, whatever it holds: no markup of it is any. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${named(text)}\n${fence}`;
}

/** Whether a hover has something to say of a place, before an example is looked for. */
export const isInputAt = (document: TextDocument, position: Position): boolean =>
  inputAt(document.getText(), document.offsetAt(position)) !== null;

/** `example`: of the newest rollout; null: there is none yet. */
export function rewardHover(
  document: TextDocument,
  position: Position,
  example: RewardExample | null,
  columns: readonly RowColumn[],
): Hover | null {
  const at = inputAt(document.getText(), document.offsetAt(position));
  if (!at) return null;
  const type = at.kind === "column" ? columns.find(({ name }) => name === at.name) : undefined;
  const value = example && (at.kind === "column" ? example.row[at.name] : example[at.value]);
  const parts = [
    ...(type
      ? [
          `${type.optional ? "Not in every row" : "In every row that was looked at"}: \`${type.type.replaceAll("`", "'")}\``,
        ]
      : []),
    ...(example && value !== undefined && value !== null
      ? [`In a rollout of ${example.stage}, step ${example.step}:\n\n${codeBlock(value)}`]
      : []),
  ];
  if (parts.length === 0) return null;
  const range = { start: document.positionAt(at.start), end: document.positionAt(at.end) };
  return { contents: { kind: MarkupKind.Markdown, value: parts.join("\n\n") }, range };
}

/** Columns behind `row.` and in `row["`; those that are no names of JavaScript are offered in quotes only. */
export function rewardCompletions(
  document: TextDocument,
  position: Position,
  columns: readonly RowColumn[],
): CompletionItem[] {
  const at = columnTypedAt(document.getText(), document.offsetAt(position));
  if (!at) return [];
  return columns
    .filter(({ name }) => (at.quoted ? !/["\\\n]/.test(name) : /^[A-Za-z_$][\w$]*$/.test(name)))
    .map(({ name, type, optional }) => ({
      label: name,
      kind: CompletionItemKind.Field,
      detail: `${type}${optional ? " · not in every row" : ""}`,
    }));
}
