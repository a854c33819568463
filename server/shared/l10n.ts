/**
 * Texts in the reader's language, by their English ones: those of VS Code's display language in its server and its pages; without any, and in a terminal, English
 * stays. `npm run l10n` gathers what is said by {@link t}, and the titles and remedies of rules and the titles of stages.
 */

/** By the English text. */
export type Texts = Readonly<Record<string, string>>;

let texts: Texts = {};

/** What this process, or this page, says from now on. */
export function setTexts(given: Texts): void {
  texts = given;
}

export const allTexts = (): Texts => texts;

export const textIn = (message: string): string | undefined =>
  Object.hasOwn(texts, message) ? texts[message] : undefined;

/** A text with values in the places of `{0}`, `{1}`, … */
export function t(message: string, ...values: readonly (string | number)[]): string {
  const text = textIn(message) ?? message;
  return values.length === 0
    ? text
    : text.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}

/** `1 sample`, `3 samples`: the messages `{0} sample` and `{0} samples`. */
export const plural = (count: number, one: string): string => t(count === 1 ? `{0} ${one}` : `{0} ${one}s`, count);
