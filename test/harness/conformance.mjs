// Bundles test/conformance and runs it with the project's Node: npm run conformance [-- --cases DIR]
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";
import { projectNode, root } from "./node.mjs";
import { withTensorflow } from "./tensorflow.mjs";
import { tfjsNode } from "./tfjs-node.mjs";

const bundle = join(root, "dist", "test", "conformance.js");
await build({
  entryPoints: [join(root, "test", "conformance", "main.ts")],
  outfile: bundle,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  // One copy of tfjs-core, as in esbuild.mjs: gradients register themselves in it by a side effect.
  mainFields: ["module", "main"],
  plugins: [tfjsNode()],
  sourcemap: "inline",
  logLevel: "warning",
});
const cases = join(root, "..", "shared", "cases");
const references = join(root, "test", "conformance", "references");
const models = join(root, ".vscode-test", "models");
const { status, error } = spawnSync(
  projectNode(),
  [
    "--enable-source-maps",
    bundle,
    "--default",
    cases,
    "--references",
    references,
    "--models",
    models,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", env: withTensorflow() },
);
if (error) console.error(error.message);
process.exit(status ?? 1);
