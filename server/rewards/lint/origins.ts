/** What a value is made from: the model's text, the gold answer, chance, the clock. */
import { functionOf, type LintContext } from "./context";
import type { Binding } from "./bindings";
import { returnedNodes } from "./kinds";
import {
  allNodes,
  calledName,
  childrenOf,
  dottedName,
  isFunction,
  methodCall,
  propertyName,
  type Node,
} from "./syntax";

export type Origin = "completion" | "gold" | "row" | "prompt" | "chance" | "clock";

const inputOrigins: Readonly<Record<string, Origin>> = {
  completion: "completion",
  completions: "completion",
  completionIds: "completion",
  answer: "gold",
  answers: "gold",
  row: "row",
  rows: "row",
  prompt: "prompt",
  messages: "prompt",
};

const chanceCalls = new Set([
  "Math.random",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "randomUUID",
  "randomInt",
  "randomBytes",
  "getRandomValues",
  "crypto.randomInt",
  "crypto.randomBytes",
]);
const clockCalls = new Set([
  "Date.now",
  "performance.now",
  "process.hrtime",
  "process.hrtime.bigint",
  "process.uptime",
]);

export interface OriginReader {
  readonly of: (node: Node) => ReadonlySet<Origin>;
  /** Chance or the clock itself, where it is asked. */
  readonly sourceOf: (node: Node) => "chance" | "clock" | null;
}

export function originReader(context: LintContext): OriginReader {
  const { bindings, syntax } = context;
  const known = new Map<Node, ReadonlySet<Origin>>();
  const ofBindings = new Map<Binding["identifier"], ReadonlySet<Origin>>();
  let callsByFunction: Map<Node, { readonly arguments: readonly Node[] }[]> | null = null;

  function callsOf(node: Node) {
    if (callsByFunction === null) {
      callsByFunction = new Map();
      for (const call of syntax.nodes) {
        if (call.type !== "CallExpression" && call.type !== "OptionalCallExpression") continue;
        const target = functionOf(context, call.callee);
        if (target) callsByFunction.set(target, [...(callsByFunction.get(target) ?? []), call]);
      }
    }
    return callsByFunction.get(node) ?? [];
  }

  const isReward = (node: Node): boolean => context.rewards.some((reward) => reward.function === node);

  function sourceOf(node: Node): "chance" | "clock" | null {
    const name = calledName(node);
    if (name === null) return null;
    if (chanceCalls.has(name)) {
      const local =
        node.type === "CallExpression" && node.callee.type === "Identifier" ? bindings.of(node.callee) : null;
      // A function of the file's own that is called so is none of Node's.
      return local && local.imported === null ? null : "chance";
    }
    if (clockCalls.has(name)) return "clock";
    if (node.type === "NewExpression" && name === "Date" && node.arguments.length === 0) return "clock";
    return null;
  }

  function ofBinding(binding: Binding): ReadonlySet<Origin> {
    const found = ofBindings.get(binding.identifier);
    if (found) return found;
    const set = new Set<Origin>();
    ofBindings.set(binding.identifier, set);
    const add = (node: Node | null): void => {
      if (node !== null) for (const origin of of(node)) set.add(origin);
    };
    if (binding.kind === "parameter" && binding.parameter !== null) {
      const { of: holder, index } = binding.parameter;
      if (isReward(holder)) {
        const input = binding.path?.[0];
        const origin = input === undefined ? undefined : inputOrigins[input];
        if (origin !== undefined) set.add(origin);
      } else {
        for (const call of callsOf(holder)) add(call.arguments[index] ?? null);
        const call = syntax.parentOf(holder);
        const method = call && methodCall(call);
        if (method && method.arguments.includes(holder)) add(method.object);
      }
    } else if (binding.kind !== "function") {
      add(binding.value);
      add(binding.from);
    }
    add(binding.otherwise);
    for (const value of bindings.assigned(binding)) add(value.type === "AssignmentExpression" ? value.right : value);
    return set;
  }

  function of(node: Node): ReadonlySet<Origin> {
    const found = known.get(node);
    if (found) return found;
    const set = new Set<Origin>();
    known.set(node, set);
    const source = sourceOf(node);
    if (source !== null) set.add(source);
    if (node.type === "Identifier") {
      const binding = bindings.of(node);
      if (binding && binding.identifier !== node) for (const origin of ofBinding(binding)) set.add(origin);
      return set;
    }
    if (node.type === "MemberExpression" && node.object.type === "Identifier") {
      const binding = bindings.of(node.object);
      const whole =
        binding?.kind === "parameter" &&
        binding.path?.length === 0 &&
        binding.parameter &&
        isReward(binding.parameter.of);
      const input = whole ? inputOrigins[propertyName(node) ?? ""] : undefined;
      if (input !== undefined) set.add(input);
    }
    if (isFunction(node)) return set;
    const skipped = node.type === "MemberExpression" && !node.computed ? node.property : null;
    for (const child of childrenOf(node)) {
      if (child === skipped) continue;
      // A callback's results are part of what it is called for.
      const inner = isFunction(child) ? returnedNodes(child).flatMap(({ value }) => (value ? [value] : [])) : [child];
      for (const part of inner) for (const origin of of(part)) set.add(origin);
    }
    if (node.type === "CallExpression") {
      const local = functionOf(context, node.callee);
      for (const { value } of local ? returnedNodes(local) : [])
        if (value) for (const origin of of(value)) set.add(origin);
    }
    return set;
  }

  return { of, sourceOf };
}

/** Whether one of these stands in the expression itself, by its name. */
export const mentions = (node: Node, names: ReadonlySet<string>): boolean =>
  allNodes(node).some((inner) => names.has(dottedName(inner) ?? ""));
