/** The kernels and their helper thread, built from their sources: once for all tests, and again when the sources are others. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const root = join(__dirname, "..", "..", "..");
const assemblyScript = join(root, "node_modules", "assemblyscript");
const sources = join(root, "server", "kernels");

/** Paths of the compiled kernels and of what the compiler declares of them. Compiling takes seconds, and a dozen files of tests ask for it. */
function compiled(): { readonly kernels: string; readonly declarations: string } {
  const hash = createHash("sha256").update(readFileSync(join(assemblyScript, "package.json")));
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  const path = join(root, "node_modules", ".cache", "reasoning-lab", `kernels-${hash.digest("hex")}`);
  const files = { kernels: `${path}.wasm`, declarations: `${path}.d.ts` };
  if (existsSync(files.kernels) && existsSync(files.declarations)) return files;
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}`;
  execFileSync(process.execPath, [
    join(assemblyScript, "bin", "asc.js"),
    "--config",
    join(sources, "asconfig.json"),
    "--outFile",
    `${fresh}.wasm`,
    "--bindings",
    "raw",
  ]);
  rmSync(`${fresh}.js`);
  renameSync(`${fresh}.d.ts`, files.declarations);
  renameSync(`${fresh}.wasm`, files.kernels);
  return files;
}

/** What the compiler declares of the kernels' sources as they are. */
export function kernelDeclarations(): string {
  return readFileSync(compiled().declarations, "utf8");
}

/** Path of the kernels in a folder of their own, as `startEngine` takes it. */
function buildTestKernels(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-kernels-"));
  const kernelsFile = join(folder, "kernels.wasm");
  copyFileSync(compiled().kernels, kernelsFile);
  buildSync({
    bundle: true,
    platform: "node",
    target: "node22",
    logLevel: "silent",
    entryPoints: { "kernel-helper": join(__dirname, "helper-thread.ts") },
    outdir: folder,
  });
  return kernelsFile;
}

/** Kernels for the tests of a file, there while they run. */
export function testKernels(): { readonly file: string } {
  const built = { file: "" };
  beforeAll(() => {
    built.file = buildTestKernels();
  }, 120_000);
  afterAll(() => rmSync(dirname(built.file), { recursive: true, force: true }));
  return built;
}

/** The same kernels under another path: what is started from there is an engine with a memory of its own. */
export function kernelsApart(file: string): string {
  const folder = mkdtempSync(join(dirname(file), "apart-"));
  for (const name of ["kernels.wasm", "kernel-helper.js"]) cpSync(join(dirname(file), name), join(folder, name));
  return join(folder, "kernels.wasm");
}
