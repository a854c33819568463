/** `includes` and its like of a text that may be empty. */
import type { LintContext } from "./context";
import type { Finding } from "./finding";
import { isAskedAbout } from "./guards";
import type { KindReader } from "./kinds";
import type { OriginReader } from "./origins";
import { methodCall, plain, textOf, type Node } from "./syntax";

const methods = new Set(["includes", "startsWith", "endsWith"]);

/** Methods that leave an empty text empty, or may empty one. */
const keeping = new Set([
  "trim",
  "trimStart",
  "trimEnd",
  "toLowerCase",
  "toUpperCase",
  "replace",
  "replaceAll",
  "normalize",
  "slice",
  "substring",
  "toString",
  "pop",
  "shift",
  "at",
]);

export function emptyTextFindings(context: LintContext, kinds: KindReader, origins: OriginReader): Finding[] {
  return context.syntax.nodes.flatMap((node): Finding[] => {
    const method = methodCall(node);
    const wanted = method && methods.has(method.name) ? method.arguments[0] : undefined;
    if (!method || wanted === undefined || !kinds.kindsOf(method.object).has("string")) return [];
    const from = origins.of(wanted);
    if (!from.has("completion") && !from.has("gold") && !from.has("row")) return [];
    if (
      !mayBeEmpty(context, wanted) ||
      isAskedAbout(context, node, askedTexts(context, wanted)) ||
      isGuardedBefore(context, node, wanted)
    )
      return [];
    const text = textOf(context.syntax, wanted);
    const whose = from.has("completion") ? "the model's text" : "the gold answer";
    const place = { offset: node.start ?? 0, length: (node.end ?? 0) - (node.start ?? 0) };
    return [
      {
        rule: "empty-includes",
        ...place,
        message: `Every text ${method.name === "includes" ? "includes" : method.name === "startsWith" ? "starts with" : "ends with"} "": where ${short(text)} is empty, this is true. It comes from ${whose}. Ask for ${short(text)} !== "" first, or compare the whole.`,
        fixes: /^[\w$.]+$/.test(text)
          ? [
              {
                title: `Ask for ${text} !== "" first`,
                edits: [{ ...place, text: `(${text} !== "" && ${textOf(context.syntax, node)})` }],
              },
            ]
          : [],
        sample: null,
      },
    ];
  });
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** What a text is made of by methods that keep an empty one empty, outermost first. */
function madeOf(context: LintContext, node: Node): Node[] {
  const value = plain(node);
  const found = [value];
  const method = methodCall(value);
  if (method && keeping.has(method.name)) found.push(...madeOf(context, method.object));
  if (value.type === "LogicalExpression") found.push(...madeOf(context, value.left), ...madeOf(context, value.right));
  if (value.type === "Identifier") {
    const binding = context.bindings.of(value);
    if (binding?.kind === "variable" && binding.value && binding.value !== node)
      found.push(...madeOf(context, binding.value).slice(0, 8));
  }
  return found.slice(0, 16);
}

function mayBeEmpty(context: LintContext, wanted: Node): boolean {
  const value = plain(wanted);
  if (value.type === "StringLiteral") return value.value === "";
  if (value.type === "TemplateLiteral") return value.quasis.every(({ value: { raw } }) => raw === "");
  // Text that is set between others is none.
  if (value.type === "BinaryExpression") return false;
  const made = madeOf(context, wanted).filter((one) => one.type !== "Identifier");
  return !made.some(
    (one) =>
      (one.type === "TemplateLiteral" && one.quasis.some(({ value: { raw } }) => raw !== "")) ||
      (one.type === "BinaryExpression" && one.operator === "+"),
  );
}

function askedTexts(context: LintContext, wanted: Node): string[] {
  const made = madeOf(context, wanted).filter(
    (one) => one.type === "Identifier" || one.type === "MemberExpression" || one.type === "CallExpression",
  );
  return made.flatMap((one) => {
    const text = textOf(context.syntax, one);
    return [text, `${text}.length`, `${text}?.length`];
  });
}

/** `text !== "" && a.includes(text)`: the left side of the `&&` that holds it asks. */
function isGuardedBefore(context: LintContext, node: Node, wanted: Node): boolean {
  const texts = askedTexts(context, wanted);
  for (let at: Node | null = node; at !== null; at = context.syntax.parentOf(at)) {
    const holder: Node | null = context.syntax.parentOf(at);
    if (holder?.type === "LogicalExpression" && holder.right === at) {
      const left = textOf(context.syntax, holder.left);
      if (texts.some((text) => left.includes(text)) && !methods.has(methodCall(plain(holder.left))?.name ?? ""))
        return true;
    }
  }
  return false;
}
