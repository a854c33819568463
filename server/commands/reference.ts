/** The page of the docs that lists every command and option, made from the commands themselves. */
import type { Command } from "commander";
import { markdownTable } from "../shared/markdown-table";

/** Columns of a block of code that GitHub shows without a scroll bar. */
const columns = 100;

function helpOf(command: Command): string {
  return command.configureHelp({ helpWidth: columns }).helpInformation().trimEnd();
}

/** A section for a command, or for each of its group. */
function sections(command: Command, words: readonly string[]): string[] {
  const all = [...words, command.name()];
  const own = [`## ${all.slice(1).join(" ")}`, "", "```text", helpOf(command), "```", ""].join("\n");
  return command.commands.length === 0 ? [own] : command.commands.flatMap((each) => sections(each, all));
}

/** Markdown of `docs/command-line.md`. */
export function commandReference(program: Command): string {
  return [
    "# Command line",
    "",
    "This page is generated from the commands: `npm run unit -- server/commands -u` writes it.",
    "",
    "`reasoning-lab` is `node dist/cli.js` of this repository or of the installed extension (Node ≥ 22.13). Options follow",
    "the command, with their value after a space or `=`. An option that a command does not have is an error.",
    "",
    markdownTable([
      ["exit code", "means"],
      ["0", "done"],
      ["1", "failed, paused or mistyped; `score`: a reward had errors, or a case failed; `test`: a case failed"],
      ["2", "`test`: mistyped, or there is nothing to test"],
      ["3", "`engine install`: this machine or its network lacks something that it needs"],
      ["130", "stopped by Ctrl-C or a signal"],
    ]),
    "",
    "```text",
    helpOf(program),
    "```",
    "",
    ...program.commands.flatMap((command) => sections(command, [program.name()])),
  ].join("\n");
}
