import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { labelLine, preferences, readLabels } from "../labels/label";
import type { LabelKey, LabelState, LabelView } from "../protocol/labels";
import { exampleRollout, exampleRun, temporaryFolder } from "../runs/example-run";
import { checkpointsFolder } from "../runs/paths";
import { openTraceWriter } from "../runs/trace-writer";
import { openRunWriter } from "../runs/writer";
import { labelSessions } from "./label-session";
import { testInstallation } from "../processes/installation.testing";

const first: LabelView = { pass: 1, order: "shuffled", rewardModel: null };
const nowhere = { distFolder: temporaryFolder("dist") };

/** A run with four answers to each of `prompts` prompts in training, one group that says one thing only, and held-out rollouts. */
function run(prompts: number, recipe: object = {}) {
  const workspace = temporaryFolder("labels");
  writeFileSync(join(workspace, "chain-sum.lab.json"), JSON.stringify(recipe));
  const folder = exampleRun(workspace, {
    stages: [
      { name: "reasoning-rl", kind: "reasoning-rl", steps: 100, from: null },
      { name: "preferred", kind: "reward-model", steps: 1, from: null },
    ],
  });
  const writer = openTraceWriter(folder);
  writer.recordVocabulary(["<think>", "b", "6"]);
  const of = (group: number, prompt: string, completion: (sample: number) => string) =>
    [0, 1, 2, 3].map((sample) => exampleRollout({ group, sample, prompt, completion: completion(sample) }));
  writer.recordRollouts(
    [
      ...Array.from({ length: prompts }, (_, group) =>
        of(group, `prompt ${group}`, (sample) => "x".repeat(sample + 1)),
      ),
      of(prompts, "only one answer", () => "same"),
      of(0, "held out", String).map((rollout) => ({ ...rollout, purpose: "evaluation" as const, step: 2 })),
    ].flat(),
  );
  writer.close();
  return { workspace, folder, file: join(workspace, "labels", "preferences.jsonl") };
}

const labelled = (file: string) => readLabels(readFileSync(file, "utf8"), "f");
const plain = (state: LabelState) => [state.done, state.total];

test("every pair of a pass comes once, blind; what was chosen is what a reward model trains on", async () => {
  const { folder, file } = run(12);
  const sessions = labelSessions(nowhere);
  let state = await sessions.read(folder, first);
  expect(plain(state)).toEqual([0, 12]);
  expect(existsSync(file)).toBe(false);
  const wanted: { prompt: string; chosen: string; rejected: string; tags: string[] }[] = [];
  const sides = new Set<string>();
  for (let index = 0; state.next !== null; index++) {
    const { pair, prompt, left, right } = state.next;
    expect(Object.keys(state.next).sort()).toEqual(["left", "pair", "prompt", "right"]);
    expect(prompt).toMatch(/^prompt \d+$/);
    expect(left).not.toBe(right);
    sides.add(left < right ? "first" : "second");
    const key: LabelKey = index % 2 === 0 ? "left" : "right";
    wanted.push({
      prompt,
      ...(key === "left" ? { chosen: left, rejected: right } : { chosen: right, rejected: left }),
      tags: ["safe"],
    });
    state = await sessions.give(folder, first, { pair, key, tags: ["safe"] });
    expect(state.last).toEqual({ prompt, key });
    expect(preferences(labelled(file).labels)).toHaveLength(index + 1);
  }
  expect(plain(state)).toEqual([12, 12]);
  expect(sides.size).toBe(2);
  const byPrompt = (x: { prompt: string }, y: { prompt: string }) => (x.prompt < y.prompt ? -1 : 1);
  expect(preferences(labelled(file).labels).sort(byPrompt)).toEqual(wanted.sort(byPrompt));
});

test("a line says which completion stood left", async () => {
  const { folder, file } = run(6);
  const sessions = labelSessions(nowhere);
  for (let state = await sessions.read(folder, first); state.next !== null;) {
    const { pair, left } = state.next;
    state = await sessions.give(folder, first, { pair, key: "tie", tags: [] });
    const line = labelled(file).labels.find((label) => label.pair === pair)!;
    expect(line[line.left!]).toBe(left);
  }
});

