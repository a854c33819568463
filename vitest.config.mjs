import { defineConfig } from "vitest/config";
import { withTensorflow } from "./test/harness/tensorflow.mjs";
import { tfjsNodeForTests } from "./test/harness/tfjs-node.mjs";

export default defineConfig({
  plugins: [tfjsNodeForTests()],
  test: {
    include: ["server/**/*.test.ts", "client/**/*.test.ts", "webviews/**/*.test.ts", "test/conformance/**/*.test.ts"],
    env: withTensorflow({}),
    testTimeout: 60_000,
    // Hooks start engines: on a busy machine that takes longer than the 10 seconds that they have by default.
    hookTimeout: 60_000,
    pool: "forks",
    // One copy of tfjs-core, as ES modules: gradients register themselves in it by a side effect.
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
