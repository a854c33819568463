/** The kernels and their helper thread, built from their sources: once for all tests, and again when the sources are others. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
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

/** Path of the compiled kernels. Compiling takes seconds, and a dozen files of tests ask for it. */
function compiled(): string {
  const hash = createHash("sha256").update(readFileSync(join(assemblyScript, "package.json")));
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  const file = join(root, "node_modules", ".cache", "reasoning-lab", `kernels-${hash.digest("hex")}.wasm`);
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const fresh = file.replace(/\.wasm$/, `.${process.pid}.wasm`);
  execFileSync(process.execPath, [
    join(assemblyScript, "bin", "asc.js"),
    ...["--config", join(sources, "asconfig.json"), "--outFile", fresh],
  ]);
  renameSync(fresh, file);
  return file;
}

/** Path of the kernels in a folder of their own, as `startEngine` takes it. */
export function buildTestKernels(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-kernels-"));
  const kernelsFile = join(folder, "kernels.wasm");
  copyFileSync(compiled(), kernelsFile);
  buildSync({
    ...{ bundle: true, platform: "node", target: "node22", logLevel: "silent" },
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
