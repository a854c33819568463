/** `npm run conformance [-- --cases DIR]`: runs every case file that a kind names. Exits 1 when a case fails, 2 when called wrongly. */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import type { Environment, FileResult } from "./case-file";
import { kinds } from "./kinds";
import { runSmolLm2 } from "./smollm2";
import { casesText, mismatchText, summaryLine, unsupportedText } from "./report";
import { messageOf } from "../../server/shared/user-error";

/** Case files below a folder, as paths with `/`. A folder with a model counts by its `expected.json`, or as a whole without one. */
function caseFiles(folder: string, root = folder): string[] {
  const names = readdirSync(folder).sort();
  const named = (path: string): string => relative(root, path).split(sep).join("/");
  if (names.includes("model.safetensors")) {
    return names.includes("expected.json") ? [named(join(folder, "expected.json"))] : [`${named(folder)}/`];
  }
  return names.flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return caseFiles(path, root);
    return name.endsWith(".json") || name.endsWith(".jsonl") ? [named(path)] : [];
  });
}

interface Counts {
  passed: number;
  /** Cases, by file and id. */
  failed: string[];
  unsupported: number;
  different: number;
}

/** Writes the counts for `npm test`. */
function report(file: string | undefined, { passed, failed, unsupported, different }: Counts): void {
  if (file !== undefined)
    writeFileSync(
      file,
      JSON.stringify({ passed, failed: failed.length, failures: failed, skipped: unsupported + different }),
    );
}

const environment: Environment = {
  kernelsFile: join(__dirname, "..", "kernels.wasm"),
  tensorflow: process.env["REASONING_LAB_TENSORFLOW"] ?? null,
};

async function runFile(folder: string, file: string, counts: Counts): Promise<boolean> {
  const kind = kinds.find((one) => one.file.test(file));
  if (!kind) return false;
  await runCounted(file, () => kind.run(join(folder, file), environment), counts);
  return true;
}

async function runCounted(file: string, run: () => Promise<FileResult>, counts: Counts): Promise<void> {
  let result: FileResult;
  try {
    result = await run();
  } catch (error) {
    counts.failed.push(`${file}: cannot be run`);
    console.log(`${file}: cannot be run: ${messageOf(error)}`);
    return;
  }
  counts.passed += result.passed;
  counts.failed.push(...result.failed.map(({ id }) => `${file}: ${id}`));
  counts.unsupported += result.unsupported.length;
  counts.different += result.different?.length ?? 0;
  console.log(`${file}: ${casesText(result)}`);
  for (const { id, mismatches } of result.failed) {
    for (const mismatch of mismatches) console.log(`  failed ${id}: ${mismatchText(mismatch)}`);
  }
  for (const line of unsupportedText(result)) console.log(`  ${line}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cases: { type: "string" },
      default: { type: "string" },
      references: { type: "string" },
      models: { type: "string" },
      report: { type: "string" },
    },
  });
  const folder = resolve(values.cases ?? values.default ?? ".");
  const counts: Counts = { passed: 0, failed: [], unsupported: 0, different: 0 };
  if (existsSync(folder)) {
    const unknown: string[] = [];
    for (const file of caseFiles(folder)) if (!(await runFile(folder, file, counts))) unknown.push(file);
    if (unknown.length > 0) console.log(`Not known yet: ${unknown.join(", ")}`);
  } else if (values.cases === undefined) {
    console.log(
      `There is no folder ${folder}: the conformance cases are not part of the repository. Give one with --cases DIR.`,
    );
    for (const { file } of kinds)
      console.log(`  skipped ${file.source.replace("[^/]+", "*").replaceAll(/[\\^$]/g, "")}`);
    counts.unsupported += kinds.length;
  } else {
    console.error(`There is no folder ${folder}: give --cases the folder that holds the case files.`);
    return 2;
  }
  const { references, models } = values;
  // The repository's own, where nobody asked for others alone.
  if (values.cases === undefined && references !== undefined && models !== undefined)
    await runCounted("smollm2.json", () => runSmolLm2(join(references, "smollm2.json"), models, environment), counts);
  console.log(summaryLine({ ...counts, failed: counts.failed.length }));
  report(values.report, counts);
  return counts.failed.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 2;
  },
);
