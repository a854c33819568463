/** Messages of the pages by themselves, sorted: what `l10n/bundle.l10n.json` must be. */
export function pageMessages(): Promise<Record<string, string>>;
/** The manifest with keys in place of texts, and the texts by their keys. */
export function manifestTexts(
  manifest: unknown,
  known: Readonly<Record<string, string>>,
): { readonly manifest: unknown; readonly texts: Record<string, string> };
