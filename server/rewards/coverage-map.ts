/** From what V8 counted in a bundle to the statements, branches and returns of the TypeScript that it was made of. */
import { parse } from "@babel/parser";
import type * as ast from "@babel/types";
import { eachMapping, TraceMap } from "@jridgewell/trace-mapping";
import { dirname, resolve } from "node:path";
import type { CoveredFile, FunctionCoverage } from "../protocol/coverage";

/** A place in a source: line from 1, column from 0. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where code of one source stands in the bundle, in the order of the source. */
type Placed = Position & { readonly offset: number };

const before = (a: Position, b: Position): boolean => a.line < b.line || (a.line === b.line && a.column < b.column);

const inlined = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;

/** Places of each source in a bundle, by the source's absolute path. `module`: path of the bundle, which sources are relative to. */
function placesIn(module: string, text: string): Map<string, Placed[]> {
  const encoded = inlined.exec(text)?.[1];
  if (encoded === undefined) throw new Error(`${module} has no source map.`);
  const map = new TraceMap(Buffer.from(encoded, "base64").toString("utf8"));
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const files = new Map<string, Placed[]>();
  eachMapping(map, ({ source, originalLine, originalColumn, generatedLine, generatedColumn }) => {
    if (source === null) return;
    const file = resolve(dirname(module), source);
    const places = files.get(file) ?? [];
    files.set(file, places);
    let offset = starts[generatedLine - 1]! + generatedColumn;
    // A statement on the line of its condition is mapped from the space before it.
    while (text.charAt(offset) === " ") offset++;
    places.push({ line: originalLine, column: originalColumn, offset });
  });
  for (const places of files.values())
    places.sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : a.offset - b.offset));
  return files;
}

/** How often what stands at an offset ran: the count of the smallest stretch around it. */
function counter(functions: readonly FunctionCoverage[]): (offset: number) => number {
  const ranges = functions.flatMap((one) => one.ranges);
  return (offset) => {
    let count = 0;
    let size = Infinity;
    for (const range of ranges) {
      const length = range.endOffset - range.startOffset;
      if (range.startOffset <= offset && offset < range.endOffset && length <= size) {
        size = length;
        count = range.count;
      }
    }
    return count;
  };
}

type Node = ast.Node;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "loc" in value;

/** Children of a node, in the order of the source. */
function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const [name, value] of Object.entries(node)) {
    if (name === "leadingComments" || name === "trailingComments" || name === "innerComments") continue;
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(one)) children.push(one);
  }
  return children;
}

/** Statements that do something by themselves; blocks and declarations of types do not. */
const counted: ReadonlySet<string> = new Set([
  "BreakStatement",
  "ContinueStatement",
  "DebuggerStatement",
  "DoWhileStatement",
  "ExpressionStatement",
  "ForInStatement",
  "ForOfStatement",
  "ForStatement",
  "IfStatement",
  "ReturnStatement",
  "SwitchStatement",
  "ThrowStatement",
  "TryStatement",
  "VariableDeclaration",
  "WhileStatement",
]);

const loops: ReadonlySet<string> = new Set([
  "DoWhileStatement",
  "ForInStatement",
  "ForOfStatement",
  "ForStatement",
  "WhileStatement",
]);

const isFunction = (node: Node): boolean =>
  ["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration", "ObjectMethod", "ClassMethod"].includes(
    node.type,
  );

/** Characters of a return's text that a lens shows. */
const longestText = 60;

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim().replace(/;$/, "");
  return line.length > longestText ? `${line.slice(0, longestText - 1)}…` : line;
};

