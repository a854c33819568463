/**
 * A prompt without what makes no other prompt of it: white space, marks that nobody sees, case, and forms of the same character. Which side of a
 * split a prompt is on goes by this, so that a copy that was formatted anew cannot be on the other.
 */
export const canonicalPrompt = (prompt: string): string =>
  prompt
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, "");
