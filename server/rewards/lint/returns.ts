/** What rewards return that is no score. */
import type { LintContext, LintedReward } from "./context";
import { functionOf } from "./context";
import type { Finding, Fix } from "./finding";
import { completes } from "./flow";
import { returnedNodes, type Kind, type KindReader, type Kinds } from "./kinds";
import type { RuleId } from "./rules";
import { calledName, isFunction, methodCall, plain, textOf, type FunctionNode, type Node } from "./syntax";

const badKinds: readonly { readonly kind: Kind; readonly rule: RuleId; readonly says: string }[] = [
  { kind: "undefined", rule: "may-return-undefined", says: "may be undefined" },
  { kind: "not finite", rule: "may-return-nan", says: "may be NaN or infinite" },
  { kind: "string", rule: "may-return-string", says: "may be text" },
  { kind: "boolean", rule: "may-return-boolean", says: "may be true or false" },
];

const consequence = "Such a sample is an error: it is left out, not scored 0.";

export function returnFindings(context: LintContext, kinds: KindReader): Finding[] {
  return context.rewards.flatMap((reward) =>
    reward.kind === "single"
      ? ofSingle(context, kinds, reward)
      : [...ofGroup(context, kinds, reward), ...endFindings(context, reward, reward.function, "group")],
  );
}

function placeOf(node: Node): Pick<Finding, "offset" | "length"> {
  const offset = node.start ?? 0;
  return { offset, length: (node.end ?? offset + 1) - offset };
}

function ofSingle(context: LintContext, kinds: KindReader, reward: LintedReward): Finding[] {
  return [
    ...returnedNodes(reward.function).flatMap(({ at, value }) =>
      value === null
        ? [nothingReturned(reward, at)]
        : [...scoreFindings(context, kinds, reward.name, value, null), ...listFindings(kinds, reward, value)],
    ),
    ...endFindings(context, reward, reward.function, "single"),
  ];
}

const nothingReturned = ({ name }: { readonly name: string }, at: Node): Finding => ({
  rule: "may-return-undefined",
  ...placeOf(at),
  message: `${name} returns nothing here. ${consequence} Return a number, or null where it does not apply.`,
  fixes: ["0", "null"].map((text) => ({
    title: text === "null" ? "Return null: it does not apply" : `Return ${text}`,
    edits: [{ ...placeOf(at), text: `return ${text};` }],
  })),
  sample: null,
});

/** A function whose end can be reached without a `return`. */
function endFindings(
  context: LintContext,
  { name, offset }: LintedReward,
  node: FunctionNode,
  kind: "single" | "group",
): Finding[] {
  if (node.body.type !== "BlockStatement" || !completes(node.body)) return [];
  const end = (node.body.end ?? 1) - 1;
  const { source } = context.syntax;
  const indent = /[ \t]*$/.exec(source.slice(0, end))?.[0] ?? "";
  const returns = returnedNodes(node);
  const last = node.body.body.at(-1);
  const place = last && returns.length > 0 ? placeOf(last) : { offset, length: name.length };
  const insert = (text: string): Fix => ({
    title: text === "null" ? "Return null at the end: it does not apply" : `Return ${text} at the end`,
    edits: [
      {
        offset: end - indent.length,
        length: 0,
        text: `${source[end - indent.length - 1] === "\n" ? "" : "\n"}${indent}  return ${text};\n`,
      },
    ],
  });
  return [
    {
      rule: "may-return-undefined",
      ...place,
      message:
        returns.length > 0
          ? `${name} may come to its end without a return, behind this. ${consequence} Return a number, or null where it does not apply.`
          : `${name} returns nothing. ${consequence}`,
      fixes: kind === "single" && returns.length > 0 ? [insert("0"), insert("null")] : [],
      sample: null,
    },
  ];
}

/** A score in the places where one is returned, also as `{ score }`. `group`: what it is one of. */
function scoreFindings(
  context: LintContext,
  kinds: KindReader,
  name: string,
  value: Node,
  group: Node | null,
): Finding[] {
  const node = plain(value);
  if (node.type === "ConditionalExpression")
    return [node.consequent, node.alternate].flatMap((part) => scoreFindings(context, kinds, name, part, group));
  if (node.type === "ObjectExpression") {
    const score = node.properties.find(
      (property) =>
        property.type === "ObjectProperty" &&
        ((property.key.type === "Identifier" && property.key.name === "score") ||
          (property.key.type === "StringLiteral" && property.key.value === "score")),
    );
    return score?.type === "ObjectProperty" ? scoreFindings(context, kinds, name, score.value, group) : [];
  }
  const found = kinds.kindsOf(value);
  return badKinds.flatMap(({ kind, rule, says }): Finding[] => {
    const cause = found.get(kind);
    if (cause === undefined) return [];
    const whole = cause === node || cause === value;
    const why = whole ? "" : `: ${shortened(textOf(context.syntax, cause))} is`;
    return [
      {
        rule,
        ...placeOf(value),
        message: `A score of ${name} ${says}${why === "" ? "" : ` (${why.slice(2)})`}. ${consequence}${remedies[kind] ?? ""}`,
        fixes: fixesOf(context, kind, value, found),
        sample: null,
      },
    ];
  });
}

