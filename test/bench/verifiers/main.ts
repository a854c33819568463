/** `npm run verifiers`: measures every section, prints its rows, and writes them into docs/verifiers.md when asked to. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answers } from "./answers";
import { code } from "./code";
import { forms } from "./forms";
import { maths } from "./maths";
import { measuredTable, rowText } from "./table";
import type { Row, Section } from "./table";
import { messageOf } from "../../../server/shared/user-error";

const sections: readonly Section[] = [maths, answers, code, forms];

/** Replaces what stands between the marks of a section. */
function write(root: string, name: string, table: string): void {
  const file = join(root, "docs", "verifiers.md");
  const text = readFileSync(file, "utf8");
  const marks = new RegExp(`(<!-- table:${name} -->)[\\s\\S]*?(<!-- /table:${name} -->)`);
  if (!marks.test(text)) throw new Error(`${file} has no place for the table of ${name}: <!-- table:${name} -->.`);
  writeFileSync(
    file,
    text.replace(marks, (_, open: string, close: string) => `${open}\n\n${table}\n\n${close}`),
  );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      root: { type: "string", default: "." },
      cases: { type: "string", default: "" },
      data: { type: "string", default: "" },
      only: { type: "string" },
      python: { type: "string" },
      runs: { type: "string", default: "100000" },
      write: { type: "boolean", default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs takes a whole number, not "${values.runs}".`);
  const only = values.only?.split(",");
  const unknown = only?.find((name) => !sections.some((section) => section.name === name));
  if (unknown !== undefined)
    throw new Error(`--only takes ${sections.map(({ name }) => name).join(", ")}, not "${unknown}".`);
  let missed = 0;
  for (const section of sections) {
    if (only !== undefined && !only.includes(section.name)) continue;
    const rows: Row[] = [];
    await section.measure({ ...values, runs, python: values.python ?? null }, (row) => {
      rows.push(row);
      console.log(rowText(row));
    });
    missed += rows.filter(({ reached }) => !reached).length;
    const peer = rows.some((row) => row.peer !== "") ? "the reference, same run" : null;
    const machine = `Measured with Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}; speeds of maths are of one core.`;
    if (values.write) write(values.root, section.name, `${measuredTable(rows, peer)}\n\n${machine}`);
  }
  return missed === 0 ? 0 : 1;
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
