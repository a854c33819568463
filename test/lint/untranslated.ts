/**
 * Texts of ours that a page shows as they stand, in English only. From every place that is read (a hole of a template between tags or in an attribute that
 * people are told, a value that goes into a message, a label or title of an object, what is handed to a piece of interface) it goes to where the text comes
 * from: through conditions, constants, tables, and functions of ours that return it.
 */
import ts from "typescript";

/** Not the names of metrics and settings, nor colours, which are the same in every language. */
const isWord = (text: string): boolean =>
  /[a-z]{2}/.test(text) && !/^[\w.]*_\w*$/.test(text) && !/^\w+@/.test(text) && !text.startsWith("rgba(");

/** Properties whose value is read. */
const readProperties: ReadonlySet<string> = new Set([
  "about",
  "description",
  "hint",
  "label",
  "message",
  "note",
  "placeholder",
  "text",
  "title",
]);
/** Arguments that are read, by the function that takes them. */
const readArguments: ReadonlyMap<string, readonly number[]> = new Map([
  ["emptyState", [0, 1]],
  ["iconButton", [1]],
  ["notice", [1]],
  ["openMenu", [1]],
  ["problem", [0]],
  ["select", [0]],
]);
/** Functions that give back the text they get. */
const handsOn: ReadonlySet<string> = new Set(["breakable", "capital", "named", "plainName", "visible"]);
/** Functions that translate: what they are told first is gathered. */
const translates: ReadonlySet<string> = new Set(["t", "plural"]);

/** Names of properties, `*` for any of them, that lead from an object to a text. */
type Path = readonly string[];

/** Whether what follows this markup is read: text between tags, or an attribute that people are told. */
function isRead(before: string): boolean {
  const bare = before.replaceAll(/"[^"]*"/g, "");
  const attribute = /(?:\btitle|\blabel|\balt|aria-label|aria-description|placeholder)="?$/;
  return bare.lastIndexOf("<") <= bare.lastIndexOf(">") || attribute.test(bare);
}

function bare(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
    ? bare(node.expression)
    : node;
}

const joins: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

const nameOf = (name: ts.PropertyName | undefined): string | null =>
  name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) ? name.text : null;

