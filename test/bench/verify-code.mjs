// Judges the reference solutions of MBPP and HumanEval, the same with one operator changed, and trivial programs for their speed:
//   npm run verify-code [-- --data FOLDER] [--cases FOLDER] [--python PATH] [--mutants N] [--only mbpp|humaneval|adversarial|speed]
// The exit code is 1 when a reference solution does not pass, or when a changed one gets another verdict than from --python.
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { root } from "../harness/node.mjs";

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "..", "shared", "data") },
    cases: { type: "string", default: join(root, "..", "shared", "cases") },
    python: { type: "string" },
    mutants: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
// Where the bundle finds the packages that it leaves outside.
const scratch = await mkdtemp(join(root, "node_modules", ".verify-code-"));
try {
  const outfile = join(scratch, "main.cjs");
  await build({
    stdin: {
      contents:
        'export * from "./verify-code-sets"; export * from "../../server/supervisor/test-sandbox"; export * from "../../server/verifiers/code/verify-code";',
      resolveDir: join(root, "test", "bench"),
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    external: ["esbuild"],
    outfile,
    logLevel: "warning",
  });
  const { testSandboxPool, readMbpp, readHumanEval, judgeSet, judgeAdversarial, runProgramWith } = createRequire(
    join(root, "package.json"),
  )(outfile);
  const size = cpus().length;
  const pool = await testSandboxPool(size, root);
  const settings = {
    runner: pool.run,
    parallel: 2 * size,
    python: options.python ?? null,
    perProblem: Number(options.mutants),
  };
  const sets = [
    ["mbpp", () => judgeSet("MBPP", readMbpp(options.data), settings)],
    ["humaneval", () => judgeSet("HumanEval", readHumanEval(options.data), settings)],
  ];
  let failed = false;
  for (const [name, run] of sets) {
    if (options.only && options.only !== name) continue;
    const result = await run();
    failed ||= result.failures.length > 0 || result.disagreements.length > 0;
    console.log(
      `${result.set}: ${result.passed}/${result.problems} reference solutions pass (${result.seconds.toFixed(0)} s on ${size} cores)`,
    );
    for (const { name, status, message } of result.failures)
      console.log(`  ${name}: ${status}\n    ${message.replaceAll("\n", "\n    ")}`);
    console.log(
      `${result.set}: ${result.mutants - result.mutantsPassed}/${result.mutants} with an operator changed fail` +
        (options.python
          ? `; ${result.mutants - result.disagreements.length}/${result.mutants} as ${options.python} says`
          : ""),
    );
    for (const { name, status, native } of result.disagreements)
      console.log(
        `  ${name}: ${status}, ${options.python} ${native === null ? "took too long" : native ? "passes" : "fails"}`,
      );
  }
  if (!options.only || options.only === "adversarial") {
    const results = await judgeAdversarial(join(options.cases, "adversarial-completions.json"), pool.run);
    const fooled = results.filter(({ status }) => status === "passed");
    failed ||= fooled.length > 0;
    console.log(`adversarial-completions.json: ${results.length - fooled.length}/${results.length} not passed`);
    for (const { id, status, score } of fooled) console.log(`  ${id}: ${status}, ${score}`);
  }
  if (!options.only || options.only === "speed") {
    const count = 500;
    await Promise.all(Array.from({ length: 2 * size }, () => runProgramWith(pool.run, "python", "print(1)")));
    const started = performance.now();
    await Promise.all(
      Array.from({ length: count }, (_, index) => runProgramWith(pool.run, "python", `print(${index})`)),
    );
    console.log(
      `Python: ${Math.round((60_000 * count) / (performance.now() - started))} trivial programs a minute on ${size} cores`,
    );
  }
  pool.close();
  if (failed) process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
