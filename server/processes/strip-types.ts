/**
 * TypeScript of a model as JavaScript. esbuild reads it, in a process of its own for each program: one that has a text, gives a text, is
 * told no file, and is killed when it takes long, takes much memory or says much.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ownTime } from "../shared/running-time";
import { endWithUs } from "./watchdog";
import { UserError } from "../shared/user-error";

/** UTF-16 units of a program that is read, and of what it may become. */
const longestProgram = 1 << 20;
const longestResult = 8 << 20;

/** Seconds that a program may take to be read: honest ones take some milliseconds. */
const limit = 10;

/** Kilobytes of memory, where the operating system is Linux. */
const memory = 1 << 20;

const shell = "/bin/sh";

/** Enums, namespaces and fields given in constructors become JavaScript; what QuickJS does not have yet does, too. */
const flags = ["--loader=ts", "--target=es2023", "--log-limit=1", "--color=false", "--tsconfig-raw={}"];

/** The program, or why it is none. */
export type Stripped = { readonly code: string } | { readonly error: string };

function binary(): string {
  const found = createRequire(__filename).resolve(`@esbuild/${process.platform}-${process.arch}/package.json`);
  return join(dirname(found), ...(process.platform === "win32" ? ["esbuild.exe"] : ["bin", "esbuild"]));
}

/** `script`: a file in whose folder its watchdog lies. Throws an Error where esbuild is missing or cannot be started. */
export async function stripTypes(code: string, script: string): Promise<Stripped> {
  if (code.length > longestProgram) return { error: "The program is too long." };
  const esbuild = binary();
  // No file of its own making, either.
  const limited = process.platform === "linux" && existsSync(shell);
  const child = limited
    ? spawn(shell, ["-c", 'ulimit -d "$0"; ulimit -f 0; exec "$@"', String(memory), esbuild, ...flags], options(script))
    : spawn(esbuild, flags, options(script));
  endWithUs(child, script);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let size = 0;
  let why = "It cannot be read as TypeScript.";
  const give = (list: Buffer[]) => (chunk: Buffer) => {
    size += chunk.length;
    if (size > longestResult) child.kill("SIGKILL");
    else list.push(chunk);
  };
  child.stdout.on("data", give(output));
  child.stderr.on("data", give(errors));
  // It may end before it has read everything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(code);
  const takeBack = ownTime.after(limit * 1000, () => {
    why = `Reading it as TypeScript took longer than ${limit} s.`;
    child.kill("SIGKILL");
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) =>
      reject(new UserError(`TypeScript cannot be read: esbuild does not start (${error.message}).`)),
    );
    child.on("close", resolve);
  }).finally(takeBack);
  if (status === 0) return { code: Buffer.concat(output).toString("utf8") };
  const said = Buffer.concat(errors).toString("utf8");
  return { error: status === 1 ? messageOf(said) || why : why };
}

const options = (script: string) => ({
  env: process.env["SystemRoot"] === undefined ? {} : { SystemRoot: process.env["SystemRoot"] },
  cwd: dirname(script),
  windowsHide: true,
});

/** What esbuild says of the first thing that is wrong, with its line. */
function messageOf(said: string): string {
  const [, message] = /\[ERROR\] (.+)/.exec(said) ?? [];
  const [, line, column] = /<stdin>:(\d+):(\d+):/.exec(said) ?? [];
  if (message === undefined) return "";
  return line === undefined ? message : `${message}\n    at program.ts:${line}:${Number(column) + 1}`;
}
