import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as z from "zod";
import type { Installation } from "../processes/installation";
import { findRewardRuntime, type RewardRuntime } from "../processes/runtime";
import { scoreBatch, type BatchOptions } from "./score-batch";
import { projectFolder, testInstallation } from "../processes/installation.testing";

let installation: Installation;
let runtime: RewardRuntime;
beforeAll(async () => {
  installation = testInstallation();
  runtime = await findRewardRuntime("");
});

const row = (completion: string, more: object = {}) => ({ prompt: "p", completion, answer: "1", ...more });
const scoredSchema = z.looseObject({
  completion: z.string(),
  rewards: z.record(z.string(), z.number().nullable()),
  reward_errors: z.record(z.string(), z.string()).optional(),
});

/** Scores lines with a reward file; `lines` of the output are parsed. */
async function scored(
  source: string,
  lines: readonly (object | string)[],
  options: Partial<BatchOptions> = {},
  name = "in.jsonl",
) {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  const folder = projectFolder({ "a.reward.ts": source, [name]: text });
  const output = join(folder, "out.jsonl");
  const progress: number[] = [];
  const result = scoreBatch({
    file: join(folder, "a.reward.ts"),
    export: null,
    input: join(folder, name),
    output,
    installation,
    runtime,
    timeout: 5,
    workers: 2,
    env: [],
    hosts: [],
    keys: [],
    workspace: folder,
    log: () => undefined,
    progress: ({ samples }) => progress.push(samples),
    ...options,
  });
  const read = () =>
    readFileSync(output, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => scoredSchema.parse(JSON.parse(line)));
  return { folder, output, progress, result, read };
}

test("every reward of a file scores every line, in order, with what it returned besides", async () => {
  const source = `
    export const size = ({ completion, row, completionIds }) => ({ score: completion.length, level: row.level, ids: completionIds?.length ?? -1 });
    export const rank = ({ completions }) => completions.map((_, index) => (index === 0 ? null : completions.length));
    export const helper = 3;`;
  const lines = [row("a", { level: 7, completion_ids: [1, 2] }), row("bb"), "", row("ccc", { prompt: "q" })];
  const { result, read, progress, output } = await scored(source, lines);
  const { rewards, total } = await result;
  expect(total).toBe(3);
  expect(progress.at(-1)).toBe(3);
  expect(read()).toEqual([
    {
      ...row("a", { level: 7, completion_ids: [1, 2] }),
      rewards: { size: 1, rank: null },
      reward_details: { size: { level: 7, ids: 2 } },
    },
    { ...row("bb"), rewards: { size: 2, rank: 2 }, reward_details: { size: { level: "undefined", ids: -1 } } },
    {
      ...row("ccc", { prompt: "q" }),
      rewards: { size: 3, rank: null },
      reward_details: { size: { level: "undefined", ids: -1 } },
    },
  ]);
  expect(rewards).toMatchObject([
    { name: "size", scores: 3, mean: 2, std: 1, errors: 0 },
    { name: "rank", scores: 1, mean: 2, std: 0, notApplicable: 2, errors: 0 },
  ]);
  expect(existsSync(`${output}.part`)).toBe(false);
});

test("one export can be named; a wrong name is told with those that there are", async () => {
  const source = "export const a = () => 1;\nexport const b = () => 2;";
  const { result, read } = await scored(source, [row("x")], { export: "b" });
  await result;
  expect(read()[0]!.rewards).toEqual({ b: 2 });
  const wrong = await scored(source, [row("x")], { export: "c" });
  await expect(wrong.result).rejects.toThrow(/exports no reward c\. It exports a, b\./);
});

test("samples that hang, throw or end the process cost only themselves, however many they are", async () => {
  const source = `export const reward = ({ completion }) => {
    if (completion === "loop") for (;;);
    if (completion === "exit") process.exit(1);
    if (completion === "throw") throw new Error("no");
    return 1;
  };`;
  const bad = ["loop", "exit", "throw", "exit", "loop", "exit", "exit"];
  const completions = Array.from({ length: 60 }, (_, index) => bad[index / 8] ?? "fine");
  const { result, read } = await scored(
    source,
    completions.map((text) => row(text)),
    { timeout: 0.5 },
  );
  const { rewards, samples } = await result;
  expect(samples).toBe(60);
  expect(rewards[0]).toMatchObject({ scores: 53, mean: 1, errors: 7 });
  expect(rewards[0]!.firstError).toMatch(/in\.jsonl:1: took longer than 0\.5 s \(line 1 of the reward\)/);
  const messages: Readonly<Record<string, string>> = { loop: "took longer than 0.5 s", throw: "Error: no" };
  for (const { completion, rewards: scores, reward_errors } of read()) {
    expect(scores["reward"]).toBe(completion === "fine" ? 1 : null);
    if (completion !== "fine")
      expect(reward_errors?.["reward"]).toContain(messages[completion] ?? "ended its process (exit code 1)");
  }
});

