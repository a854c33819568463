/** Errors of what judges that become scores. */
import { functionOf, type LintContext } from "./context";
import type { Finding, Fix } from "./finding";
import type { KindReader } from "./kinds";
import {
  allNodes,
  calledName,
  functionAround,
  isFunction,
  methodCall,
  ownNodes,
  plain,
  type FunctionNode,
  type Node,
} from "./syntax";

/** Calls that fail because of the model's text: a failure of theirs says something of it. */
const reading = new Set([
  "JSON.parse",
  "BigInt",
  "Number",
  "String",
  "parseInt",
  "parseFloat",
  "URL",
  "RegExp",
  "Date",
  "decodeURIComponent",
  "decodeURI",
  "atob",
  "Error",
  "TypeError",
  "SyntaxError",
]);

/** Whether a failure in here can be one of what judges: it waits, or calls something that does more than read a text. */
function mayBreak(context: LintContext, node: Node, seen = new Set<Node>()): boolean {
  return allNodes(node).some((inner) => {
    if (inner.type === "AwaitExpression" || inner.type === "ImportExpression") return true;
    if (inner.type !== "CallExpression" && inner.type !== "NewExpression" && inner.type !== "OptionalCallExpression")
      return false;
    const name = calledName(inner);
    if (name !== null && (reading.has(name) || /^(Math|Object|Array|Number|String|console)\./.test(name))) return false;
    const local = functionOf(context, inner.callee);
    if (local) {
      if (seen.has(local)) return false;
      seen.add(local);
      return mayBreak(context, local.body, seen);
    }
    // Methods of values: of texts and lists they do not break.
    if (methodCall(inner)) return false;
    return inner.callee.type === "Identifier";
  });
}

/** A number that a `catch` makes the score. */
function scoreIn(kinds: KindReader, body: Node): { readonly node: Node; readonly value: Node } | null {
  for (const node of ownNodes(body)) {
    const value =
      node.type === "ReturnStatement"
        ? node.argument
        : node.type === "AssignmentExpression" && node.operator === "="
          ? node.right
          : null;
    if (!value) continue;
    const literal = plain(value);
    const score =
      literal.type === "ObjectExpression"
        ? literal.properties.find(
            (property) =>
              property.type === "ObjectProperty" && property.key.type === "Identifier" && property.key.name === "score",
          )
        : null;
    const scored = score?.type === "ObjectProperty" ? score.value : value;
    const found = kinds.kindsOf(scored);
    if (found.size === 1 && found.has("number") && isConstant(scored)) return { node, value };
  }
  return null;
}

const isConstant = (node: Node): boolean => {
  const value = plain(node);
  return value.type === "NumericLiteral" || (value.type === "UnaryExpression" && isConstant(value.argument));
};

const message =
  "A failure of what judges becomes a score here: “broken” looks like “wrong”. Let it throw: the sample is left out and the error is shown.";

export function caughtFindings(
  context: LintContext,
  kinds: KindReader,
  reachable: ReadonlySet<FunctionNode>,
): Finding[] {
  const { syntax } = context;
  return syntax.nodes.flatMap((node): Finding[] => {
    const around = functionAround(syntax, node);
    if (around === null || !reachable.has(around)) return [];
    if (node.type === "TryStatement" && node.handler) {
      const throws = ownNodes(node.handler.body).some((inner) => inner.type === "ThrowStatement");
      const found = throws ? null : scoreIn(kinds, node.handler.body);
      if (!found || !mayBreak(context, node.block)) return [];
      return [
        {
          rule: "error-as-score",
          offset: found.node.start ?? 0,
          length: (found.node.end ?? 0) - (found.node.start ?? 0),
          message,
          fixes: rethrow(node.handler, found.node, syntax.source),
          sample: null,
        },
      ];
    }
    const method = methodCall(node);
    const handler = method?.name === "catch" ? method.arguments[0] : undefined;
    if (!handler || !isFunction(handler)) return [];
    const constant = isConstant(handler.body) || scoreIn(kinds, handler.body) !== null;
    if (!constant) return [];
    return [
      {
        rule: "error-as-score",
        offset: handler.start ?? 0,
        length: (handler.end ?? 0) - (handler.start ?? 0),
        message,
        fixes: [],
        sample: null,
      },
    ];
  });
}

/** `return 0;` in a `catch` becomes `throw error;`. */
function rethrow(
  handler: { readonly param?: Node | null; readonly start?: number | null; readonly body: Node },
  statement: Node,
  source: string,
): Fix[] {
  if (statement.type !== "ReturnStatement") return [];
  const name = handler.param == null ? "error" : handler.param.type === "Identifier" ? handler.param.name : null;
  if (name === null) return [];
  const place = { offset: statement.start ?? 0, length: (statement.end ?? 0) - (statement.start ?? 0) };
  const start = handler.start ?? 0;
  const word = source.slice(start, start + 5) === "catch" ? start + 5 : null;
  if (handler.param == null && word === null) return [];
  return [
    {
      title: "Throw it on: the sample is left out",
      edits: [
        ...(handler.param == null ? [{ offset: word!, length: 0, text: ` (${name})` }] : []),
        { ...place, text: `throw ${name};` },
      ],
    },
  ];
}
