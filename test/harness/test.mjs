// `npm test`: everything that must hold, then the counts on a line of their own.
//   npm test [-- --only NAME,…] [--desktop VERSION]
// names: typecheck, lint, format, fuzz, engine, unit, vscode, conformance, kills
// --desktop: the tests in VS Code run in a desktop one that is downloaded: stable, oldest (that the manifest asks for) or a version.
import { mkdir, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { installPackages, installWorkbenchAndBrowser } from "./install.mjs";
import { projectNode, root } from "./node.mjs";
import { beside, parts as partsWith, reports } from "./parts.mjs";
import { run } from "./processes.mjs";

const { values: options } = parseArgs({ options: { only: { type: "string" }, desktop: { type: "string" } } });
const parts = partsWith(options.desktop);
const seconds = (since) => `${Math.round((performance.now() - since) / 1000)} s`;

/** Starts work whose failure is thrown where it is awaited. */
function begin(work) {
  const promise = work();
  promise.catch(() => undefined);
  return promise;
}

async function main() {
  await installPackages();
  await rm(reports, { recursive: true, force: true });
  await mkdir(reports, { recursive: true });
  const chosen = options.only?.split(",") ?? Object.keys(parts);
  const unknown = chosen.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(", ")}. There is: ${Object.keys(parts).join(", ")}.`);
  if ((await run(projectNode(), ["esbuild.mjs"], { cwd: root })) !== 0) throw new Error("The build failed.");
  const totals = { passed: 0, failed: 0, skipped: 0 };
  // Tens of thousands of small files, which are there when they are asked for.
  if (chosen.includes("vscode") && options.desktop === undefined) begin(installWorkbenchAndBrowser);
  const begun = new Map();
  const failed = [];
  const took = [];
  for (const name of chosen) {
    console.log(`\n── ${name}`);
    const start = performance.now();
    const work = begun.get(name) ?? parts[name]();
    for (const other of beside[name] ?? []) if (chosen.includes(other)) begun.set(other, begin(parts[other]));
    const { said = "", failures = [], ...result } = await work;
    took.push(`${name} ${seconds(start)}`);
    process.stdout.write(said);
    console.log(`${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
    for (const key of Object.keys(totals)) totals[key] += result[key];
    if (result.failed > 0)
      failed.push(...(failures.length > 0 ? failures : ["see above"]).map((one) => `${name}: ${one}`));
  }
  console.log(`\nTime: ${took.join(", ")}.`);
  // At the end once more: a log of CI is read from there.
  for (const one of failed) console.log(`failed: ${one}`);
  console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    console.log("\n0 passed, 1 failed, 0 skipped");
    process.exit(1);
  },
);
