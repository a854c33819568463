/** The native binding between Node and TensorFlow: taken prebuilt where the product brings it, else built from the sources that it brings. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findCompiler, type Compiler } from "./compiler";
import type { Machine } from "./machine";
import { libraryNames } from "./pinned-wheels";
import { SetupError } from "./setup-error";

export const bindingName = "tfjs_binding.node";

/** What a build is made of. */
export interface BindingSource {
  /** Folder `tensorflow/` of the product: `binding/` (sources), `node-api/` (headers), `prebuilt/<platform>-<arch>/`. */
  readonly folder: string;
  readonly machine: Machine;
  readonly environment: NodeJS.ProcessEnv;
}

export type BindingPlan =
  { readonly how: "prebuilt"; readonly file: string } | { readonly how: "compiled"; readonly compiler: Compiler };

/** Whether the binding is at hand, or what builds it: known before anything is downloaded. Throws when it can be neither. */
export async function planBinding(
  { folder, machine, environment }: BindingSource,
  { prebuilt = true }: { readonly prebuilt?: boolean } = {},
): Promise<BindingPlan> {
  const file = join(folder, "prebuilt", `${machine.platform}-${machine.arch}`, bindingName);
  if (prebuilt && existsSync(file)) return { how: "prebuilt", file };
  return { how: "compiled", compiler: await findCompiler(machine, environment) };
}

/** Arguments of a compiler that build the binding into an engine's folder; it finds the libraries beside itself. */
export function compilerArguments(source: string, engine: string, out: string, platform: NodeJS.Platform): string[] {
  const mac = platform === "darwin";
  return [
    "-O2",
    "-std=c++17",
    "-shared",
    "-fPIC",
    "-DNAPI_VERSION=8",
    // What a program gives to an addon is known when it is loaded.
    ...(mac ? ["-undefined", "dynamic_lookup"] : []),
    "-I",
    source,
    "-I",
    join(engine, "tensorflow", "include"),
    "-I",
    join(source, "node-api"),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(source, "binding", file)),
    "-o",
    out,
    ...libraryNames(platform).map((library) => join(engine, "tensorflow", library)),
    `-Wl,-rpath,${mac ? "@loader_path" : "$ORIGIN"}/tensorflow`,
  ];
}

function compile(
  [program, ...first]: Compiler,
  args: readonly string[],
  { environment }: BindingSource,
  signal: AbortSignal,
) {
  return new Promise<{ readonly code: number | null; readonly output: string }>((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { env: environment, signal, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Puts the binding into an engine's folder. Throws SetupError when it does not compile; the folder then holds the compiler's output. */
export async function makeBinding(
  plan: BindingPlan,
  source: BindingSource,
  engine: string,
  signal: AbortSignal,
): Promise<void> {
  const target = join(engine, bindingName);
  const fresh = `${target}.new`;
  if (plan.how === "prebuilt") {
    await copyFile(plan.file, fresh);
  } else {
    const args = compilerArguments(source.folder, engine, fresh, source.machine.platform);
    const { code, output } = await compile(plan.compiler, args, source, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    if (code !== 0) {
      const log = join(engine, "build.log");
      await rm(fresh, { force: true });
      await writeFile(log, `${[...plan.compiler, ...args].join(" ")}\n\n${output}`);
      const first = output.split("\n").find((line) => /error/i.test(line)) ?? "it gives no reason";
      throw new SetupError(
        `TensorFlow's binding does not compile with ${plan.compiler.join(" ")}: ${first.trim()}. The whole output is in ${log}. A newer compiler may help; CXX names another.`,
      );
    }
  }
  await rename(fresh, target);
}
