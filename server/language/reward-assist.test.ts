/** What a reward is given, by example and by type, where it is typed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import { expect, test } from "vitest";
import { projectFolder } from "../processes/installation.testing";
import type { RewardExample } from "../protocol/row-columns";
import { columnTypes, rowDeclarations } from "../tasks/column-types";
import { codeBlock, rewardCompletions, rewardHover } from "./reward-assist";
import { columnsOfRecipes, typedFolder, writeRowTypes } from "./row-types";

const source = `import type { GroupReward, Reward } from "reasoning-lab";
export const right: Reward = ({ completion, answer, row }) => {
  const given = parse(completion).answer;
  const other = { completion: 1 };
  return given === answer && row.level === 2 && row["gold answer"] !== "" ? 1 : other.completion;
};
export const all: GroupReward = (input) => input.completions.map((completion) => completion.length);
export const rest: Reward = (input) => Number(input.row.level);
`;
const document = TextDocument.create("file:///w/a.reward.ts", "typescript", 1, source);
const example: RewardExample = {
  stage: "rl",
  step: 7,
  prompt: "2+2",
  completion: "so ``` it is\n[4](command:evil) \u202e",
  answer: "4",
  row: { level: "2", "gold answer": "four" },
};
const columns = columnTypes([
  { level: 2, "gold answer": "four" },
  { level: null, "gold answer": "five" },
]);
const at = (needle: string, inside: string) => document.positionAt(source.indexOf(needle) + needle.indexOf(inside) + 1);
const hover = (needle: string, inside = needle): string | null => {
  const found = rewardHover(document, at(needle, inside), example, columns);
  return found === null ? null : JSON.stringify(found.contents);
};

test("a hover shows what the newest rollout gave in that place, as code whatever it holds", () => {
  expect(hover("completion, answer")).toContain("In a rollout of rl, step 7");
  expect(hover("parse(completion)", "completion")).toContain("it is");
  expect(hover("=== answer", "answer")).toContain("4");
  expect(hover("row.level", "level")).toContain("null | number");
  expect(hover('row["gold answer"]', "gold")).toContain("four");
  expect(hover("input.row.level", "level")).toContain("2");
  expect(hover("input.completions", "completions")).toContain("it is");
  const block = codeBlock(example.completion);
  expect(block.startsWith("````text\n")).toBe(true);
  expect(block.endsWith("\n````")).toBe(true);
  // What nobody sees is named.
  expect(block).not.toContain("\u202e");
});

test("of what only has the same name nothing is said", () => {
  expect(hover("parse(completion).answer", ".answer")).toBeNull();
  expect(hover("completion: 1", "completion")).toBeNull();
  expect(hover("other.completion", ".completion")).toBeNull();
  expect(hover("given ===", "given")).toBeNull();
  expect(rewardHover(document, at("completion, answer", "completion"), null, [])).toBeNull();
});

test('behind row. and in row[" the columns are offered', () => {
  const typed = (line: string): string[] => {
    const text = `export const right: Reward = ({ row }) => {\n  ${line}`;
    const half = TextDocument.create("file:///w/a.reward.ts", "typescript", 1, text);
    return rewardCompletions(half, half.positionAt(text.length), columns).map(({ label }) => label);
  };
  expect(typed("return row.")).toEqual(["level"]);
  expect(typed("return row.le")).toEqual(["level"]);
  expect(typed('return row["')).toEqual(["level", "gold answer"]);
  expect(typed("return rows[0]!.")).toEqual(["level"]);
  for (const other of ["return arrow.", "return rows.", "return row", 'return other["', "row.level."])
    expect([other, typed(other)]).toEqual([other, []]);
});

test("types are those of the data, of all recipes, and change with them", () => {
  const recipe = (data: string): string =>
    JSON.stringify({
      name: "x",
      model: {},
      task: { name: "dataset", train: data, prompt_column: "question", answer_column: "gold" },
      rewards: [{ function: "a.reward.ts#right" }],
      stages: [{ kind: "reasoning-rl" }],
    });
  const folder = projectFolder({
    "a.lab.json": recipe("a.jsonl"),
    "types/reasoning-lab.d.ts": "",
    "rewards/a.reward.ts": source,
    "a.jsonl":
      '{"question":"1+1","gold":"2","meta":{"level":1,"tags":["a"]},"od\\u202ed":true}\n{"question":"1+2","gold":3,"meta":{"level":2,"tags":[]}}\n',
  });
  const recipes = [join(folder, "a.lab.json")];
  expect(typedFolder(join(folder, "rewards", "a.reward.ts"), folder)).toBe(folder);
  const found = columnsOfRecipes(recipes);
  expect(found.problems).toEqual([]);
  expect(writeRowTypes(folder, folder, found, recipes)).toBe("written");
  const path = join(folder, "types", "rows.d.ts");
  const text = readFileSync(path, "utf8");
  expect(text).toContain("readonly question: string;");
  expect(text).toContain("readonly gold: number | string;");
  expect(text).toContain("readonly meta: { readonly level: number; readonly tags: readonly (string)[] };");
  expect(text).toContain('readonly "od\\u202ed"?: boolean;');
  expect(text).not.toContain("\u202e");
  expect(writeRowTypes(folder, folder, found, recipes)).toBe("as it was");
  writeFileSync(join(folder, "b.lab.json"), recipe("gone.jsonl"));
  const both = columnsOfRecipes([...recipes, join(folder, "b.lab.json")]);
  expect(both.columns).toEqual(found.columns);
  expect(both.problems).toEqual([expect.stringMatching(/gone\.jsonl/)]);
  // Somebody's own file stays.
  writeFileSync(path, "// mine\n");
  expect(writeRowTypes(folder, folder, found, recipes)).toBe("somebody's own");
  expect(readFileSync(path, "utf8")).toBe("// mine\n");
});

test("a task that draws its rows has types, too; without types of rewards nothing is written", () => {
  const recipe = (task: object): string =>
    JSON.stringify({
      name: "x",
      model: {},
      task,
      rewards: [{ function: "a.reward.ts#right" }],
      stages: [{ kind: "reasoning-rl" }],
    });
  const folder = projectFolder({ "a.lab.json": recipe({ name: "chain-sum" }) });
  mkdirSync(join(folder, "rewards"));
  expect(typedFolder(join(folder, "rewards", "a.reward.ts"), folder)).toBeNull();
  const { columns: found } = columnsOfRecipes([join(folder, "a.lab.json")]);
  expect(found).toEqual([
    { name: "prompt", type: "string", optional: false },
    { name: "answer", type: "string", optional: false },
  ]);
  expect(existsSync(join(folder, "types"))).toBe(false);
  expect(rowDeclarations(found, ["a.lab.json"])).toMatch(
    /^\/\/ Written by Reasoning Lab from the data of a\.lab\.json\./,
  );
});
