/** The machine's C++ compiler, and what to install where there is none. */
import { execFile } from "node:child_process";
import type { Machine } from "./machine";
import { SetupError, UnavailableError } from "./setup-error";

/** A program with its first arguments. */
export type Compiler = readonly [string, ...string[]];

const installs: readonly (readonly [string, string])[] = [
  ["debian", "sudo apt install g++"],
  ["ubuntu", "sudo apt install g++"],
  ["fedora", "sudo dnf install gcc-c++"],
  ["rhel", "sudo dnf install gcc-c++"],
  ["suse", "sudo zypper install gcc-c++"],
  ["arch", "sudo pacman -S gcc"],
];

/** What to type to get a compiler. */
export function compilerAdvice({ platform, distribution }: Pick<Machine, "platform" | "distribution">): string {
  if (platform === "darwin") return "Install Apple's command line tools: xcode-select --install";
  const [, command] = installs.find(([name]) => distribution.some((id) => id.includes(name))) ?? [];
  return command === undefined ? "Install g++ or clang++ with the system's package manager" : `Install one: ${command}`;
}

/** Apple puts programs in the path that only offer to install the tools: a compiler is what says its version. */
function works([program, ...args]: Compiler, environment: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...args, "--version"], { env: environment, timeout: 20_000 }, (error) =>
      resolve(error === null),
    );
  });
}

/** `CXX` of the environment, else g++ or clang++ of the path. Throws when none works. */
export async function findCompiler(machine: Machine, environment: NodeJS.ProcessEnv): Promise<Compiler> {
  const [program, ...args] = (environment["CXX"] ?? "").split(/\s+/).filter((word) => word !== "");
  if (program !== undefined) {
    const compiler: Compiler = [program, ...args];
    if (await works(compiler, environment)) return compiler;
    throw new SetupError(`The C++ compiler that CXX names does not work: ${compiler.join(" ")}. Mend or unset CXX.`);
  }
  const names = machine.platform === "darwin" ? ["clang++", "g++"] : ["g++", "clang++", "c++"];
  for (const name of names) if (await works([name], environment)) return [name];
  throw new UnavailableError(
    `TensorFlow's binding is built on this machine, and no C++ compiler was found (${names.join(", ")}). ${compilerAdvice(machine)}. Then try again.`,
  );
}
