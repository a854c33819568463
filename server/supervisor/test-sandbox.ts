/** A pool of sandboxes for tests, built from the sources. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { pythonImage } from "../verifiers/code/python-image";
import { openSandboxPool, type SandboxPool } from "./sandbox-pool";
import { findRewardRuntime } from "./runtime";
import { temporaryFolder } from "./test-installation";

const repository = join(__dirname, "..", "..");

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
    entryPoints: { watchdog: join(root, "server", "supervisor", "watchdog-process.ts") },
    ...{ bundle: true, platform: "node", target: "node22", outdir: folder, logLevel: "silent" },
  });
  const python = readFileSync(join(modules, "@antonz", "python-wasi", "dist", "python.wasm"));
  const harness = readFileSync(join(root, "server", "verifiers", "code", "harness.py"), "utf8");
  writeFileSync(join(folder, "python.wasm"), pythonImage(python, harness));
  const quickJs = readFileSync(
    join(modules, "@jitl", "quickjs-wasmfile-release-sync", "dist", "emscripten-module.wasm"),
  );
  writeFileSync(join(folder, "quickjs.wasm"), quickJs);
}

export async function testSandboxPool(size = 2, root = repository): Promise<SandboxPool> {
  const folder = temporaryFolder("sandbox");
  buildSandbox(folder, root);
  return openSandboxPool({ script: join(folder, "sandbox.mjs"), runtime: await findRewardRuntime(""), size });
}
