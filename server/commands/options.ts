/** Kinds of options, each of which knows how its value is read: what a command gets has the type that its option says. */
import { Option } from "commander";
import { UserError } from "../shared/user-error";

/** An option of a command. Its name is its key in the command's table: `keepSteps` is typed `--keep-steps`. */
export interface OptionOf<T> {
  readonly description: string;
  /** What stands for the value in a usage text; null: the option has none, it is there or not. */
  readonly placeholder: string | null;
  /** Value by all that was typed for it, in order; `flag` is the option as it is typed, for messages. Throws a UserError. */
  readonly read: (typed: readonly string[], flag: string) => T;
}

export type OptionTable = Readonly<Record<string, OptionOf<unknown>>>;

/** Values of a command's options. */
export type Given<Options extends OptionTable> = {
  readonly [Name in keyof Options]: Options[Name] extends OptionOf<infer T> ? T : never;
};

/** An option with one value, or `initial` where it is not typed. A second one would be passed over, and is refused. */
const single =
  <T, Initial>(initial: Initial, read: (text: string, flag: string) => T): OptionOf<T | Initial>["read"] =>
  (typed, flag) => {
    if (typed.length > 1) throw new UserError(`${flag} is given twice.`);
    return typed[0] === undefined ? initial : read(typed[0], flag);
  };

/** A text that looks like an option stands where a value was left out. */
function textOf(typed: string, flag: string): string {
  if (typed === "") throw new UserError(`${flag} needs a value.`);
  if (typed.startsWith("-"))
    throw new UserError(`${flag} needs a value; "${typed}" looks like an option. A file of that name is ./${typed}.`);
  return typed;
}

/** Any text; undefined where it is not typed. */
export const text = (placeholder: string, description: string): OptionOf<string | undefined> => ({
  placeholder,
  description,
  read: single(undefined, textOf),
});

/** Texts of an option that may be typed again and again. */
export const texts = (placeholder: string, description: string): OptionOf<readonly string[]> => ({
  placeholder,
  description: `${description}; can be repeated`,
  read: (typed, flag) => typed.map((each) => textOf(each, flag)),
});

/** There or not. */
export const flag = (description: string): OptionOf<boolean> => ({
  placeholder: null,
  description,
  read: (typed) => typed.length > 0,
});

/** Numbers that an option takes. */
export interface Range {
  readonly fits: (value: number) => boolean;
  /** Behind "must be". */
  readonly words: string;
}

const wholeFrom = (least: number): Range => ({
  fits: (value) => Number.isSafeInteger(value) && value >= least,
  words: `a whole number from ${least}`,
});

export const ranges = {
  count: wholeFrom(1),
  steps: wholeFrom(0),
  seed: {
    fits: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31,
    words: "a whole number from 0 to 2147483647",
  },
  seconds: { fits: (value) => value > 0 && Number.isFinite(value), words: "a number above 0" },
  rate: { fits: (value) => value > 0 && value <= 1, words: "a number above 0 and up to 1" },
} as const satisfies Record<string, Range>;

/** A number as people write it: `0.5`, `3e-4`. Neither an empty text nor `0x10` is one. */
const written = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

const numberIn =
  ({ fits, words }: Range) =>
  (typed: string, flag: string): number => {
    const value = Number(typed);
    if (!written.test(typed) || !fits(value)) throw new UserError(`${flag} must be ${words}, not "${typed}".`);
    return value;
  };

/** A number within a range; null where it is not typed. */
export const number = (placeholder: string, range: Range, description: string): OptionOf<number | null> => ({
  placeholder,
  description,
  read: single(null, numberIn(range)),
});

/** Values with commas between, no two of them the same; `usual` where it is not typed. */
export const list = <T>(
  placeholder: string,
  description: string,
  usual: readonly T[],
  read: (typed: string, flag: string) => T,
): OptionOf<readonly T[]> => ({
  placeholder,
  description: `${description} (default: ${usual.join(",")})`,
  read: single(usual, (typed, flag) => {
    if (typed === "") throw new UserError(`${flag} needs a value.`);
    const values = typed.split(",").map((part) => read(part.trim(), flag));
    const twice = values.find((value, at) => values.indexOf(value) < at);
    if (twice !== undefined) throw new UserError(`${flag} names ${String(twice)} twice.`);
    return values;
  }),
});

/** Numbers within a range, with commas between. */
export const numbers = (
  placeholder: string,
  range: Range,
  description: string,
  usual: readonly number[],
): OptionOf<readonly number[]> =>
  list(placeholder, description, usual, numberIn({ ...range, words: `${range.words}, or several with commas` }));

/** One of a few words; undefined where it is not typed. */
export const choice = <T extends string>(words: readonly T[], description: string): OptionOf<T | undefined> => ({
  placeholder: words.join("|"),
  description,
  read: single(undefined, (typed, flag) => {
    const found = words.find((word) => word === typed);
    if (found === undefined) throw new UserError(`${flag} must be ${words.join(" or ")}, not "${typed}".`);
    return found;
  }),
});

/** As it is typed. */
const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The option for the library, which gathers what is typed. */
export function libraryOption(name: string, { placeholder, description, read }: OptionOf<unknown>): Option {
  const typed = flagOf(name);
  if (placeholder === null) return new Option(typed, description);
  return new Option(`${typed} <${placeholder}>`, description).argParser(
    (value: string, before: readonly string[] | undefined) => {
      const all = [...(before ?? []), value];
      // A value that does not fit is refused before what follows from it: an option taken for a value, say.
      read(all, typed);
      return all;
    },
  );
}

/** Values of options out of what the library gathered. Throws a UserError for one that does not fit. */
export function givenOptions<Options extends OptionTable>(
  options: Options,
  gathered: Readonly<Record<string, readonly string[] | true | undefined>>,
): Given<Options> {
  const values = Object.entries(options).map(([name, { read }]) => {
    const typed = gathered[name] ?? [];
    return [name, read(typed === true ? [""] : typed, flagOf(name))];
  });
  // Each value was made by the `read` of its option.
  return Object.fromEntries(values) as Given<Options>;
}