test("a second pass goes over what was decided, skipped pairs not; passes are compared", async () => {
  const { folder } = run(8);
  const sessions = labelSessions(nowhere);
  const chosen = new Map<string, string>();
  let state = await sessions.read(folder, first);
  for (let index = 0; state.next !== null; index++) {
    const key = index === 0 ? "skip" : "left";
    if (key === "left") chosen.set(state.next.prompt, state.next.left);
    state = await sessions.give(folder, first, { pair: state.next.pair, key, tags: [] });
  }
  const second = { ...first, pass: 2 };
  state = await sessions.read(folder, second);
  expect(plain(state)).toEqual([0, 7]);
  while (state.next !== null) {
    const key = chosen.get(state.next.prompt) === state.next.left ? "left" : "right";
    state = await sessions.give(folder, second, { pair: state.next.pair, key, tags: [] });
  }
  expect(state.betweenPasses).toMatchObject({ count: 7, agreed: 7, rate: 1 });
});

test("two people of one user name are told apart by the name that they set", async () => {
  const { folder, file } = run(4);
  let name = " ada ";
  const sessions = labelSessions(nowhere, { labeller: () => Promise.resolve(name) });
  const { next, by } = await sessions.read(folder, first);
  expect(by).toBe("ada");
  await sessions.give(folder, first, { pair: next!.pair, key: "left", tags: [] });
  name = "bob";
  const state = await sessions.read(folder, first);
  expect([state.by, state.next?.pair, state.done, state.last]).toEqual(["bob", next!.pair, 0, null]);
  await expect(sessions.undo(folder, first)).rejects.toThrow("no label in this pass");
  expect((await sessions.give(folder, first, { pair: next!.pair, key: "left", tags: [] })).betweenPasses.rate).toBe(1);
  expect(labelled(file).labels.map((label) => label.by)).toEqual(["ada", "bob"]);
});

test("a new label folder tells git to keep the lines of both sides; one that is there stays as it is", async () => {
  const attributes = (file: string): string => join(dirname(file), ".gitattributes");
  const { folder, file } = run(2);
  const label = async (of: string): Promise<void> => {
    const sessions = labelSessions(nowhere);
    const { next } = await sessions.read(of, first);
    await sessions.give(of, first, { pair: next!.pair, key: "left", tags: [] });
  };
  await label(folder);
  expect(readFileSync(attributes(file), "utf8")).toBe("*.jsonl merge=union\n");
  const other = run(2);
  mkdirSync(dirname(other.file));
  await label(other.folder);
  expect(existsSync(attributes(other.file))).toBe(false);
});

test("how many pairs there are stays when some are labelled; 300 more come when all are", async () => {
  const { folder } = run(320);
  const { next, total } = await labelSessions(nowhere).read(folder, first);
  expect(total).toBe(300);
  await labelSessions(nowhere).give(folder, first, { pair: next!.pair, key: "left", tags: [] });
  expect(plain(await labelSessions(nowhere).read(folder, first))).toEqual([1, 300]);
});

test("undo is a line too: nothing that was written changes, and the pair comes back", async () => {
  const { folder, file } = run(3);
  const sessions = labelSessions(nowhere);
  const { next } = await sessions.read(folder, first);
  await expect(sessions.undo(folder, first)).rejects.toThrow("no label in this pass");
  await sessions.give(folder, first, { pair: next!.pair, key: "left", tags: [] });
  const before = readFileSync(file, "utf8");
  const state = await sessions.undo(folder, first);
  expect(state.next).toEqual(next);
  expect(plain(state)).toEqual([0, 3]);
  expect(readFileSync(file, "utf8").startsWith(before)).toBe(true);
  expect(labelled(file)).toMatchObject({ labels: [], problems: [] });
});

test("the labels of other people and unreadable lines stay, the latter with their place", async () => {
  const { folder, file } = run(3);
  const sessions = labelSessions(nowhere);
  let { next } = await sessions.read(folder, first);
  await sessions.give(folder, first, { pair: next!.pair, key: "left", tags: [] });
  const [mine] = labelled(file).labels;
  appendFileSync(
    file,
    labelLine({ ...mine!, id: "theirs", by: "somebody else", choice: mine!.choice === "a" ? "b" : "a" }),
  );
  appendFileSync(file, '{"id": "cut');
  const state = await sessions.read(folder, first);
  expect(plain(state)).toEqual([1, 3]);
  expect(state.betweenPasses).toMatchObject({ count: 1, rate: 0 });
  expect(state.problems).toEqual([expect.stringMatching(/^labels\/preferences\.jsonl:3: not JSON/)]);
  ({ next } = state);
  await sessions.give(folder, first, { pair: next!.pair, key: "right", tags: [] });
  expect(labelled(file)).toMatchObject({ labels: { length: 3 }, problems: { length: 1 } });
});