/** Literals that a person may read as they stand, once each. */
function readLiterals(program: ts.Program, files: readonly string[]): ReadonlySet<ts.Node> {
  const checker = program.getTypeChecker();
  const found = new Set<ts.Node>();

  const declarationOf = (name: ts.Identifier): ts.Declaration | null => {
    const own = ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
    if (own === undefined) return null;
    const symbol = own.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(own) : own;
    return symbol.valueDeclaration ?? null;
  };

  const read = (start: ts.Expression, way: Path = []): void => {
    const seen = new Set<ts.Node>();
    const go = (given: ts.Expression, path: Path): void => {
      const node = bare(given);
      if (seen.has(node)) return;
      seen.add(node);
      if (ts.isStringLiteralLike(node)) {
        if (path.length === 0 && isWord(node.text)) found.add(node);
      } else if (ts.isTemplateExpression(node)) {
        if ([node.head, ...node.templateSpans.map(({ literal }) => literal)].some(({ text }) => isWord(text)))
          found.add(node);
        for (const { expression } of node.templateSpans) go(expression, []);
      } else if (ts.isConditionalExpression(node)) {
        go(node.whenTrue, path);
        go(node.whenFalse, path);
      } else if (ts.isBinaryExpression(node)) {
        if (joins.has(node.operatorToken.kind)) for (const side of [node.left, node.right]) go(side, path);
      } else if (ts.isPropertyAccessExpression(node)) go(node.expression, [node.name.text, ...path]);
      else if (ts.isElementAccessExpression(node)) {
        const { argumentExpression: key } = node;
        go(node.expression, [ts.isStringLiteralLike(key) ? key.text : "*", ...path]);
      } else if (ts.isObjectLiteralExpression(node)) ofObject(node, path);
      else if (ts.isArrayLiteralExpression(node)) {
        for (const one of path.length === 0 ? [] : node.elements)
          if (ts.isSpreadElement(one)) go(one.expression, path);
          else go(one, path.slice(1));
      } else if (ts.isIdentifier(node)) ofDeclaration(declarationOf(node), path);
      else if (ts.isCallExpression(node)) ofCall(node, path);
    };

    const ofObject = (object: ts.ObjectLiteralExpression, [key, ...rest]: Path): void => {
      if (key === undefined) return;
      for (const property of object.properties) {
        const name = nameOf(property.name);
        const meant = key === "*" || name === null || name === key;
        if (ts.isSpreadAssignment(property)) go(property.expression, [key, ...rest]);
        else if (ts.isPropertyAssignment(property) && meant) go(property.initializer, rest);
        else if (ts.isShorthandPropertyAssignment(property) && meant) ofDeclaration(declarationOf(property.name), rest);
      }
    };

    const ofDeclaration = (declaration: ts.Declaration | null, path: Path): void => {
      if (declaration === null) return;
      if (ts.isVariableDeclaration(declaration) && declaration.initializer) go(declaration.initializer, path);
      if (!ts.isBindingElement(declaration)) return;
      const whole = declaration.parent.parent;
      if (!ts.isObjectBindingPattern(declaration.parent) || !ts.isVariableDeclaration(whole)) return;
      if (whole.initializer) go(whole.initializer, [(declaration.propertyName ?? declaration.name).getText(), ...path]);
    };

    const ofFunction = (node: ts.Node, path: Path): void => {
      if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined) return;
      if (!ts.isBlock(node.body)) {
        go(node.body, path);
        return;
      }
      const look = (within: ts.Node): void => {
        if (ts.isReturnStatement(within)) {
          if (within.expression) go(within.expression, path);
        } else if (!ts.isFunctionLike(within)) ts.forEachChild(within, look);
      };
      look(node.body);
    };

    const ofCall = (call: ts.CallExpression, path: Path): void => {
      const called = bare(call.expression);
      const [first] = call.arguments;
      if (ts.isIdentifier(called)) {
        if (translates.has(called.text)) return;
        if (handsOn.has(called.text)) {
          if (first) go(first, path);
          return;
        }
        const declaration = declarationOf(called);
        if (declaration === null) return;
        const own = ts.isVariableDeclaration(declaration) && declaration.initializer;
        ofFunction(own ? bare(own) : declaration, path);
      } else if (ts.isPropertyAccessExpression(called)) {
        const { text } = called.name;
        if (["join", "at"].includes(text)) go(called.expression, ["*", ...path]);
        else if (["filter", "slice", "trim"].includes(text)) go(called.expression, path);
        else if (["map", "flatMap"].includes(text) && first) ofFunction(bare(first), path.slice(1));
      }
    };

    const begin = bare(start);
    if (ts.isArrowFunction(begin)) ofFunction(begin, way);
    else go(begin, way);
  };

  const visit = (node: ts.Node): void => {
    if (
      ts.isTaggedTemplateExpression(node) &&
      ["html", "svg"].includes(node.tag.getText()) &&
      ts.isTemplateExpression(node.template)
    ) {
      let before = node.template.head.text;
      for (const { expression, literal } of node.template.templateSpans) {
        if (isRead(before)) read(expression);
        before += `0${literal.text}`;
      }
    } else if (ts.isCallExpression(node)) {
      const name = node.expression.getText();
      if (name === "t") for (const value of node.arguments.slice(1)) read(value);
      for (const index of readArguments.get(name) ?? []) if (node.arguments[index]) read(node.arguments[index]);
      const [attribute, value] = node.arguments;
      if (
        name.endsWith(".setAttribute") &&
        attribute &&
        value &&
        isRead(`<p ${bare(attribute).getText().slice(1, -1)}=`)
      )
        read(value);
    } else if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left)) {
      const sets = node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      if (sets && ["textContent", "title", "placeholder"].includes(node.left.name.text)) read(node.right);
    } else if (ts.isPropertyAssignment(node) && readProperties.has(nameOf(node.name) ?? "")) read(node.initializer);
    else if (ts.isVariableDeclaration(node) && node.initializer) {
      // A table some of whose texts are translated is one of texts.
      const table = bare(node.initializer);
      const isText = (property: ts.ObjectLiteralElementLike): boolean =>
        ts.isPropertyAssignment(property) &&
        ts.isCallExpression(property.initializer) &&
        translates.has(property.initializer.expression.getText());
      if (
        ts.isObjectLiteralExpression(table) &&
        table.properties.some(isText) &&
        /\bRecord</.test(node.type?.getText() ?? "")
      )
        read(node.initializer, ["*"]);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(program.getSourceFile(file)!);
  return found;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  experimentalDecorators: true,
  // Types of the browser and of packages say nothing of texts.
  noLib: true,
  types: [],
};

/** A line for each text in the files, with its place. `contents`: of files that are not on the disk. */
export function untranslated(files: readonly string[], contents: Readonly<Record<string, string>> = {}): string[] {
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  const own = (name: string): string | undefined => Object.entries(contents).find(([file]) => name.endsWith(file))?.[1];
  host.fileExists = (name) => own(name) !== undefined || disk.fileExists(name);
  host.readFile = (name) => own(name) ?? disk.readFile(name);
  host.getSourceFile = (name, target, ...more) => {
    const text = own(name);
    return text === undefined
      ? disk.getSourceFile(name, target, ...more)
      : ts.createSourceFile(name, text, target, true);
  };
  const program = ts.createProgram(files, options, host);
  // What the checker has bound knows its parents, which places are told by.
  program.getTypeChecker();
  return [...readLiterals(program, files)].map((node) => {
    const source = node.getSourceFile();
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return `${source.fileName}:${line + 1}: ${node.getText()}`;
  });
}
