// TensorFlow for tests and benchmarks, set up by the product's own command: in REASONING_LAB_ENGINES, else in .vscode-test/engines.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectNode, root } from "./node.mjs";
import { run } from "./processes.mjs";

const engines = process.env.REASONING_LAB_ENGINES || join(root, ".vscode-test", "engines");

/** Native binding of the TensorFlow that is set up; undefined: none is. */
function tensorflowBinding() {
  for (const name of existsSync(engines) ? readdirSync(engines) : []) {
    const manifest = join(engines, name, "engine.json");
    if (existsSync(manifest)) return join(engines, name, JSON.parse(readFileSync(manifest, "utf8")).binding);
  }
  return undefined;
}

/** An environment in which tests, benchmarks and the product find that TensorFlow, or the one that it names already. */
export function withTensorflow(environment = process.env) {
  const binding = environment.REASONING_LAB_TENSORFLOW || tensorflowBinding();
  const found = binding === undefined ? {} : { REASONING_LAB_TENSORFLOW: binding };
  return { ...environment, REASONING_LAB_ENGINES: engines, ...found };
}

/** Sets TensorFlow up as users do (`dist/` must be built). "unavailable": the package index or a compiler is out of reach. */
export async function installTensorflow() {
  const code = await run(projectNode(), [join(root, "dist", "cli.js"), "engine", "install", "--engines", engines], {
    cwd: root,
  });
  return code === 0 ? "works" : code === 3 ? "unavailable" : "failed";
}
