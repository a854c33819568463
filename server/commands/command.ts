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

interface ArgumentOf<T extends string | undefined | readonly string[]> {
  readonly description: string;
  readonly count: T extends readonly string[] ? "any" : undefined extends T ? "at most one" : "one";
}

export const required = (description: string): ArgumentOf<string> => ({ description, count: "one" });
export const optional = (description: string): ArgumentOf<string | undefined> => ({
  description,
  count: "at most one",
});
/** As many as are typed; behind it there is no other. */
export const several = (description: string): ArgumentOf<readonly string[]> => ({ description, count: "any" });

/** In the order in which they are typed. */
type ArgumentTable = Readonly<
  Record<string, ArgumentOf<string> | ArgumentOf<string | undefined> | ArgumentOf<readonly string[]>>
>;

const forms = {
  one: (name: string) => `<${name}>`,
  "at most one": (name: string) => `[${name}]`,
  any: (name: string) => `[${name}...]`,
} as const;

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
  /** Exit code where it is not typed as it should be, or cannot be done as asked. Unset: 1. */
  readonly refused?: number;
  /** Returns the exit code. Throws a UserError when it cannot be done as asked. */
  readonly act: (given: Arguments<Table>, options: Given<Options>, context: CommandContext) => number | Promise<number>;
}

const refusals = new WeakMap<Command, number>();

/** Exit code of a command that is not typed as it should be, or cannot be done as asked. */
export const refusalCode = (command: Command): number => refusals.get(command) ?? 1;

/** Adds itself to a program; `end` hears the exit code of the command that was typed. */
export type CliCommand = (program: Command, context: CommandContext, end: (code: number) => void) => void;

export const command =
  <Table extends ArgumentTable, Options extends OptionTable>(definition: Definition<Table, Options>): CliCommand =>
  (program, context, end) => {
    const added = program.command(definition.name).summary(definition.summary);
    added.description(described(definition.summary, definition.details));
    const names = Object.keys(definition.arguments);
    for (const [name, { description, count }] of Object.entries(definition.arguments))
      added.argument(forms[count](name), description);
    if (definition.refused !== undefined) refusals.set(added, definition.refused);
    for (const [name, option] of Object.entries(definition.options)) added.addOption(libraryOption(name, option));
    added.action(async () => {
      // The library has seen to it that those are there which are required.
      const given = Object.fromEntries(
        names.map((name, at) => [
          name,
          definition.arguments[name]!.count === "any" ? added.args.slice(at) : added.args[at],
        ]),
      ) as Arguments<Table>;
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
