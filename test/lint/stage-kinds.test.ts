import { join } from "node:path";
import { ESLint } from "eslint";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
// Where `CI` is set, the parser takes a file's second text for a fix of the first and looks no longer at its imports.
const lint = new ESLint({
  cwd: root,
  overrideConfig: [
    {
      files: ["**/*.ts"],
      languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } },
    },
  ],
});

/** How often the rule speaks of this text, in the place of a file that is there. */
async function complaints(file: string, text: string): Promise<number> {
  const [result] = await lint.lintText(text, { filePath: join(root, file) });
  const fatal = result!.messages.find((message) => message.fatal);
  if (fatal) throw new Error(fatal.message);
  return result!.messages.filter(({ ruleId }) => ruleId === "lab/stage-kinds").length;
}

const record = (up: string): string => `import type { StageRecord } from "${up}/protocol/run";\n`;

test("a kind's name in a page, the client or the language server is refused, in whatever form it branches", async () => {
  const refused = [
    `export const a = ({ kind }: StageRecord) => kind === "dpo";`,
    `export const a = (stage?: StageRecord) => "evaluation" !== stage?.kind;`,
    `export const a = (kind: string) => kind === "reward-model";`,
    `export function a({ kind }: StageRecord) { switch (kind) { case "evaluation": return 1; default: return 2; } }`,
    `export const a = ({ kind }: StageRecord) => ({ "cold-start": 1, dpo: 2 } as Record<string, number>)[kind];`,
    `export const a = ({ kind }: StageRecord) => ["reasoning-rl", "preference-rl"].includes(kind);`,
  ];
  for (const [file, up] of [
    ["client/runs/titles.ts", "../../server"],
    ["webviews/pipeline/texts.ts", "../../server"],
    ["server/language/recipe-lenses.ts", ".."],
  ] as const)
    for (const text of refused)
      expect([file, text, await complaints(file, record(up) + text)]).toEqual([file, text, 1]);
});

test("other words of the same spelling pass, as do the table's own columns and other rooms", async () => {
  const passing = [
    `export const a = (purpose: "train" | "sampling" | "evaluation") => purpose === "evaluation";`,
    `export const a = (what: string) => what === "evaluation";`,
    `export const a = (stage: StageRecord) => stage.status === "running";`,
    `import { trains } from "../../server/protocol/stage-kinds";\nexport const a = (stage: StageRecord) => trains(stage);`,
  ];
  for (const text of passing)
    expect([text, await complaints("client/runs/titles.ts", record("../../server") + text)]).toEqual([text, 0]);
  const elsewhere = `${record("..")}export const a = ({ kind }: StageRecord) => kind === "dpo";`;
  expect(await complaints("server/runs/reports.ts", elsewhere)).toBe(0);
});
