import { beforeAll, expect, test } from "vitest";
import { measures, type BehaviourPoint } from "../../server/protocol/behaviours";
import { stubVsCode, testHost, testRun, type Answers } from "../shared/host.testing";
import type { behavioursModel as BehavioursModel } from "./model";

let behavioursModel: typeof BehavioursModel;
beforeAll(async () => {
  stubVsCode();
  ({ behavioursModel } = await import("./model"));
});

const counts = Object.fromEntries(measures.map((measure) => [measure, [4, 8]]));
const point = (step: number, purpose = "train") =>
  ({ stage: "rl", step, purpose, rollouts: 8, counts }) as unknown as BehaviourPoint;
const answer = (points: readonly BehaviourPoint[], change: object = {}) => ({
  points,
  whole: false,
  version: points.length,
  pending: 0,
  comparisons: [],
  reflectionWords: ["wait"],
  ...change,
});

function page(answers: Answers) {
  const host = testHost({ listRuns: () => [testRun("/r", ["rl"])], behaviourExamples: () => [], ...answers });
  return { host, model: behavioursModel(host.client, host.port, () => undefined) };
}

test("points come until none is pending, and those that come later are added", async () => {
  const batches = [
    answer([point(1)], { whole: true, pending: 8 }),
    answer([point(2)], { version: 2 }),
    answer([point(3, "evaluation")], { version: 3 }),
  ];
  const since: number[] = [];
  const { host, model } = page({
    readBehaviours: (params: { since: number }) => {
      since.push(params.since);
      return batches.shift();
    },
  });
  expect(model.state().points).toBeNull();
  model.pull();
  await host.settled();
  expect(model.state().points?.map(({ step }) => step)).toEqual([1, 2]);
  expect([model.state().pending, model.state().purpose, model.state().stages]).toEqual([0, "train", ["rl"]]);
  model.pull();
  await host.settled();
  expect(model.state().points?.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect([since, model.state().purposes]).toEqual([
    [0, 1, 2],
    ["train", "evaluation"],
  ]);
});

test("other words count anew, from the first step", async () => {
  const batches = [
    answer([point(1)], { whole: true }),
    answer([point(2)], { reflectionWords: ["hmm"] }),
    answer([point(1), point(2)], { whole: true, reflectionWords: ["hmm"] }),
  ];
  const { host, model } = page({ readBehaviours: () => batches.shift() });
  model.pull();
  await host.settled();
  model.pull();
  await host.settled();
  expect(model.state().points?.map(({ step }) => step)).toEqual([1, 2]);
  expect([model.state().reflectionWords, batches.length]).toEqual([["hmm"], 0]);
});

test("a failure is said beside the points that are there, until the next answer", async () => {
  let fails = false;
  const { host, model } = page({
    readBehaviours: () => {
      if (fails) throw new Error("traces.sqlite is damaged.");
      return answer([point(1)], { whole: true });
    },
  });
  model.pull();
  await host.settled();
  fails = true;
  model.pull();
  await host.settled();
  expect([model.state().problem, model.state().points?.length]).toEqual(["traces.sqlite is damaged.", 1]);
});
