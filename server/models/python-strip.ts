/**
 * Python's `strip`, `lstrip` and `rstrip` with the signs that are to go, for chat templates: the Jinja library takes white space away whatever they name,
 * and a space before an answer is a token.
 */
import type { Template } from "@huggingface/jinja";

/** By the names under which templates call them once {@link withPythonStrip} has seen to it. No template can name them itself. */
export const stripFunctions = {
  "python strip": (text: unknown, signs: unknown): string => stripped(text, signs, { start: true, end: true }),
  "python lstrip": (text: unknown, signs: unknown): string => stripped(text, signs, { start: true, end: false }),
  "python rstrip": (text: unknown, signs: unknown): string => stripped(text, signs, { start: false, end: true }),
} as const;

function stripped(
  text: unknown,
  signs: unknown,
  { start, end }: { readonly start: boolean; readonly end: boolean },
): string {
  if (typeof text !== "string") throw new Error("strip is called on what is no text");
  if (typeof signs !== "string") return start && end ? text.trim() : start ? text.trimStart() : text.trimEnd();
  const gone = new Set(signs);
  const characters = Array.from(text);
  let [from, to] = [0, characters.length];
  while (start && from < to && gone.has(characters[from]!)) from++;
  while (end && from < to && gone.has(characters[to - 1]!)) to--;
  return characters.slice(from, to).join("");
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const partsOf = (node: object): readonly unknown[] => {
  const parts: readonly unknown[] = node instanceof Map ? [...node.keys(), ...node.values()] : Object.values(node);
  return parts;
};

/** Turns `TEXT.strip(SIGNS)` within a parsed template into a call of one of {@link stripFunctions}. */
function rewrite(node: unknown): void {
  if (!isObject(node)) return;
  for (const part of partsOf(node)) rewrite(part);
  const callee: unknown = Reflect.get(node, "callee");
  const args: unknown = Reflect.get(node, "args");
  if (Reflect.get(node, "type") !== "CallExpression" || !Array.isArray(args) || args.length === 0) return;
  if (
    !isObject(callee) ||
    Reflect.get(callee, "type") !== "MemberExpression" ||
    Reflect.get(callee, "computed") === true
  )
    return;
  const method: unknown = Reflect.get(callee, "property");
  if (!isObject(method)) return;
  const name = `python ${String(Reflect.get(method, "value"))}`;
  if (!Object.hasOwn(stripFunctions, name)) return;
  args.unshift(Reflect.get(callee, "object"));
  Reflect.set(method, "value", name);
  Reflect.set(node, "callee", method);
}

export function withPythonStrip(template: Template): Template {
  rewrite(template.parsed);
  return template;
}
