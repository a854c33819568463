/** The program with all of its commands: what is typed is parsed here, and what it does not know is refused. */
import { Command, CommanderError } from "commander";
import { nearestWord } from "../shared/nearest-word";
import { UserError } from "../shared/user-error";
import { productVersion } from "../processes/installation";
import { printable } from "../terminal/print";
import { auditCommand } from "./audit";
import { behavioursCommand } from "./behaviours";
import { checkCommand } from "./check";
import { cleanCommand } from "./clean";
import { refusalCode, type CliCommand, type CommandContext } from "./command";
import { compareCommand } from "./compare";
import { engineCommand } from "./engine";
import { evaluateCommand } from "./evaluate";
import { exportMetricsCommand } from "./export-metrics";
import { forkCommand } from "./fork";
import { getModelCommand } from "./get-model";
import { mergeAdapterCommand } from "./merge-adapter";
import { metricsCommand } from "./metrics";
import { newCommand } from "./new";
import { reportCommand } from "./report";
import { rescoreCommand } from "./rescore";
import { resumeCommand } from "./resume";
import { runCommand } from "./run";
import { scoreCommand } from "./score";
import { testCommand } from "./test";

const commands: readonly CliCommand[] = [
  newCommand,
  runCommand,
  resumeCommand,
  forkCommand,
  reportCommand,
  evaluateCommand,
  compareCommand,
  scoreCommand,
  rescoreCommand,
  testCommand,
  checkCommand,
  auditCommand,
  behavioursCommand,
  metricsCommand,
  exportMetricsCommand,
  cleanCommand,
  engineCommand,
  getModelCommand,
  mergeAdapterCommand,
];

/** The program as the library has it; `end` hears the exit code of the command that was typed. */
export function createProgram(context: CommandContext, end: (code: number) => void): Command {
  const program = new Command(context.program)
    .description("Runs Reasoning Lab recipes and shows the results.")
    .usage("<command> [options]")
    .helpCommand("help [command]", "show what a command does and its options")
    .helpOption("-h, --help", "show this help")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => process.stdout.write(printable(text)),
      // What is wrong is thrown, and told by who called.
      writeErr: () => undefined,
      outputError: () => undefined,
    });
  for (const add of commands) add(program, context, end);
  return program.version(productVersion(context.installation), "--version", "print the version");
}

/** The command that was typed, as far as there is one, and what stood behind it. */
function typedCommand(program: Command, typed: readonly string[]): { command: Command; rest: readonly string[] } {
  const [first, ...rest] = typed;
  const found = program.commands.find((command) => command.name() === first);
  return found ? typedCommand(found, rest) : { command: program, rest: typed };
}

const optionsOf = (command: Command): string[] => command.options.flatMap(({ long }) => (long ? [long] : []));

/** Every command that is none's group, with its words: `engine install`. */
const leaves = (program: Command, words: readonly string[] = []): { words: string; command: Command }[] =>
  program.commands.flatMap((command) => {
    const all = [...words, command.name()];
    return command.commands.length > 0 ? leaves(command, all) : [{ words: all.join(" "), command }];
  });

/** What is said of an option that a command does not have: the nearest that it has, and the commands that have it or the nearest of all. */
function unknownOption(program: Command, typed: readonly string[]): string {
  const { command, rest } = typedCommand(program, typed);
  const unknown = (command.parseOptions([...rest]).unknown[0] ?? "").replace(/=.*$/s, "");
  const own = nearestWord(unknown, [...optionsOf(command), "--help"]);
  const all = leaves(program);
  const known = all.flatMap((leaf) => optionsOf(leaf.command));
  const other = known.includes(unknown) ? unknown : own === null ? nearestWord(unknown, known) : null;
  const holders = all.filter((leaf) => other !== null && optionsOf(leaf.command).includes(other));
  return [
    `${command === program ? "There is no option" : `${wordsOf(command)} has no option`} ${unknown}.`,
    ...(own === null ? [] : [`Did you mean ${own}?`]),
    ...(holders.length === 0 ? [] : [`${other!} is an option of ${holders.map(({ words }) => words).join(", ")}.`]),
  ].join(" ");
}

const wordsOf = (command: Command): string =>
  command.parent?.parent ? `${wordsOf(command.parent)} ${command.name()}` : command.name();

/** Exit code of what was typed where {@link runProgram} throws. */
export const codeOfRefusal = (context: CommandContext): number =>
  refusalCode(
    typedCommand(
      createProgram(context, () => undefined),
      context.typed,
    ).command,
  );

/** Does what was typed, and returns the exit code. Throws a UserError with the usage of the command where that is no command of this program. */
export async function runProgram(context: CommandContext): Promise<number> {
  let code = 0;
  const program = createProgram(context, (ended) => (code = ended));
  try {
    await program.parseAsync([...context.typed], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    const { command } = typedCommand(program, context.typed);
    const usage = command.helpInformation();
    if (error.code === "commander.help") throw new UserError(usage, { cause: error });
    const message = error.code === "commander.unknownOption" ? unknownOption(program, context.typed) : error.message;
    throw new UserError(`${message}\n\n${usage}`, { cause: error });
  }
}
