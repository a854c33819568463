import { defineConfig } from "vitest/config";
import { withTensorflow } from "./test/harness/tensorflow.mjs";
import { tfjsNodeForTests } from "./test/harness/tfjs-node.mjs";

export default defineConfig({
  plugins: [tfjsNodeForTests()],
  test: {
    include: ["server/**/*.test.ts", "client/**/*.test.ts", "webviews/**/*.test.ts", "test/conformance/**/*.test.ts"],
    env: withTensorflow({}),
    testTimeout: 60_000,
    pool: "forks",
    // One copy of tfjs-core, as ES modules: gradients register themselves in it by a side effect.
    server: { deps: { inline: [/@tensorflow/] } },
  },
});
