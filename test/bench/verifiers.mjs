// How right, how safe and how fast the verifiers are, beside Math-Verify with --python:
//   npm run verifiers [-- --only maths,answers,code] [--python PATH] [--runs N] [--write] [--cases FOLDER] [--data FOLDER]
// --python: an interpreter with math-verify; it also says what a program with an operator changed must get. --runs: how many fuzzed pairs of each kind (100,000). --write puts the tables into
// docs/verifiers.md. The exit code is 1 when something misses what it must reach.
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { projectNode, root } from "../harness/node.mjs";

// Where the bundle finds the packages that it leaves outside.
const scratch = await mkdtemp(join(root, "node_modules", ".verifiers-"));
try {
  const bundle = join(scratch, "verifiers.cjs");
  await build({
    entryPoints: [join(root, "test", "bench", "verifiers", "main.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    external: ["esbuild"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  const shared = join(root, "..", "shared");
  const defaults = ["--root", root, "--cases", join(shared, "cases"), "--data", join(shared, "data")];
  const { status, error } = spawnSync(
    projectNode(),
    ["--enable-source-maps", bundle, ...defaults, ...process.argv.slice(2)],
    { stdio: "inherit" },
  );
  if (error) throw error;
  process.exitCode = status ?? 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
