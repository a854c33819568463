/**
 * Texts of pages in the reader's language. Templates are written with this `html`, whose static texts are looked up as they stand; any other text goes through
 * {@link t}. The host puts the texts of VS Code's display language into the page; without any, English stays. `npm run l10n` gathers the messages.
 */
import { html as litHtml, svg as litSvg, type SVGTemplateResult, type TemplateResult } from "lit";
import * as z from "zod";
import { textsName } from "../../server/protocol/webviews";
import { setTexts as setSaid, textIn, type Texts } from "../../server/shared/l10n";
import { translated, type TranslatedTemplate } from "./template-texts";

export { plural, t } from "../../server/shared/l10n";

function textsOfPage(): Texts {
  if (typeof document === "undefined") return {};
  const content = document.querySelector(`meta[name="${textsName}"]`)?.getAttribute("content") ?? "{}";
  try {
    return z.record(z.string(), z.string()).catch({}).parse(JSON.parse(content));
  } catch {
    return {};
  }
}

let isEnglish = true;
let known = new WeakMap<
  TemplateStringsArray,
  { readonly template: TranslatedTemplate | null; readonly strings: TemplateStringsArray }
>();

/** What a page finds when it is loaded; for tests, too. */
export function setTexts(given: Texts): void {
  setSaid(given);
  isEnglish = Object.keys(given).length === 0;
  known = new WeakMap();
}
setTexts(textsOfPage());

function inLanguage<R>(make: (strings: TemplateStringsArray, ...values: unknown[]) => R) {
  return (strings: TemplateStringsArray, ...values: unknown[]): R => {
    if (isEnglish) return make(strings, ...values);
    let own = known.get(strings);
    if (!own) {
      const template = translated(strings, textIn);
      // lit keeps what it has made of a template by the identity of its strings.
      own = { template, strings: template ? Object.assign([...template.strings], { raw: template.strings }) : strings };
      known.set(strings, own);
    }
    return make(own.strings, ...(own.template ? own.template.order.map((index) => values[index]) : values));
  };
}

export const html: (strings: TemplateStringsArray, ...values: unknown[]) => TemplateResult<1> = inLanguage(litHtml);
export const svg: (strings: TemplateStringsArray, ...values: unknown[]) => SVGTemplateResult = inLanguage(litSvg);
