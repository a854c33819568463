/** What a page shows can be translated: no text of ours stands by itself in a hole of a template, or in a value that goes into a message. */
import { globSync, readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";

/** Not the names of metrics and settings, which are the same in every language. */
const isWord = (text: string): boolean => /[a-z]{2}/.test(text) && !/^\w*_\w*$/.test(text);

/** Strings that an expression may be, as they stand; what is handed to a function is that function's. */
function textsIn(node: ts.Expression): readonly ts.Node[] {
  if (ts.isParenthesizedExpression(node)) return textsIn(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(textsIn);
  if (ts.isStringLiteralLike(node)) return isWord(node.text) ? [node] : [];
  if (ts.isTemplateExpression(node)) {
    const own = [node.head, ...node.templateSpans.map(({ literal }) => literal)].some(({ text }) => isWord(text));
    return own ? [node] : node.templateSpans.flatMap(({ expression }) => textsIn(expression));
  }
  if (!ts.isBinaryExpression(node)) return [];
  const joins = [ts.SyntaxKind.PlusToken, ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken];
  return joins.includes(node.operatorToken.kind) ? [node.left, node.right].flatMap(textsIn) : [];
}

/** Whether what follows this markup is read: text between tags, or an attribute that people are told. */
function isRead(before: string): boolean {
  const bare = before.replaceAll(/"[^"]*"/g, "");
  return bare.lastIndexOf("<") <= bare.lastIndexOf(">") || /(?:\btitle|aria-label|placeholder)="?$/.test(bare);
}

function untranslated(source: ts.SourceFile): readonly string[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isTaggedTemplateExpression(node) &&
      node.tag.getText() === "html" &&
      ts.isTemplateExpression(node.template)
    ) {
      let before = node.template.head.text;
      for (const { expression, literal } of node.template.templateSpans) {
        if (isRead(before)) found.push(...textsIn(expression));
        before += `0${literal.text}`;
      }
    }
    if (ts.isCallExpression(node) && node.expression.getText() === "t")
      found.push(...node.arguments.slice(1).flatMap(textsIn));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.map((node) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return `${source.fileName}:${line + 1}: ${node.getText()}`;
  });
}

const parsed = (name: string, text: string): ts.SourceFile =>
  ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);

test("every text that a page puts in by itself goes through t or plural", () => {
  const files = globSync("webviews/**/*.ts").filter((file) => !/\.(test|testing|d)\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap((file) => untranslated(parsed(file, readFileSync(file, "utf8"))))).toEqual([]);
});

test("texts in holes, in what is read out and in values of messages are found, and nothing else", () => {
  const text = (code: string): number => untranslated(parsed("page.ts", code)).length;
  expect(text('html`<p>${right ? "right" : "wrong"}</p>`')).toBe(2);
  expect(text("html`<p title=${off ? `${many} runs` : label}></p>`")).toBe(1);
  expect(text('t("Choose {0}", many ? "runs" : "–")')).toBe(1);
  expect(
    text('html`<p class=${open ? "open" : "shut"}>${t("right")} ${JSON.stringify("text")} ${a === "b" ? 1 : 2}</p>`'),
  ).toBe(0);
});