const stages = (labels: string[]) => ({
  name: "Labels",
  model: {},
  task: { name: "chain-sum" },
  rewards: [{ function: "rewards/chain-sum.reward.ts#correct" }],
  stages: [{ kind: "reward-model", name: "preferred", labels }],
});

test("labels go to the first file that a stage trains on, and never among rows of chosen and rejected", async () => {
  const { folder, workspace } = run(2, stages(["rows.jsonl", "mine/own.jsonl"]));
  const rows = '{"prompt": "p", "chosen": "c", "rejected": "r"}\n';
  writeFileSync(join(workspace, "rows.jsonl"), rows);
  const sessions = labelSessions(nowhere);
  const { next, file } = await sessions.read(folder, first);
  expect(file).toBe("mine/own.jsonl");
  await sessions.give(folder, first, { pair: next!.pair, key: "left", tags: [] });
  expect(labelled(join(workspace, "mine", "own.jsonl")).labels).toHaveLength(1);
  expect(readFileSync(join(workspace, "rows.jsonl"), "utf8")).toBe(rows);
});

test("nothing is written outside of the workspace folder, by a path or a link", async () => {
  const outside = temporaryFolder("outside");
  const sessions = labelSessions(nowhere);
  const refused = "are outside of the workspace folder";
  await expect(sessions.read(run(1, stages(["../labels.jsonl"])).folder, first)).rejects.toThrow(refused);
  const linked = run(1);
  symlinkSync(outside, join(linked.workspace, "labels"), "junction");
  await expect(sessions.read(linked.folder, first)).rejects.toThrow(refused);
  const reward = run(1, stages(["rewards/chain-sum.reward.ts"]));
  await expect(sessions.read(reward.folder, first)).rejects.toThrow("not in a .jsonl file");
});

test("a run that goes on keeps its labelled pairs, and what is shown can still be labelled", async () => {
  const { folder } = run(2);
  const sessions = labelSessions(nowhere);
  const begun = await sessions.read(folder, first);
  const { next } = await sessions.give(folder, first, { pair: begun.next!.pair, key: "left", tags: [] });
  const writer = openRunWriter(folder);
  const newer = ["prompt 0", "prompt 1", "prompt 2"].flatMap((prompt, group) =>
    ["u", "v"].map((completion, sample) => exampleRollout({ prompt, completion, group, sample, step: 8 })),
  );
  writer.recordRollouts(newer);
  const stagesNow = writer.record.stages.map((stage) => ({ ...stage, step: 8 }));
  writer.update((record) => ({ ...record, status: "completed", stages: stagesNow }));
  writer.close();
  const state = await sessions.give(folder, first, { pair: next!.pair, key: "right", tags: [] });
  expect(plain(state)).toEqual([2, 3]);
  expect(plain(await labelSessions(nowhere).read(folder, first))).toEqual([2, 3]);
});

/** A trainer that answers after `delay` ms with the length of each completion, or fails. */
const trainer = (delay: number, answer: string) => `
  process.on("message", (message: { texts: { completion: string }[] }) => {
    setTimeout(() => { process.send!(${answer}, () => process.exit(0)); }, ${delay});
  });`;
const lengths = `{ type: "rewards", rewards: message.texts.map(({ completion }) => completion.length), unknown: 0 }`;

function withRewardModel(delay: number, answer = lengths) {
  const made = run(12);
  mkdirSync(join(checkpointsFolder(made.folder), "preferred-1"));
  return { ...made, installation: testInstallation(trainer(delay, answer)) };
}
const asked: LabelView = { pass: 1, order: "uncertain", rewardModel: "preferred" };