/** What is in a file, by the counts of its places. `rewards`: names of its exports that are rewards. */
function coverFile(
  file: string,
  source: string,
  places: readonly Placed[],
  countAt: (offset: number) => number,
  rewards: ReadonlySet<string>,
): CoveredFile {
  const tree = parse(source, { sourceType: "module", plugins: ["typescript"], errorRecovery: true });
  const covered: CoveredFile = { file, statements: [], functions: [], returns: [] };

  /** The first place of a node in the bundle; null: nothing of it is there. */
  function offsetOf({ loc }: Node): number | null {
    if (!loc) return null;
    let low = 0;
    for (let high = places.length; low < high;) {
      const middle = (low + high) >> 1;
      if (before(places[middle]!, loc.start)) low = middle + 1;
      else high = middle;
    }
    const place = places[low];
    return place && before(place, loc.end) ? place.offset : null;
  }
  /**
   * Behind a `return` and an `&&` that follows it, V8 takes what comes for run. No statement runs more often than the one before it in its block, nor
   * than the one that holds it, loops and functions aside: `most` says how often that was.
   */
  const countOf = (node: Node, most: number): number | null => {
    const offset = offsetOf(node);
    return offset === null ? null : Math.min(most, countAt(offset));
  };
  const stretch = ({ loc }: Node) => ({
    start: { line: loc!.start.line - 1, character: loc!.start.column },
    end: { line: loc!.end.line - 1, character: loc!.end.column },
  });
  const textOf = (node: Node): string => source.slice(node.start!, node.end!);

  type Branch = CoveredFile["statements"][number]["branches"][number];
  const branchOf = (node: Node, label: string, most: number): Branch[] => {
    const count = countOf(node, most);
    return count === null ? [] : [{ ...stretch(node), count, label: oneLine(label) }];
  };
  /** Branches of a statement that ran `of` times, without those of statements and functions within it. */
  function branchesOf(node: Node, of: number): Branch[] {
    const inside = (part: Node): Branch[] => within(part, of);
    if (node.type === "IfStatement") {
      const then = branchOf(node.consequent, "if", of);
      const otherwise = node.alternate
        ? branchOf(node.alternate, "else", of)
        : [{ ...stretch(node.test), count: Math.max(0, of - (then[0]?.count ?? 0)), label: "else" }];
      return [...then, ...otherwise, ...inside(node.test)];
    }
    if (node.type === "SwitchStatement")
      return [
        ...inside(node.discriminant),
        ...node.cases.flatMap(({ test, consequent: [first] }) =>
          first ? branchOf(first, test ? `case ${textOf(test)}` : "default", of) : [],
        ),
      ];
    return childrenOf(node).flatMap(loops.has(node.type) ? (part) => within(part, of === 0 ? 0 : Infinity) : inside);
  }
  function within(node: Node, most: number): Branch[] {
    if (isFunction(node) || counted.has(node.type) || node.type === "BlockStatement") return [];
    const inner = childrenOf(node).flatMap((part) => within(part, most));
    if (node.type === "ConditionalExpression")
      return [
        ...branchOf(node.consequent, textOf(node.consequent), most),
        ...branchOf(node.alternate, textOf(node.alternate), most),
        ...inner,
      ];
    if (node.type === "LogicalExpression")
      return [...branchOf(node.right, `${node.operator} ${textOf(node.right)}`, most), ...inner];
    return inner;
  }

  /** What a function returns: each side of a choice by itself. */
  function addReturn(node: Node, value: Node | null | undefined, reward: string | null, most: number): void {
    let inner: Node | null | undefined = value;
    while (
      inner?.type === "ParenthesizedExpression" ||
      inner?.type === "TSAsExpression" ||
      inner?.type === "TSSatisfiesExpression"
    )
      inner = inner.expression;
    if (inner?.type === "ConditionalExpression") {
      addReturn(inner.consequent, inner.consequent, reward, most);
      addReturn(inner.alternate, inner.alternate, reward, most);
      return;
    }
    const count = countOf(node, most);
    if (count === null) return;
    covered.returns.push({ ...stretch(node), count, text: oneLine(`return ${value ? textOf(value) : ""}`), reward });
  }

  /** Statements one after the other. */
  function visitAll(nodes: readonly Node[], reward: string | null, most: number): void {
    let left = most;
    for (const node of nodes) {
      visit(node, reward, null, left);
      if (counted.has(node.type)) left = Math.min(left, countOf(node, left) ?? left);
    }
  }

  /** `reward`: the export whose function is around; `named`: what a function that comes is called; `most`: as {@link countOf} has it. */
  function visit(node: Node, reward: string | null, named: string | null, most: number): void {
    if (node.type.startsWith("TS") && "typeAnnotation" in node && !("expression" in node)) return;
    let left = most;
    if (counted.has(node.type)) {
      const count = countOf(node, most);
      if (count !== null) {
        covered.statements.push({ ...stretch(node), count, branches: branchesOf(node, count) });
        left = loops.has(node.type) && count > 0 ? Infinity : count;
      }
    }
    if (node.type === "ReturnStatement") addReturn(node, node.argument, reward, left);
    if (node.type === "BlockStatement") {
      visitAll(node.body, reward, left);
      return;
    }
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier") {
      const { name } = node.id;
      if (node.init) visit(node.init, reward ?? (rewards.has(name) ? name : null), name, left);
      return;
    }
    if (isFunction(node)) {
      const own = node.type === "FunctionDeclaration" ? (node.id?.name ?? null) : named;
      const around = reward ?? (own !== null && rewards.has(own) ? own : null);
      const body = (node as ast.ArrowFunctionExpression).body;
      // It may be called more often than it is made.
      const count = countOf(body.type === "BlockStatement" ? (body.body[0] ?? body) : body, Infinity);
      if (count !== null) covered.functions.push({ ...stretch(node), name: own ?? "(anonymous)", count });
      if (body.type !== "BlockStatement" && count !== null) {
        covered.statements.push({ ...stretch(body), count, branches: within(body, count) });
        addReturn(body, body, around, count);
      }
      for (const child of childrenOf(node)) visit(child, around, null, Infinity);
      return;
    }
    for (const child of childrenOf(node)) visit(child, reward, node.type === "ObjectProperty" ? null : named, left);
  }
  for (const statement of tree.program.body) visit(statement, null, null, Infinity);
  return covered;
}

/** Adds what ran once more. Both are of the same files. */
export function addCoverage(a: readonly CoveredFile[], b: readonly CoveredFile[]): CoveredFile[] {
  const add = <T extends { count: number }>(left: readonly T[], right: readonly T[] | undefined): T[] =>
    left.map((one, at) => ({ ...one, count: one.count + (right?.[at]?.count ?? 0) }));
  const sums = a.map((one) => {
    const other = b.find(({ file }) => file === one.file);
    return {
      ...one,
      statements: add(one.statements, other?.statements).map((statement, at) => ({
        ...statement,
        branches: add(statement.branches, other?.statements[at]?.branches),
      })),
      functions: add(one.functions, other?.functions),
      returns: add(one.returns, other?.returns),
    };
  });
  return [...sums, ...b.filter(({ file }) => !a.some((one) => one.file === file))];
}

export interface CoveredModule {
  /** Path of the bundle, and its text with the source map in it. */
  readonly module: string;
  readonly text: string;
  readonly functions: readonly FunctionCoverage[];
}

/** The files of a module that `sources` has a text of. `rewards`: exports of the reward file that are rewards. */
export function coveredFiles(
  { module, text, functions }: CoveredModule,
  sources: ReadonlyMap<string, string>,
  rewards: ReadonlySet<string>,
): CoveredFile[] {
  const places = placesIn(module, text);
  const countAt = counter(functions);
  return [...sources].map(([file, source]) => coverFile(file, source, places.get(file) ?? [], countAt, rewards));
}
