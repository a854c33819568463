/** Halves of characters: JSON can write one of the two units of a character beyond U+FFFF alone, and no file in UTF-8 can hold it. */
import { UserError } from "./user-error";

/** The path of the first text within a value that holds half a character; null: none does. */
export function halfCharacterAt(value: unknown): string | null {
  const left: { readonly path: string; readonly value: unknown }[] = [{ path: "", value }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { path, value: at } = next;
    if (typeof at === "string" && !at.isWellFormed()) return path;
    if (typeof at !== "object" || at === null) continue;
    for (const [key, inner] of Object.entries(at).reverse()) {
      if (!key.isWellFormed()) return path;
      left.push({ path: path === "" ? key : `${path}.${key}`, value: inner });
    }
  }
  return null;
}

/** Throws with the column of a row that holds half a character. */
export function refuseHalfCharacters(columns: Readonly<Record<string, unknown>>): void {
  const path = halfCharacterAt(columns);
  if (path === null) return;
  throw new UserError(
    `"${path}" holds half a character (a surrogate without its other half, as "\\ud83d"), which no UTF-8 file can hold. Write the whole character, or leave it out`,
  );
}