test("with a reward model the pair comes first that it is least sure of, and agreement is told", async () => {
  const { folder, installation } = withRewardModel(0);
  const sessions = labelSessions(installation);
  expect((await sessions.read(folder, first)).rewardModels).toEqual(["preferred"]);
  let state = await sessions.read(folder, asked);
  expect(state).toMatchObject({ asking: false, rewardModelProblem: null, withRewardModel: { count: 0 } });
  const differences: number[] = [];
  let agreed = 0;
  while (state.next !== null) {
    const { pair, left, right } = state.next;
    differences.push(Math.abs(left.length - right.length));
    if (left.length > right.length) agreed++;
    state = await sessions.give(folder, asked, { pair, key: "left", tags: [] });
  }
  expect(differences).toEqual(differences.toSorted((x, y) => x - y));
  expect(new Set(differences).size).toBeGreaterThan(1);
  expect(state.withRewardModel).toMatchObject({ count: 12, agreed });
  const heldOut = state.withRewardModelHeldOut!;
  expect(heldOut.count).toBeGreaterThan(0);
  expect(heldOut.count).toBeLessThan(12);
});

test("a reward model that takes its time keeps nobody waiting; no pair is shown that would move", async () => {
  const { folder, installation } = withRewardModel(300);
  const sessions = labelSessions(installation, { patience: 10 });
  const shuffled = { ...asked, order: "shuffled" } as const;
  expect(await sessions.read(folder, asked)).toMatchObject({ asking: true, next: null, withRewardModel: null });
  const { next } = await sessions.read(folder, shuffled);
  expect(await sessions.give(folder, shuffled, { pair: next!.pair, key: "left", tags: [] })).toMatchObject({ done: 1 });
  await expect
    .poll(() => sessions.read(folder, asked), { timeout: 10_000 })
    .toMatchObject({ asking: false, withRewardModel: { count: 1 } });
});

test("a reward model that cannot be asked says why, and labelling goes on", async () => {
  const { folder, installation } = withRewardModel(
    0,
    `{ type: "ended", status: "failed", ending: { message: "no head" } }`,
  );
  const sessions = labelSessions(installation);
  const state = await sessions.read(folder, asked);
  expect(state).toMatchObject({ asking: false, withRewardModel: null });
  expect(state.rewardModelProblem).toContain("no head");
  expect(plain(await sessions.give(folder, asked, { pair: state.next!.pair, key: "left", tags: [] }))).toEqual([1, 12]);
  const missing = await sessions.read(folder, { ...asked, rewardModel: "other" });
  expect(missing.rewardModelProblem).toBe('No run of this recipe has a checkpoint of "other".');
});

test("a preference of somebody who saw whose completions these are is a label like others", async () => {
  const { folder, file } = run(1);
  const sessions = labelSessions(nowhere);
  const added = { file: "labels/preferences.jsonl", was: "new" };
  expect(await sessions.add(folder, { prompt: "p", chosen: "z", rejected: "a" })).toMatchObject(added);
  expect(await sessions.add(folder, { prompt: "p", chosen: "a", rejected: "b" })).toMatchObject(added);
  const { labels, problems } = labelled(file);
  expect(problems).toEqual([]);
  expect(preferences(labels)).toEqual([
    { prompt: "p", chosen: "z", rejected: "a", tags: [] },
    { prompt: "p", chosen: "a", rejected: "b", tags: [] },
  ]);
  await expect(sessions.add(folder, { prompt: "p", chosen: "a", rejected: "a" })).rejects.toThrow("the same text");
});

test("a preference stands once, its opposite takes its place, and either can be taken back", async () => {
  const { folder, file } = run(1);
  const sessions = labelSessions(nowhere);
  const learned = () => preferences(labelled(file).labels).map(({ chosen }) => chosen);
  const first = await sessions.add(folder, { prompt: "p", chosen: "a", rejected: "b" });
  expect(await sessions.add(folder, { prompt: "p", chosen: "a", rejected: "b" })).toEqual({ ...first, was: "known" });
  expect(learned()).toEqual(["a"]);
  const turned = await sessions.add(folder, { prompt: "p", chosen: "b", rejected: "a" });
  expect([turned.was, learned()]).toEqual(["opposite", ["b"]]);
  expect(await sessions.takeBack(folder, turned.id)).toBe("labels/preferences.jsonl");
  expect(learned()).toEqual([]);
  expect(() => sessions.takeBack(folder, turned.id)).toThrow("taken back already");
  // Somebody else's stays, whatever this person says.
  const other = labelSessions(nowhere, { labeller: () => Promise.resolve("another") });
  await other.add(folder, { prompt: "p", chosen: "a", rejected: "b" });
  expect(await sessions.add(folder, { prompt: "p", chosen: "b", rejected: "a" })).toMatchObject({ was: "new" });
  expect(learned().toSorted()).toEqual(["a", "b"]);
});
