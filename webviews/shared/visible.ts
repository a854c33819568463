/** Characters of a model's text that cannot be seen, or that change how the rest of it is seen, as their code points. */

/** Control characters but tab and line ends; what turns the direction of text around, has no width, or marks the byte order. */
const unseen =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/**
 * The text with `[U+202E]` for each character that is not seen: whoever judges an answer is to see what is in it, in its order. Letters of scripts
 * that are written from right to left stay as they are, and so do the joiners that some scripts are spelt with.
 */
export const visible = (text: string): string =>
  text.replace(unseen, (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
