/**
 * What kinds of values an expression may give, as far as its text says: what cannot be told is `unknown`, of which no rule complains. Each kind comes with the
 * node that brings it in.
 */
import type * as ast from "@babel/types";
import { functionOf, type LintContext } from "./context";
import type { Binding } from "./bindings";
import { isAskedAbout } from "./guards";
import { isWrittenNumber } from "./written-number";
import { calledName, isFunction, methodCall, ownNodes, plain, propertyName, textOf } from "./syntax";
import type { FunctionNode, Node } from "./syntax";

export type Kind =
  "number" | "not finite" | "string" | "boolean" | "undefined" | "null" | "list" | "object" | "function" | "unknown";

/** Kinds with the node that brings each of them in. */
export type Kinds = ReadonlyMap<Kind, Node>;

const booleanMethods = new Set([
  "includes",
  "startsWith",
  "endsWith",
  "test",
  "some",
  "every",
  "has",
  "hasOwn",
  "isArray",
  "isInteger",
  "isSafeInteger",
  "isFinite",
  "isNaN",
]);
const textMethods = new Set([
  "trim",
  "trimStart",
  "trimEnd",
  "toLowerCase",
  "toUpperCase",
  "toLocaleLowerCase",
  "replace",
  "replaceAll",
  "padStart",
  "padEnd",
  "repeat",
  "substring",
  "substr",
  "charAt",
  "normalize",
  "toFixed",
  "toPrecision",
  "toExponential",
  "join",
  "toString",
]);
const listMethods = new Set(["map", "filter", "split", "flatMap", "toSorted", "toReversed", "matchAll"]);
const numberMethods = new Set(["indexOf", "lastIndexOf", "search", "findIndex", "charCodeAt", "localeCompare"]);
/** Results of functions of `reasoning-lab`. */
const ours: Readonly<Record<string, readonly Kind[]>> = {
  accuracy: ["number", "null"],
  reasoningAccuracy: ["number", "null"],
  languageConsistency: ["number", "null"],
  format: ["number"],
  tagCount: ["number"],
  codeFormat: ["number"],
  reasoningSteps: ["number"],
  repetitionPenalty: ["number"],
  code: ["number", "null"],
  binaryCode: ["number", "null"],
  splitReasoning: ["object"],
  verifyMath: ["object"],
};
/** Parts of what `reasoning-lab` returns. */
const ourParts: Readonly<Record<string, Readonly<Record<string, readonly Kind[]>>>> = {
  splitReasoning: { thinking: ["string", "null"], answer: ["string", "null"], wellFormed: ["boolean"] },
  verifyMath: { score: ["number", "null"], answer: ["string", "null"] },
};
/** What rewards are given. */
const inputs: Readonly<Record<string, readonly Kind[]>> = {
  prompt: ["string"],
  completion: ["string"],
  answer: ["string"],
  row: ["object"],
  messages: ["list"],
  completions: ["list"],
  answers: ["list"],
  rows: ["list"],
};

const deepest = 24;

