#!/usr/bin/env node
/** `reasoning-lab`: runs recipes in a terminal, with the library that the editor uses. */
import "./shared/no-debugger";
import "./terminal/start-folder";
import "./terminal/node-version";
import { codeOfRefusal, runProgram } from "./commands/program";
import { commandText } from "./terminal/command-text";
import { printError } from "./terminal/print";
import { isInternal, stackOf, toldOf } from "./shared/user-error";

// A reader that goes away (`| head`) ends the output, not the run.
process.stdout.on("error", () => undefined);
const context = {
  installation: { distFolder: __dirname },
  program: commandText(process.argv0, process.argv[1] ?? "", process.cwd()),
  typed: process.argv.slice(2),
};
void runProgram(context).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (isInternal(error)) printError(stackOf(error));
    printError(toldOf(error, "This is a fault of Reasoning Lab: please report it with the stack above."));
    process.exitCode = codeOfRefusal(context);
  },
);
