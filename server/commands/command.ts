/** What a command of the program is, and how the library is told of it. */
import type { Command } from "commander";
import type { Installation } from "../processes/installation";
import { givenOptions, libraryOption, type Given, type OptionTable } from "./options";

export interface CommandContext {
  readonly installation: Installation;
  /** How this program was started, as it would be typed again. */
  readonly program: string;
  /** Everything behind that. */
  readonly typed: readonly string[];
}

interface ArgumentOf<T extends string | undefined> {
  readonly description: string;
  readonly optional: undefined extends T ? true : false;
}

export const required = (description: string): ArgumentOf<string> => ({ description, optional: false });
export const optional = (description: string): ArgumentOf<string | undefined> => ({ description, optional: true });

/** In the order in which they are typed. */
type ArgumentTable = Readonly<Record<string, ArgumentOf<string> | ArgumentOf<string | undefined>>>;

type Arguments<Table extends ArgumentTable> = {
  readonly [Name in keyof Table]: Table[Name] extends ArgumentOf<infer T> ? T : never;
};

interface Definition<Table extends ArgumentTable, Options extends OptionTable> {
  readonly name: string;
  /** One line of the list of commands, as something to do. */
  readonly summary: string;
  /** What else its help says, before the options. */
  readonly details?: string;
  readonly arguments: Table;
  readonly options: Options;
  /** Returns the exit code. Throws a UserError when it cannot be done as asked. */
  readonly act: (given: Arguments<Table>, options: Given<Options>, context: CommandContext) => number | Promise<number>;
}

/** Adds itself to a program; `end` hears the exit code of the command that was typed. */
export type CliCommand = (program: Command, context: CommandContext, end: (code: number) => void) => void;

export const command =
  <Table extends ArgumentTable, Options extends OptionTable>(definition: Definition<Table, Options>): CliCommand =>
  (program, context, end) => {
    const added = program.command(definition.name).summary(definition.summary);
    added.description(described(definition.summary, definition.details));
    const names = Object.keys(definition.arguments);
    for (const [name, { description, optional: left }] of Object.entries(definition.arguments))
      added.argument(left ? `[${name}]` : `<${name}>`, description);
    for (const [name, option] of Object.entries(definition.options)) added.addOption(libraryOption(name, option));
    added.action(async () => {
      // The library has seen to it that those are there which are required.
      const given = Object.fromEntries(names.map((name, at) => [name, added.args[at]])) as Arguments<Table>;
      end(await definition.act(given, givenOptions(definition.options, added.opts()), context));
    });
  };

/** Commands behind a word: `engine install`, `engine status`. */
export const group =
  (name: string, summary: string, commands: readonly CliCommand[]): CliCommand =>
  (program, context, end) => {
    const added = program.command(name).summary(summary).description(described(summary));
    for (const add of commands) add(added, context, end);
  };

/** A sentence, and what else is to be said. */
const described = (summary: string, details?: string): string =>
  [`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, ...(details === undefined ? [] : ["", details])].join(
    "\n",
  );
