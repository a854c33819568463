/** The list of rooms is whole, and the rules that hold it can fail. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ESLint } from "eslint";
import { expect, test } from "vitest";
import { families, pages, rooms } from "./rooms.mjs";

const root = join(import.meta.dirname, "..", "..");
const read = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");
const foldersOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);

// Without types, which these rules do not ask for: a program of all files takes ten seconds.
const lint = new ESLint({
  cwd: root,
  ruleFilter: ({ ruleId }) => ruleId.startsWith("import-x/") || ruleId === "no-restricted-imports",
  overrideConfig: [{ files: ["**/*.ts"], languageOptions: { parserOptions: { project: null } } }],
});

/** Rules that speak of this text, in the place of a file that is there. */
async function rulesAgainst(file: string, text: string): Promise<(string | null)[]> {
  expect(existsSync(join(root, file))).toBe(true);
  const [result] = await lint.lintText(text, { filePath: join(root, file) });
  const fatal = result!.messages.find((message) => message.fatal);
  if (fatal) throw new Error(fatal.message);
  return result!.messages.map(({ ruleId }) => ruleId);
}

test("every folder of the server is a room, every page is listed, and each says what it holds", () => {
  const listed = rooms.flat();
  expect(listed.filter((room) => !room.endsWith(".ts")).toSorted()).toEqual(foldersOf("server").toSorted());
  expect(pages).toEqual(foldersOf("webviews").filter((folder) => !/\/(charts|shared)$/.test(folder)));
  for (const room of [...foldersOf("server"), ...families, "client", "webviews", "webviews/charts", "webviews/shared"])
    expect([room, existsSync(join(root, room, "README.md"))]).toEqual([room, true]);
});

test("ARCHITECTURE's map names the rooms in the order of the rule", () => {
  const map = read("ARCHITECTURE.md").split("\n## Code map\n")[1]!.split("\n## ")[0]!;
  const rows = map.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...row.split("|")[1]!.matchAll(/`(server\/[\w./-]+?)\/?`/g)].map(([, name]) => name),
  );
  expect(named).toEqual(rooms.flat());
});

test("an import that points up, sideways, to a page or to support for tests is refused", async () => {
  const planted = [
    ["server/verifiers/maths/verify-math.ts", `import "../../runs/paths";`],
    ["server/terminal/print.ts", `import "../language/recipe-lenses";`],
    ["server/stages/rl/rl-step.ts", `import "../sft/sft";`],
    ["webviews/behaviours/points.ts", `import "../curves/chart-specs";`],
    ["webviews/charts/chart.ts", `import "../curves/chart-specs";`],
    ["client/extension.ts", `import "../server/runs/paths";`],
  ] as const;
  for (const [file, text] of planted)
    expect([file, await rulesAgainst(file, text)]).toEqual([file, ["import-x/no-restricted-paths"]]);
  expect(await rulesAgainst("server/launch/refusal.ts", `import "../stages/run.testing";`)).toEqual([
    "no-restricted-imports",
  ]);
  expect(await rulesAgainst("server/terminal/print.ts", `import "vscode";`)).toEqual(["no-restricted-imports"]);
});

test("a cycle is refused, however long, and what points down passes", async () => {
  // context.ts is imported by linear.ts, which operations.ts imports.
  const file = "server/engine/simd/context.ts";
  expect(
    await rulesAgainst(file, `import { linearOperation } from "./linear";\nexport const one = linearOperation;`),
  ).toEqual(["import-x/no-cycle"]);
  expect(
    await rulesAgainst(file, `import { simdOperations } from "./operations";\nexport const one = simdOperations;`),
  ).toEqual(["import-x/no-cycle"]);
  expect(await rulesAgainst(file, read(file))).toEqual([]);
  expect(await rulesAgainst("server/launch/fork.test.ts", `import "../stages/run.testing";`)).toEqual([]);
});
