import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { withTensorflow } from "./test/harness/tensorflow.mjs";
import { tfjsNodeForTests } from "./test/harness/tfjs-node.mjs";

export default defineConfig({
  plugins: [tfjsNodeForTests()],
  // Pages are tested in Node, for which the library exports no entry of the browser's.
  resolve: { alias: { "vscode-jsonrpc/browser": "vscode-jsonrpc/node" } },
  test: {
    include: [
      "server/**/*.test.ts",
      "client/**/*.test.ts",
      "webviews/**/*.test.ts",
      "test/conformance/**/*.test.ts",
      "test/lint/**/*.test.ts",
      "test/rewards-in-the-wild/*.test.ts",
    ],
    env: withTensorflow({}),
    // No test asserts a time: these end what hangs. On a busy machine a test that trains takes ten times as long as on a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Vitest leaves a processor to itself, which on a machine of two is every other one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    pool: "forks",
    // One copy of tfjs-core, as ES modules: gradients register themselves in it by a side effect.
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
