/** Where text leaves for the terminal: what runs, rewards, data and models say is shown there and never obeyed. */

/** Control characters but the tab and the line's end, and the marks that turn the direction of text. */
const commands = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => {
  const code = character.charCodeAt(0);
  // From 128 on as JSON has it, which leaves such characters as they are.
  return code < 0x7f ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
};

/** A text in which every character that a terminal would obey is written out: `\x1b[2J` clears no screen. */
export const printable = (text: string): string => text.replace(/\r\n/g, "\n").replace(commands, escaped);

/** Prints lines. */
export const print = (text: string): void => console.log(printable(text));

/** Prints lines to the errors. */
export const printError = (text: string): void => console.error(printable(text));
