import { expect, test } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import { comparing, groupsOf, keyOf, linesOf, runsNamed, type Member } from "./compared-runs";
import { differences, matches, recipeKey, settingsOf, settingsOfRun, tellApart } from "./recipe-differences";

const recipe = (seed: number, rate: number, stages: readonly string[] = ["rl"]): object => ({
  name: `run ${seed}`,
  seed,
  rewards: [{ function: "r.ts#a", weight: 1 }],
  stages: stages.map((name) => ({ name, learning_rate: rate, betas: [0.9, 0.99] })),
});
const run = (folder: string, seed: number, rate: number, hash = "h"): RunEntry =>
  ({
    folder,
    record: {
      id: folder,
      recipeFile: "sum.lab.json",
      status: "completed",
      seed,
      recipe: recipe(seed, rate),
      hashes: { recipe: "", rewards: { "r.ts#a": hash }, data: {} },
    },
  }) as unknown as RunEntry;
const member = (entry: RunEntry, style: number, shown = true): Member => ({
  folder: entry.folder,
  tracker: null,
  style,
  shown,
  title: entry.folder,
  run: entry,
  settings: settingsOfRun(entry),
  overview: { shown: ["rl"] } as unknown as Member["overview"],
  problem: null,
  leftOut: [],
});

test("settings are named by their path, elements of lists by their own name: a stage put before another changes nothing of it", () => {
  const one = settingsOf(recipe(1, 0.1));
  expect([...one]).toEqual([
    ["name", "run 1"],
    ["seed", "1"],
    ["rewards.r.ts#a.function", "r.ts#a"],
    ["rewards.r.ts#a.weight", "1"],
    ["stages.rl.name", "rl"],
    ["stages.rl.learning_rate", "0.1"],
    ["stages.rl.betas", "[0.9,0.99]"],
  ]);
  const { differing, same } = differences([one, settingsOf(recipe(1, 0.1, ["sft", "rl"]))]);
  expect(differing.map(({ path }) => path)).toEqual([
    "stages.sft.betas",
    "stages.sft.learning_rate",
    "stages.sft.name",
  ]);
  expect(differing[1]!.values).toEqual([null, "0.1"]);
  expect(same).toBe(one.size);
});

test("a list says what tells its runs apart: what tells most of them apart first, by its short name where that is its own", () => {
  const run = (seed: string, rl: string, dpo: string, more: Record<string, string> = {}) =>
    new Map(
      Object.entries({
        name: `run ${seed}`,
        seed,
        "stages.rl.beta": rl,
        "stages.dpo.beta": dpo,
        model: "same",
        ...more,
      }),
    );
  expect(tellApart([run("1", "0.1", "0.5"), run("2", "0.1", "0.5")])).toEqual(["seed 1", "seed 2"]);
  const hashes = [{ "source of correct": "abc" }, { "source of correct": "def" }, {}];
  expect(
    tellApart([run("1", "0.1", "0.5", hashes[0]), run("2", "0.2", "0.5", hashes[1]), run("3", "0.2", "x".repeat(99))]),
  ).toEqual([
    "seed 1, stages.dpo.beta 0.5, stages.rl.beta 0.1",
    "seed 2, stages.dpo.beta 0.5, stages.rl.beta 0.2",
    `seed 3, stages.dpo.beta ${"x".repeat(24)}…, stages.rl.beta 0.2`,
  ]);
  expect(tellApart([run("1", "0.1", "0.5", { "source of correct": "abc" }), run("1", "0.1", "0.5")])).toEqual([
    "source of correct abc",
    "source of correct –",
  ]);
  expect(tellApart([run("1", "1", "1"), run("1", "1", "1")])).toEqual(["", ""]);
  // A half against a half is more than one against all others.
  const four = [0, 1, 2, 3].map((at) => run("1", at < 2 ? "0.1" : "0.2", "1", { odd: at === 0 ? "yes" : "no" }));
  expect(tellApart(four)[0]).toBe("beta 0.1, odd yes");
});

test("seeds of a recipe are one group; another setting or another source of a reward is another one", () => {
  const keys = [run("a", 1, 0.1), run("b", 2, 0.1), run("c", 3, 0.2), run("d", 1, 0.1, "other")].map((one) =>
    recipeKey(settingsOfRun(one)),
  );
  expect(keys[0]).toBe(keys[1]);
  expect(new Set(keys).size).toBe(3);
});

test("colour and dash stay with a run, whoever comes and goes", () => {
  const three = comparing(runsNamed(["a", "b", "c"]));
  expect(three.runs.map(({ style }) => style)).toEqual([0, 1, 2]);
  const two = comparing(runsNamed(["a", "c"]), { ...three, baseline: "b" });
  expect(two.runs.map(({ folder, style }) => [folder, style])).toEqual([
    ["a", 0],
    ["c", 2],
  ]);
  expect(two.baseline).toBeNull();
  expect(comparing(runsNamed(["a", "c", "d"]), two).runs.at(-1)).toEqual({
    folder: "d",
    tracker: null,
    style: 1,
    shown: true,
  });
  expect(comparing(runsNamed(Array.from({ length: 20 }, (_, at) => String(at)))).runs).toHaveLength(12);
});

test("a group is drawn as its mean with the edges of its band, of the shown runs alone", () => {
  const members = [
    member(run("a", 1, 0.1), 0),
    member(run("b", 1, 0.2), 1),
    member(run("c", 2, 0.1), 2),
    member(run("d", 3, 0.1), 3, false),
  ];
  expect(groupsOf(members, true).map((group) => group.map(({ folder }) => folder))).toEqual([["a", "c", "d"], ["b"]]);
  const { lines, sources } = linesOf(members, { ...comparing([]), grouped: true, baseline: "c" });
  expect(
    lines.map(({ label, source, style, banded, baseline }) => ({ label, source, style, banded, baseline })),
  ).toEqual([
    { label: "A C", source: 3, style: 0, banded: true, baseline: true },
    { label: "B", source: 1, style: 1, banded: false, baseline: false },
  ]);
  expect(sources.slice(3)).toEqual(["mean", "low", "high"].map((value) => ({ of: [0, 2], value, band: "deviation" })));
});

test("runs that other tools recorded stand beside ours: each its own line, drawn after those of the workspace", () => {
  const file = (tracker: string, style: number): Member => ({
    ...member(run("a", 1, 0.1), style),
    folder: "/m.jsonl",
    tracker,
    run: null,
  });
  const members = [file("x", 0), member(run("a", 1, 0.1), 1), file("y", 2), member(run("c", 2, 0.1), 3)];
  const compared = { ...comparing(members), grouped: true, baseline: keyOf(members[2]!) };
  expect(compared.runs.map(keyOf)).toEqual(["/m.jsonl\0x", "a", "/m.jsonl\0y", "c"]);
  const { lines, sources, files } = linesOf(members, compared);
  expect(sources).toHaveLength(5);
  expect(files.map(({ tracker }) => tracker)).toEqual(["x", "y"]);
  expect(lines.map(({ label, source, baseline }) => [label, source, baseline])).toEqual([
    ["A", 5, false],
    ["B D", 2, false],
    ["C", 6, true],
  ]);
});

test("a filter is of names, recipes and settings, all of its words", () => {
  const entry = run("2026-run", 7, 0.1);
  const found = (text: string): boolean => matches(entry, settingsOfRun(entry), text);
  expect(["", "2026", "sum.lab", "learning_rate=0.1", "seed=7 COMPLETED"].map(found)).toEqual(Array(5).fill(true));
  expect(found("learning_rate=0.2")).toBe(false);
  expect(found("2026 absent")).toBe(false);
});
