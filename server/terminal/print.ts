/** Where text leaves for the terminal: what runs, rewards, data and models say is shown there and never obeyed. */
import { seenParts } from "../shared/unseen";

const escaped = (character: string): string => {
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  // From 128 on as JSON has it, which leaves such characters as they are.
  return code < 0x7f ? `\\x${hex.padStart(2, "0")}` : code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
};

/** Each half of a character beyond U+FFFF by itself, as JSON has it. */
const jsonEscaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");

/**
 * A text in which every character that a terminal would obey, or that nobody would see there, is written out: `\x1b[2J` clears no screen, and
 * `1\u200b0` is not 10.
 */
export const printable = (text: string): string =>
  seenParts(text.replace(/\r\n/g, "\n"))
    .map((part) => (part.name === null ? part.text : escaped(part.text)))
    .join("");

/** Prints lines. */
export const print = (text: string): void => console.log(printable(text));

/** Prints a value as JSON that says the same, with the characters written out that a terminal would obey. */
export const printJson = (value: unknown, spaces = 0): void =>
  console.log(
    seenParts(JSON.stringify(value, null, spaces))
      .map(({ text, name }) => (name === null ? text : jsonEscaped(text)))
      .join(""),
  );

/** Prints lines to the errors. */
export const printError = (text: string): void => console.error(printable(text));
