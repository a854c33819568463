/** What rules look at: a reward file as a tree, with what its names mean and its exported rewards. */
import { discoverRewards, type DiscoveredReward } from "../discover";
import { readBindings, type Bindings } from "./bindings";
import { isFunction, plain, readSyntax, type FunctionNode, type Node, type Syntax } from "./syntax";

export interface LintedReward extends DiscoveredReward {
  readonly function: FunctionNode;
}

export interface LintContext {
  readonly syntax: Syntax;
  readonly bindings: Bindings;
  readonly rewards: readonly LintedReward[];
}

/** The newest text: who asks for its expressions asks for its findings next. */
let newest: { readonly source: string; readonly context: LintContext | null } | null = null;

/** Null: the file cannot be parsed. */
export function readContext(source: string): LintContext | null {
  if (newest?.source !== source) newest = { source, context: contextOf(source) };
  return newest.context;
}

function contextOf(source: string): LintContext | null {
  const syntax = readSyntax(source);
  if (syntax === null) return null;
  const bindings = readBindings(syntax);
  const byOffset = new Map<number, DiscoveredReward[]>();
  for (const reward of discoverRewards(source).rewards)
    byOffset.set(reward.offset, [...(byOffset.get(reward.offset) ?? []), reward]);
  const rewards = syntax.nodes.flatMap((node): LintedReward[] => {
    if (node.type !== "Identifier" || node.start == null) return [];
    const named = byOffset.get(node.start) ?? [];
    const holder = named.length === 0 ? null : syntax.parentOf(node);
    const found = holder && functionIn(holder);
    return found === null ? [] : named.map((reward) => ({ ...reward, function: found }));
  });
  return { syntax, bindings, rewards };
}

function functionIn(node: Node): FunctionNode | null {
  if (isFunction(node)) return node;
  if (node.type !== "VariableDeclarator" || !node.init) return null;
  const value = plain(node.init);
  return isFunction(value) ? value : null;
}

/** The function that a name or an expression stands for, as far as the file itself says. */
export function functionOf({ bindings }: LintContext, node: Node): FunctionNode | null {
  const value = plain(node);
  if (isFunction(value)) return value;
  if (value.type !== "Identifier") return null;
  const binding = bindings.of(value);
  if (binding?.value == null || bindings.assigned(binding).length > 0) return null;
  const given = plain(binding.value);
  return isFunction(given) ? given : null;
}

const inside = new WeakMap<Syntax, ReadonlyMap<FunctionNode, readonly Node[]>>();

/** Nodes of each function's own code, and functions right within it. */
function insideOf(syntax: Syntax): ReadonlyMap<FunctionNode, readonly Node[]> {
  const known = inside.get(syntax);
  if (known) return known;
  const found = new Map<FunctionNode, Node[]>();
  const holders = new Map<Node, FunctionNode | null>();
  // Parents stand before their children.
  for (const node of syntax.nodes) {
    const parent = syntax.parentOf(node);
    const holder = parent === null ? null : isFunction(parent) ? parent : (holders.get(parent) ?? null);
    holders.set(node, holder);
    if (holder === null) continue;
    const own = found.get(holder) ?? [];
    own.push(node);
    found.set(holder, own);
  }
  inside.set(syntax, found);
  return found;
}

/** Functions whose code a reward may run: itself, those within it, and those of the file that they name. */
export function reachableFunctions(context: LintContext, start: FunctionNode): ReadonlySet<FunctionNode> {
  const found = new Set<FunctionNode>();
  const waiting: FunctionNode[] = [start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const node of insideOf(context.syntax).get(next) ?? []) {
      if (isFunction(node)) waiting.push(node);
      else if (node.type === "Identifier") {
        const named = functionOf(context, node);
        if (named) waiting.push(named);
      }
    }
  }
  return found;
}
