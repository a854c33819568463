import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { withTensorflow } from "./test/harness/tensorflow.mjs";
import { tfjsNodeForTests } from "./test/harness/tfjs-node.mjs";

const include = [
  "server/**/*.test.ts",
  "client/**/*.test.ts",
  "webviews/**/*.test.ts",
  "test/conformance/**/*.test.ts",
  "test/lint/**/*.test.ts",
  "test/rewards-in-the-wild/*.test.ts",
];
/** Files that put modules of their own in the place of others, which must be theirs alone. */
const mocking = include
  .flatMap((pattern) => globSync(pattern, { cwd: import.meta.dirname }))
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\bvi\.(?:mock|doMock|resetModules)\(/.test(readFileSync(join(import.meta.dirname, file), "utf8")));

export default defineConfig({
  plugins: [tfjsNodeForTests()],
  // Pages are tested in Node, for which the library exports no entry of the browser's.
  resolve: { alias: { "vscode-jsonrpc/browser": "vscode-jsonrpc/node" } },
  test: {
    // Files share a process and its modules, which take a quarter of the time to load for each anew.
    projects: [
      { extends: true, test: { name: "shared", include, exclude: mocking, isolate: false } },
      { extends: true, test: { name: "alone", include: mocking } },
    ],
    setupFiles: ["test/harness/leave-nothing.ts"],
    env: withTensorflow({}),
    // No test asserts a time: these end what hangs. On a busy machine a test that trains takes ten times as long as on a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // Vitest leaves a processor to itself, which on a machine of two is every other one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    pool: "forks",
    // One copy of tfjs-core, as ES modules: gradients register themselves in it by a side effect.
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
