/** What a view would put on its page, as text, for tests without a browser. */
import type { TemplateResult } from "lit";

const isTemplate = (value: object): value is TemplateResult => "strings" in value && "values" in value;

/** Markup with the values in their places; handlers and what is nothing are left out. */
export function markup(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map(markup).join("");
  if (typeof value !== "object" || value === null) return "";
  if (isTemplate(value)) return value.strings.map((part, index) => part + markup(value.values[index])).join("");
  const parts: unknown = Reflect.get(value, "values");
  if (!Array.isArray(parts)) return "";
  const first: unknown = parts[0];
  const template: unknown = parts[2];
  // `repeat(items, key, template)`, else `keyed(key, template)`.
  if (Array.isArray(first) && typeof template === "function")
    return first.map((item, index) => markup(Reflect.apply(template, undefined, [item, index]))).join("");
  return markup(parts[1]);
}
