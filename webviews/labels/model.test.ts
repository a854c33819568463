import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunEntry } from "../../server/protocol/editor";
import type { GivenLabel, LabelState, LabelView } from "../../server/protocol/labels";
import type { Client } from "../shared/client";
import { actionOf, choices, isOfScroll, isOfSelect, tags, undo } from "./keys";
import { labelsModel, type LabelsModel } from "./model";
import { passesOffered } from "./passes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const run: RunEntry = {
  folder: "/w/r",
  workspaceFolder: "/w",
  record: null,
  problem: "damaged",
  checkpoints: [],
  progress: null,
  live: null,
};

interface Question {
  readonly type: string;
  readonly view?: LabelView;
  readonly label?: GivenLabel;
}

/** A page whose host is the test. `asking`: how often the reward model is still being asked. */
async function page(asking = 0) {
  const asked: Question[] = [];
  const labels: GivenLabel[] = [];
  let left = asking;
  const answer = (view: LabelView): LabelState => ({
    file: "labels/preferences.jsonl",
    problems: [],
    view,
    total: 9,
    rewardModels: ["preferred"],
    rewardModelProblem: null,
    withRewardModel: null,
    withRewardModelHeldOut: null,
    by: "ada",
    next: { pair: `pair ${labels.length}`, prompt: "p", left: "l", right: "r" },
    done: labels.length,
    last: labels.length > 0 ? { prompt: "p", key: labels.at(-1)!.key } : null,
    asking: left-- > 0,
    betweenPasses: { count: 0, agreed: 0, rate: null, kappa: null },
  });
  const ask = async (type: string, question: Omit<Question, "type">): Promise<unknown> => {
    asked.push({ type, ...question });
    if (type === "listRuns") return [run];
    if (type === "giveLabel") labels.push(question.label!);
    if (type === "undoLabel") labels.pop();
    return answer(question.view!);
  };
  let stored: unknown = null;
  const port = { postMessage: () => undefined, getState: () => stored, setState: (state: unknown) => (stored = state) };
  // @ts-expect-error of the many questions of a page these are three
  const client: Client = { ask };
  const model: LabelsModel = labelsModel(client, port, () => undefined);
  model.pull();
  await vi.advanceTimersByTimeAsync(0);
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { model, labels, asked, settle, again: () => labelsModel(client, port, () => undefined) };
}

test("every key does one thing, in capitals too", () => {
  const keys = [...choices, ...tags, undo].flatMap((action) => action.keys);
  expect(new Set(keys).size).toBe(keys.length);
  const of = (...names: string[]) => names.map(actionOf);
  expect(of("ArrowLeft", "1", "ArrowRight", "2")).toEqual(["left", "left", "right", "right"]);
  expect(of("ArrowDown", "3", "ArrowUp", "s", "S")).toEqual(["tie", "tie", "skip", "skip", "skip"]);
  expect(of("u", "U", "h", "H", "f", "F")).toEqual(["undo", "undo", "helpful", "helpful", "safe", "safe"]);
  expect(of("x", "Enter", "4", " ")).toEqual([null, null, null, null]);
});

test("a key that is pressed twice before the answer labels one pair", async () => {
  const { model, labels, settle } = await page();
  model.act("left");
  model.act("right");
  await settle();
  expect(labels).toEqual([{ pair: "pair 0", key: "left", tags: [] }]);
  model.act("right");
  await settle();
  expect(labels.map(({ pair }) => pair)).toEqual(["pair 0", "pair 1"]);
});

test("tags are switched, go with every label, and survive a reload", async () => {
  const { model, labels, settle, again } = await page();
  for (const action of ["safe", "helpful", "left"] as const) model.act(action);
  await settle();
  for (const action of ["safe", "tie"] as const) model.act(action);
  await settle();
  expect(labels.map((label) => label.tags)).toEqual([["helpful", "safe"], ["helpful"]]);
  expect(again().state().place.tags).toEqual(["helpful"]);
});

test("undo takes back only where there is something to take back", async () => {
  const { model, labels, asked, settle } = await page();
  model.act("undo");
  await settle();
  expect(asked.some(({ type }) => type === "undoLabel")).toBe(false);
  model.act("left");
  await settle();
  model.act("undo");
  await settle();
  expect(labels).toEqual([]);
});

test("while the reward model is being asked the page asks again, and no longer", async () => {
  const { asked } = await page(3);
  const reads = () => asked.filter(({ type }) => type === "readLabels").length;
  expect(reads()).toBe(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(reads()).toBe(4);
});

test("a drop-down with the focus has the keys that move through it, and all while it is open", () => {
  expect(["ArrowUp", "ArrowLeft", "1"].map((key) => isOfSelect(key, false))).toEqual([true, false, false]);
  expect(["ArrowUp", "ArrowLeft", "1"].map((key) => isOfSelect(key, true))).toEqual([true, true, true]);
});

test("up and down scroll an answer with the focus that is longer than its box, and label one that fits", () => {
  const long = { scrollHeight: 900, clientHeight: 200 };
  expect(["ArrowUp", "ArrowDown", "ArrowLeft", "3"].map((key) => isOfScroll(key, long))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(isOfScroll("ArrowDown", { scrollHeight: 200, clientHeight: 200 })).toBe(false);
});

test("another pass can begin as soon as this one has a label", async () => {
  const { model, settle } = await page();
  const offered = () => passesOffered(model.state().place.view, model.state().labels);
  expect(offered()).toBe(1);
  model.act("left");
  await settle();
  expect(offered()).toBe(2);
  expect(passesOffered({ ...model.state().place.view, pass: 2 }, null)).toBe(2);
});