const remedies: Partial<Readonly<Record<Kind, string>>> = {
  "not finite": " Look at what it is divided by, or read from, before.",
  undefined: " Say with ?? what it is then.",
};

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
};

function fixesOf(context: LintContext, kind: Kind, value: Node, found: Kinds): Fix[] {
  const text = textOf(context.syntax, value);
  const replace = (title: string, next: string): Fix => ({ title, edits: [{ ...placeOf(value), text: next }] });
  if (kind === "boolean" && found.size === 1)
    return [replace("Score 1 for true, 0 for false", `${needsBrackets(value) ? `(${text})` : text} ? 1 : 0`)];
  if (kind === "boolean" && [...found.keys()].every((one) => one === "boolean" || one === "number"))
    return [replace("Make a number of it", `Number(${text})`)];
  const rounded = methodCall(plain(value));
  if (kind === "string" && rounded && /^to(Fixed|Precision)$/.test(rounded.name))
    return [replace("Make a number of it", `Number(${text})`)];
  if (kind === "undefined" && found.size > 1)
    return [replace("Score 0 where it is undefined", `${needsBrackets(value) ? `(${text})` : text} ?? 0`)];
  return [];
}

const needsBrackets = (node: Node): boolean =>
  node.type === "ConditionalExpression" ||
  node.type === "AssignmentExpression" ||
  node.type === "LogicalExpression" ||
  node.type === "SequenceExpression";

function listFindings(kinds: KindReader, { name }: LintedReward, value: Node): Finding[] {
  const found = kinds.kindsOf(value);
  if (!found.has("list")) return [];
  return [
    {
      rule: "sample-reward-returns-list",
      ...placeOf(value),
      message: `${name} scores one sample and returns a list: every sample is an error. Return one number; a reward of the whole group has the type GroupReward and takes { completions }.`,
      fixes: [],
      sample: null,
    },
  ];
}

/** What makes one item for each of a list: the list, and the function that makes them. */
function eachOf(context: LintContext, value: Node): { readonly list: Node; readonly item: FunctionNode | null } | null {
  const node = plain(value);
  const method = methodCall(node);
  if (method?.name === "map") {
    const [callback] = method.arguments;
    return { list: method.object, item: callback ? functionOf(context, callback) : null };
  }
  const name = calledName(node);
  if (node.type !== "CallExpression" || (name !== "Promise.all" && name !== "Array.from")) return null;
  const [first, second] = node.arguments;
  if (!first) return null;
  if (name === "Array.from") return { list: first, item: second ? functionOf(context, second) : null };
  return eachOf(context, first);
}

/** Whether a list has lost or gained items on its way from the group. */
function filtered(context: LintContext, list: Node): boolean {
  const node = plain(list);
  const method = methodCall(node);
  if (method) return ["filter", "flatMap", "slice"].includes(method.name) || filtered(context, method.object);
  if (node.type !== "Identifier") return false;
  const value = context.bindings.of(node)?.value;
  return value != null && !isFunction(value) && filtered(context, value);
}

function ofGroup(context: LintContext, kinds: KindReader, { name, function: node }: LintedReward): Finding[] {
  return returnedNodes(node).flatMap(({ at, value }): Finding[] => {
    if (value === null) return [];
    const found = kinds.kindsOf(value);
    const oneScore = (["number", "boolean", "string", "object"] as const).find((kind) => found.has(kind));
    if (oneScore !== undefined && !found.has("unknown") && !found.has("list"))
      return [
        wrongCount(
          at,
          value,
          `${name} scores a group and returns one ${oneScore === "object" ? "score" : oneScore}: no sample gets one. Return a list with one score for each completion.`,
        ),
      ];
    const literal = plain(value);
    if (literal.type === "ArrayExpression") {
      const fixed = literal.elements.every((element) => element !== null && element.type !== "SpreadElement");
      if (fixed && literal.elements.length > 0)
        return [
          wrongCount(
            at,
            value,
            `${name} returns a list of ${literal.elements.length} whatever the size of the group. Return one score for each completion.`,
          ),
        ];
    }
    const each = eachOf(context, value);
    if (!each) return [];
    return [
      ...(filtered(context, each.list)
        ? [
            wrongCount(
              at,
              value,
              `${name} returns scores of a part of the group: the list must have one for each completion, in their order (null where it does not apply).`,
            ),
          ]
        : []),
      ...(each.item
        ? returnedNodes(each.item).flatMap((one) =>
            one.value === null
              ? [nothingReturned({ name }, one.at)]
              : scoreFindings(context, kinds, name, one.value, value),
          )
        : []),
      ...(each.item?.body.type === "BlockStatement" && completes(each.item.body)
        ? [
            {
              ...nothingReturned({ name }, each.item.body),
              message: `A score of ${name} may be undefined: this function may come to its end without a return. ${consequence}`,
              fixes: [],
            },
          ]
        : []),
    ];
  });
}

const wrongCount = (at: Node, value: Node, message: string): Finding => ({
  rule: "group-reward-wrong-count",
  ...placeOf(value.start == null ? at : value),
  message,
  fixes: [],
  sample: null,
});