test("a bad line is told with file, line and field before anything is scored", async () => {
  const { result, folder, output } = await scored("export const a = () => 1;", [row("x"), { prompt: "p" }, "{", "7"]);
  await expect(result).rejects.toThrow(
    `${join(folder, "in.jsonl")}:2: "completion" is missing. A line is {"prompt": "…", "completion": "…", "answer": "…"}. (2 more lines are wrong as well.)`,
  );
  expect(existsSync(output)).toBe(false);
});

test.each<[string, Partial<BatchOptions>, RegExp]>([
  [
    "export const a = () => 1;",
    { input: join("no", "such.jsonl") },
    /rollouts no.such\.jsonl cannot be read: there is no such file\./,
  ],
  ["export const a = () => 1;", { output: join("no", "such", "folder.jsonl") }, /folder\.jsonl cannot be written/],
  ["export const a = 1;", {}, /exports no reward\. Write: export const/],
  ["export const a = () => {", {}, /a\.reward\.ts:1:25: Unexpected token/],
  ['throw new Error("at load");\nexport const a = () => 1;', {}, /a\.reward\.ts:1: Error: at load/],
])("what cannot be done is told: %s %j", async (source, options, message) => {
  await expect((await scored(source, [row("x")], options)).result).rejects.toThrow(message);
});

test("each line stays as it was: numbers, spaces, characters and scores that it has already", async () => {
  const lines = [
    '{"prompt":"p","completion":"c","answer":"4","uid":12345678901234567891,"id":9007199254740993,"x":1.50,"rewards":{"judge":0.3}}',
    '{ "prompt": "a\u2028b", "completion": "\\u00e9", "answer": 12345678901234567891 }',
  ];
  const log: string[] = [];
  const source =
    "export const same = ({ answer, row }) => (answer === '4' ? Number(row.uid === '12345678901234567891') : Number(answer === '12345678901234567891'));";
  const { result, output } = await scored(source, lines, { log: (text) => log.push(text) });
  await result;
  expect(readFileSync(output, "utf8").split("\n")).toEqual([
    ...lines.map((line) => `${line.slice(0, -1)},"rewards_2":{"same":1}}`),
    "",
  ]);
  expect(log).toEqual(['The input already has scores, which stay. The new ones go to "rewards_2".']);
});

test("a table is scored as lines of JSON", async () => {
  const source = "export const size = ({ completion }) => completion.length;";
  const rows = ["prompt,completion,answer,id", '"p, q","a\nb",04,7', "p,c,5,"];
  const { result, output } = await scored(source, rows, {}, "in.csv");
  await result;
  expect(readFileSync(output, "utf8")).toBe(
    '{"prompt":"p, q","completion":"a\\nb","answer":"04","id":"7","rewards":{"size":3}}\n' +
      '{"prompt":"p","completion":"c","answer":"5","id":null,"rewards":{"size":1}}\n',
  );
});

test("bytes that are not UTF-8 are told with their line before anything is scored", async () => {
  const latin = await scored("export const a = () => 1;", [row("x")]);
  await latin.result;
  const input = join(latin.folder, "latin.jsonl");
  writeFileSync(input, Buffer.from(`${JSON.stringify(row("x"))}\n${JSON.stringify(row("caf\u00e9"))}\n`, "latin1"));
  const again = await scored("export const a = () => 1;", [], { input });
  await expect(again.result).rejects.toThrow(`${input}:2: it is not text in UTF-8: byte 0xe9`);
});

test("an empty file and a reward that changes while it scores are told", async () => {
  await expect((await scored("export const a = () => 1;", ["", " "])).result).rejects.toThrow(/has no rollouts/);
  const folder = projectFolder({});
  const file = join(folder, "b.reward.ts");
  writeFileSync(file, "export const a = () => 1;");
  const changing = await scored(
    "",
    Array.from({ length: 200 }, () => row("x")),
    {
      file,
      progress: () => writeFileSync(file, "export const a = () => 2;"),
    },
  );
  await expect(changing.result).rejects.toThrow(/b\.reward\.ts#a changed during scoring/);
});
