/**
 * Texts of pages in the reader's language. Templates are written with this `html`, whose static texts are looked up as they stand; any other text goes through
 * {@link t}. The host puts the texts of VS Code's display language into the page; without any, English stays. `npm run l10n` gathers the messages.
 */
import { html as litHtml, svg as litSvg, type SVGTemplateResult, type TemplateResult } from "lit";
import * as z from "zod";
import { textsName } from "../../server/protocol/webviews";
import { translated, type TranslatedTemplate } from "./template-texts";

/** By the English text. */
type Texts = Readonly<Record<string, string>>;

function textsOfPage(): Texts {
  if (typeof document === "undefined") return {};
  const content = document.querySelector(`meta[name="${textsName}"]`)?.getAttribute("content") ?? "{}";
  try {
    return z.record(z.string(), z.string()).catch({}).parse(JSON.parse(content));
  } catch {
    return {};
  }
}

let texts: Texts = textsOfPage();
let isEnglish = Object.keys(texts).length === 0;
let known = new WeakMap<
  TemplateStringsArray,
  { readonly template: TranslatedTemplate | null; readonly strings: TemplateStringsArray }
>();

/** For tests: what a page finds when it is loaded. */
export function setTexts(given: Texts): void {
  texts = given;
  isEnglish = Object.keys(given).length === 0;
  known = new WeakMap();
}

const textOf = (message: string): string | undefined => (Object.hasOwn(texts, message) ? texts[message] : undefined);

/** A text with values in the places of `{0}`, `{1}`, … */
export function t(message: string, ...values: readonly (string | number)[]): string {
  const text = textOf(message) ?? message;
  return values.length === 0
    ? text
    : text.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}

/** `1 sample`, `3 samples`: the messages `{0} sample` and `{0} samples`. */
export const plural = (count: number, one: string): string => t(count === 1 ? `{0} ${one}` : `{0} ${one}s`, count);

function inLanguage<R>(make: (strings: TemplateStringsArray, ...values: unknown[]) => R) {
  return (strings: TemplateStringsArray, ...values: unknown[]): R => {
    if (isEnglish) return make(strings, ...values);
    let own = known.get(strings);
    if (!own) {
      const template = translated(strings, textOf);
      // lit keeps what it has made of a template by the identity of its strings.
      own = { template, strings: template ? Object.assign([...template.strings], { raw: template.strings }) : strings };
      known.set(strings, own);
    }
    return make(own.strings, ...(own.template ? own.template.order.map((index) => values[index]) : values));
  };
}

export const html: (strings: TemplateStringsArray, ...values: unknown[]) => TemplateResult<1> = inLanguage(litHtml);
export const svg: (strings: TemplateStringsArray, ...values: unknown[]) => SVGTemplateResult = inLanguage(litSvg);
