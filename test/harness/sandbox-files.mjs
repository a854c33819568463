import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes the interpreters that programs run in into `folder`, beside `sandbox.mjs`: `python.wasm`, made from the WASI build of
 * CPython, and `quickjs.wasm`.
 * @param {string} root
 * @param {string} folder
 * @param {(file: Uint8Array, sources: string[]) => Uint8Array} pythonImage that of `server/verifiers/code/python-image.ts`
 */
export async function writeInterpreters(root, folder, pythonImage) {
  const modules = join(root, "node_modules");
  const source = (name) => readFile(join(root, "server", "verifiers", "code", name), "utf8");
  const [python, quickJs, ...sources] = await Promise.all([
    readFile(join(modules, "@antonz", "python-wasi", "dist", "python.wasm")),
    readFile(join(modules, "@jitl", "quickjs-wasmfile-release-sync", "dist", "emscripten-module.wasm")),
    source("desktop.py"),
    source("leetcode.py"),
    source("harness.py"),
  ]);
  await Promise.all([
    writeFile(join(folder, "python.wasm"), pythonImage(python, sources)),
    writeFile(join(folder, "quickjs.wasm"), quickJs),
  ]);
}
