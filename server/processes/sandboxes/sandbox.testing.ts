/** A pool of sandboxes for tests, built from the sources. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { pythonImage } from "../../verifiers/code/python-image";
import { openSandboxPool, type SandboxPool } from "./sandbox-pool";
import { findRewardRuntime } from "../runtime";
import { temporaryFolder } from "../installation.testing";

const repository = join(__dirname, "..", "..", "..");

/** Writes `sandbox.mjs` and its interpreters into a folder; `root`: that of the repository. */
export function buildSandbox(folder: string, root = repository): void {
  const modules = join(root, "node_modules");
  buildSync({
    entryPoints: { sandbox: join(root, "server", "verifiers", "code", "sandbox.ts") },
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    outdir: folder,
    logLevel: "silent",
  });
  buildSync({
    entryPoints: { watchdog: join(root, "server", "processes", "watchdog-process.ts") },
    bundle: true,
    platform: "node",
    target: "node22",
    outdir: folder,
    logLevel: "silent",
  });
  buildSync({
    entryPoints: { "javascript-harness": join(root, "server", "verifiers", "code", "javascript", "harness.mjs") },
    bundle: true,
    platform: "neutral",
    target: "es2023",
    format: "iife",
    globalName: "harness",
    outdir: folder,
    banner: { js: "(function () {" },
    footer: { js: "return harness.openHarness; })();" },
    logLevel: "silent",
  });
  copyFileSync(startedPython(root, modules), join(folder, "python.wasm"));
  const quickJs = readFileSync(
    join(modules, "@jitl", "quickjs-wasmfile-release-sync", "dist", "emscripten-module.wasm"),
  );
  writeFileSync(join(folder, "quickjs.wasm"), quickJs);
}

/** The started interpreter, made once for all test files of a run: it takes seconds. What it is made of is in its name. */
function startedPython(root: string, modules: string): string {
  const python = readFileSync(join(modules, "@antonz", "python-wasi", "dist", "python.wasm"));
  const code = join(root, "server", "verifiers", "code");
  const sources = ["desktop.py", "leetcode.py", "harness.py"].map((name) => readFileSync(join(code, name), "utf8"));
  const makers = ["python-image.ts", "python-build.ts"].map((name) => readFileSync(join(code, name), "utf8"));
  const hash = createHash("sha256");
  for (const part of [python, ...sources, ...makers]) hash.update(part);
  const file = join(tmpdir(), `reasoning-lab-python-${hash.digest("hex").slice(0, 16)}.wasm`);
  if (!existsSync(file)) {
    const own = `${file}.${process.pid}`;
    writeFileSync(own, pythonImage(python, sources));
    renameSync(own, file);
  }
  return file;
}

export async function testSandboxPool(size = 2, root = repository): Promise<SandboxPool> {
  const folder = temporaryFolder("sandbox");
  buildSandbox(folder, root);
  return openSandboxPool({ script: join(folder, "sandbox.mjs"), runtime: await findRewardRuntime(""), size });
}