export function kindReader(context: LintContext) {
  const { bindings } = context;
  const known = new Map<Node, Kinds>();
  const returned = new Map<FunctionNode, Kinds>();
  const reading = new Set<Node>();

  const of = (node: Node, ...kinds: readonly Kind[]): Kinds => new Map(kinds.map((kind) => [kind, node]));
  const union = (...all: readonly Kinds[]): Kinds => new Map(all.flatMap((kinds) => [...kinds]));
  const without = (kinds: Kinds, ...left: readonly Kind[]): Kinds =>
    new Map([...kinds].filter(([kind]) => !left.includes(kind)));
  const only = (kinds: Kinds, kind: Kind): boolean => kinds.size === 1 && kinds.has(kind);

  const isReward = (node: FunctionNode): boolean => context.rewards.some((reward) => reward.function === node);

  function annotated(type: Node | null | undefined, node: Node): Kinds | null {
    switch (type?.type) {
      case "TSTypeAnnotation":
        return annotated(type.typeAnnotation, node);
      case "TSNumberKeyword":
        return of(node, "number");
      case "TSStringKeyword":
        return of(node, "string");
      case "TSArrayType":
        return of(node, "list");
      default:
        return null;
    }
  }

  /** Of the first parameter of a callback: items of the list whose method calls it. */
  function ofCallback(parameter: NonNullable<Binding["parameter"]>, node: Node): Kinds {
    const call = context.syntax.parentOf(parameter.of);
    const method = call && methodCall(call);
    if (!method || parameter.index !== 0) return of(node, "unknown");
    const list = plain(method.object);
    const split = methodCall(list);
    if (split?.name === "split") return of(node, "string");
    if (list.type === "Identifier" && inputOf(list) === "completions") return of(node, "string");
    return of(node, "unknown");
  }

  /** Name of what a reward is given that an expression is: `completion`, also as `input.completion`. */
  function inputOf(node: Node): string | null {
    if (node.type === "Identifier") {
      const binding = bindings.of(node);
      if (binding?.kind !== "parameter" || binding.parameter === null || binding.parameter.index !== 0) return null;
      if (!isReward(binding.parameter.of) || binding.path?.length !== 1) return null;
      return binding.path[0]!;
    }
    if (node.type === "MemberExpression" && node.object.type === "Identifier") {
      const binding = bindings.of(node.object);
      const whole = binding?.kind === "parameter" && binding.path?.length === 0 && binding.parameter?.index === 0;
      return whole && isReward(binding.parameter.of) ? propertyName(node) : null;
    }
    return null;
  }

  function ofIdentifier(node: ast.Identifier): Kinds {
    if (node.name === "undefined") return of(node, "undefined");
    if (node.name === "NaN" || node.name === "Infinity") return of(node, "not finite");
    const binding = bindings.of(node);
    if (!binding) return of(node, "unknown");
    const told = annotated(binding.identifier.typeAnnotation, node);
    if (told && binding.kind === "parameter") return told;
    const input = inputOf(node);
    if (input !== null) return of(node, ...(inputs[input] ?? ["unknown"]));
    if (binding.kind === "parameter")
      return binding.parameter ? ofCallback(binding.parameter, node) : of(node, "unknown");
    if (binding.kind !== "variable") return of(node, binding.kind === "function" ? "function" : "unknown");
    const values = [...(binding.value ? [binding.value] : []), ...bindings.assigned(binding)];
    if (binding.path !== null && binding.from !== null && binding.path.length === 1) {
      const part = partOf(binding.from, binding.path[0]!, node);
      return union(part, ...bindings.assigned(binding).map(kindsOf));
    }
    if (values.length === 0) return of(node, "unknown");
    return union(...values.map(kindsOf));
  }

  /** Kinds of a property of a value. */
  function partOf(object: Node, name: string, node: Node): Kinds {
    const value = plain(object);
    const called =
      value.type === "CallExpression" && value.callee.type === "Identifier" ? importedName(value.callee) : null;
    const ourPart = called === null ? undefined : ourParts[called]?.[name];
    if (ourPart) return of(node, ...ourPart);
    if (value.type === "Identifier") {
      const binding = bindings.of(value);
      if (binding?.kind === "variable" && binding.value && bindings.assigned(binding).length === 0)
        return partOf(binding.value, name, node);
    }
    // Groups of an expression that matched.
    const method = methodCall(value);
    if (method && (method.name === "exec" || method.name === "match") && /^\d+$/.test(name))
      return of(node, "string", "undefined");
    if (method?.name === "split" && /^\d+$/.test(name)) return of(node, "string", "undefined");
    return of(node, "unknown");
  }

  function importedName(identifier: ast.Identifier): string | null {
    const binding = bindings.of(identifier);
    return binding?.imported?.source === "reasoning-lab" ? binding.imported.name : null;
  }

  function ofCall(node: ast.CallExpression | ast.OptionalCallExpression): Kinds {
    const name = calledName(node);
    const [first] = node.arguments;
    if (node.callee.type === "Identifier") {
      const our = importedName(node.callee);
      if (our !== null) return of(node, ...(ours[our] ?? ["unknown"]));
    }
    if (
      name === "Number" ||
      name === "parseFloat" ||
      name === "parseInt" ||
      name === "Number.parseFloat" ||
      name === "Number.parseInt"
    ) {
      const given = first ? kindsOf(first) : new Map<Kind, Node>();
      if (name === "Number" && [...given.keys()].every((kind) => kind === "boolean" || kind === "number"))
        return of(node, "number");
      if (first && (isAskedFor(node) || isWrittenNumber(context, first))) return of(node, "number");
      return of(node, "number", "not finite");
    }
    if (name === "String" || name === "JSON.stringify") return of(node, "string");
    if (name === "Boolean") return of(node, "boolean");
    if (name === "Array.from") return of(node, "list");
    if (name === "Math.max" || name === "Math.min") {
      const spread = node.arguments.length === 1 && first?.type === "SpreadElement" ? first.argument : null;
      if (spread && plain(spread).type !== "ArrayExpression" && !isAskedFor(node, spread))
        return of(node, "number", "not finite");
      return numberOf(node, ...node.arguments);
    }
    if (name?.startsWith("Math.")) return numberOf(node, ...node.arguments);
    if (name === "Promise.all") return of(node, "list");
    const method = methodCall(node);
    if (method) {
      if (booleanMethods.has(method.name)) return of(node, "boolean");
      if (textMethods.has(method.name)) return of(node, "string");
      if (numberMethods.has(method.name)) return of(node, "number");
      if (method.name === "match") return of(node, "list", "null");
      if (listMethods.has(method.name)) return of(node, "list");
      if (method.name === "slice" || method.name === "concat" || method.name === "at") {
        const object = kindsOf(method.object);
        if (only(object, "string")) return method.name === "at" ? of(node, "string", "undefined") : of(node, "string");
        return only(object, "list") && method.name !== "at" ? of(node, "list") : of(node, "unknown");
      }
      return of(node, "unknown");
    }
    const local = functionOf(context, node.callee);
    return local && !local.generator ? returnsOf(local) : of(node, "unknown");
  }

  /** A number that is made of others: none where one of those is none. */
  function numberOf(node: Node, ...parts: readonly Node[]): Kinds {
    const broken = parts
      .flatMap((part) => (part.type === "SpreadElement" ? [] : [kindsOf(part).get("not finite")]))
      .find((one) => one !== undefined);
    return broken === undefined
      ? of(node, "number")
      : new Map<Kind, Node>([
          ["number", node],
          ["not finite", broken],
        ]);
  }

  /** Whether a condition of the function asks about what is made here, or about what it is made of. */
  function isAskedFor(node: Node, part: Node | null = null): boolean {
    const texts = [
      textOf(context.syntax, node),
      ...(part ? [textOf(context.syntax, part), `${textOf(context.syntax, part)}.length`] : []),
    ];
    const holder = context.syntax.parentOf(node);
    if (holder?.type === "VariableDeclarator" && holder.id.type === "Identifier") texts.push(holder.id.name);
    return isAskedAbout(context, node, texts);
  }

  /** Whether a divisor may be 0 as far as the text says: the length of something that nobody looked at before. */
  function mayBeZero(node: Node): boolean {
    const value = plain(node);
    if (value.type === "Identifier") {
      const binding = bindings.of(value);
      if (binding?.kind !== "variable" || !binding.value || bindings.assigned(binding).length > 0) return false;
      return mayBeZero(binding.value) && !isAskedAbout(context, node, [value.name]);
    }
    if (value.type !== "MemberExpression") return false;
    const name = propertyName(value);
    if (name !== "length" && name !== "size") return false;
    const object = plain(value.object);
    // A text that is split has one part at least, but for one that is split into its characters.
    const made = object.type === "Identifier" ? (bindings.of(object)?.value ?? object) : object;
    const split = methodCall(plain(made));
    if (split?.name === "split" && !(split.arguments[0]?.type === "StringLiteral" && split.arguments[0].value === ""))
      return false;
    if (made.type === "ArrayExpression" && made.elements.length > 0) return false;
    // A group has samples.
    if (object.type === "Identifier" && ["completions", "answers", "rows"].includes(inputOf(object) ?? ""))
      return false;
    const text = textOf(context.syntax, object);
    return !isAskedAbout(context, node, [text, `${text}.length`, `${text}.size`, `${text}?.length`]);
  }

  function ofBinary(node: ast.BinaryExpression): Kinds {
    if (/^(===?|!==?|<=?|>=?|in|instanceof)$/.test(node.operator)) return of(node, "boolean");
    if (node.left.type === "PrivateName") return of(node, "unknown");
    const [left, right] = [kindsOf(node.left), kindsOf(node.right)];
    if (node.operator === "+") {
      if (only(left, "string") || only(right, "string")) return of(node, "string");
      const numeric = (kinds: Kinds): boolean =>
        [...kinds.keys()].every(
          (kind) => kind === "number" || kind === "not finite" || kind === "boolean" || kind === "null",
        );
      if (!numeric(left) || !numeric(right)) return of(node, "unknown");
    }
    const broken = left.get("not finite") ?? right.get("not finite") ?? left.get("undefined") ?? right.get("undefined");
    if (broken !== undefined)
      return new Map<Kind, Node>([
        ["number", node],
        ["not finite", broken],
      ]);
    if ((node.operator === "/" || node.operator === "%") && mayBeZero(node.right))
      return of(node, "number", "not finite");
    return of(node, "number");
  }

  function ofLogical({ operator, left, right }: ast.LogicalExpression): Kinds {
    const [first, second] = [kindsOf(left), kindsOf(right)];
    if (operator === "??") return union(without(first, "null", "undefined"), second);
    if (operator === "||") return union(without(first, "null", "undefined", "not finite"), second);
    // `a && b` gives a where that is false: an object or a list never is.
    return union(without(first, "object", "list", "function"), second);
  }

  function read(node: Node): Kinds {
    switch (node.type) {
      case "NumericLiteral":
        return of(node, "number");
      case "StringLiteral":
      case "TemplateLiteral":
        return of(node, "string");
      case "BooleanLiteral":
        return of(node, "boolean");
      case "NullLiteral":
        return of(node, "null");
      case "ArrayExpression":
        return of(node, "list");
      case "ObjectExpression":
        return of(node, "object");
      case "ArrowFunctionExpression":
      case "FunctionExpression":
        return of(node, "function");
      case "Identifier":
        return ofIdentifier(node);
      case "ConditionalExpression":
        return union(kindsOf(node.consequent), kindsOf(node.alternate));
      case "LogicalExpression":
        return ofLogical(node);
      case "BinaryExpression":
        return ofBinary(node);
      case "UnaryExpression":
        if (node.operator === "!" || node.operator === "delete") return of(node, "boolean");
        if (node.operator === "typeof") return of(node, "string");
        if (node.operator === "void") return of(node, "undefined");
        if (node.operator === "+" && kindsOf(node.argument).has("string") && !isAskedFor(node, node.argument))
          return of(node, "number", "not finite");
        return numberOf(node, node.argument);
      case "UpdateExpression":
        return of(node, "number");
      case "AssignmentExpression":
        if (node.operator === "=") return kindsOf(node.right);
        return node.operator === "+=" ? ofCompound(node) : of(node, "number");
      case "SequenceExpression":
        return kindsOf(node.expressions.at(-1)!);
      case "CallExpression":
      case "OptionalCallExpression":
        return ofCall(node);
      case "MemberExpression":
      case "OptionalMemberExpression":
        return ofMember(node);
      default:
        return of(node, "unknown");
    }
  }

  function ofCompound(node: ast.AssignmentExpression): Kinds {
    const right = kindsOf(node.right);
    return right.has("string") ? of(node, "string") : right.has("unknown") ? of(node, "unknown") : of(node, "number");
  }

  function ofMember(node: ast.MemberExpression | ast.OptionalMemberExpression): Kinds {
    const name = propertyName(node);
    if (name === "length" || name === "size") return of(node, "number");
    const input = inputOf(node);
    if (input !== null) return of(node, ...(inputs[input] ?? ["unknown"]));
    return name === null ? of(node, "unknown") : partOf(node.object, name, node);
  }

  function kindsOf(given: Node): Kinds {
    const node = given.type === "TSAsExpression" ? given : plain(given);
    if (node.type === "TSAsExpression") {
      const told = annotated(node.typeAnnotation, node);
      return told ?? kindsOf(node.expression);
    }
    const found = known.get(node);
    if (found) return found;
    if (reading.has(node) || reading.size > deepest) return of(node, "unknown");
    reading.add(node);
    const kinds = read(node);
    reading.delete(node);
    known.set(node, kinds);
    return kinds;
  }

  /** What a function returns; of an `async` one what its promise gives. */
  function returnsOf(node: FunctionNode): Kinds {
    const found = returned.get(node);
    if (found) return found;
    // One that calls itself returns what else it returns.
    returned.set(node, new Map());
    const kinds = union(...returnedNodes(node).map(({ value }) => (value ? kindsOf(value) : of(node, "undefined"))));
    returned.set(node, kinds);
    return kinds;
  }

  return { kindsOf, returnsOf, inputOf, importedName };
}

export type KindReader = ReturnType<typeof kindReader>;

/** Values that a function returns, each with the statement or expression that does; null: a `return` without one. */
export function returnedNodes(node: FunctionNode): { readonly at: Node; readonly value: Node | null }[] {
  if (node.body.type !== "BlockStatement") return [{ at: node.body, value: node.body }];
  return ownNodes(node.body).flatMap((inner) =>
    inner.type === "ReturnStatement" && !isFunction(inner) ? [{ at: inner, value: inner.argument ?? null }] : [],
  );
}
