import { beforeAll, expect, test } from "vitest";
import type { RescoredSample, Rescoring } from "../../server/protocol/rescore";
import { stubVsCode, testHost, testRun } from "../shared/host.testing";
import type { rescoreModel as RescoreModel } from "./model";

let rescoreModel: typeof RescoreModel;
beforeAll(async () => {
  stubVsCode();
  ({ rescoreModel } = await import("./model"));
});

const found = (time: number): Rescoring => ({ time, steps: [], samples: [] }) as unknown as Rescoring;

function page(rescorings: readonly Rescoring[], stored?: unknown) {
  const opened: unknown[] = [];
  const host = testHost(
    {
      listRuns: () => [testRun("/r", ["rl"])],
      readRescorings: ({ folder }: { folder: string }) => (folder === "/r" ? rescorings : []),
      openTraces: (place: unknown) => {
        opened.push(place);
        return null;
      },
    },
    stored,
  );
  return { host, opened, model: rescoreModel(host.client, host.port, () => undefined) };
}

test("the newest re-scoring is shown, another once it is chosen, and the choice outlives the page", async () => {
  const { host, model } = page([found(2), found(1)]);
  model.pull();
  await host.settled();
  expect(model.shown()?.time).toBe(2);
  model.go({ time: 1 });
  expect(model.shown()?.time).toBe(1);
  const again = page([found(3), found(1)], host.port.getState());
  again.model.pull();
  await again.host.settled();
  expect(again.model.shown()?.time).toBe(1);
  // One that is known no more makes way for the newest.
  const later = page([found(4)], host.port.getState());
  later.model.pull();
  await later.host.settled();
  expect(later.model.shown()?.time).toBe(4);
});

test("without any the page knows that there is none; a sample opens in the traces", async () => {
  const { host, model, opened } = page([]);
  expect(model.state().rescorings).toBeNull();
  model.pull();
  await host.settled();
  expect([model.state().rescorings, model.shown()]).toEqual([[], null]);
  model.openTraces({ stage: "rl", step: 3, group: 1, sample: 2 } as RescoredSample);
  await host.settled();
  expect(opened).toEqual([{ folder: "/r", stage: "rl", step: 3, rollout: { purpose: "train", group: 1, sample: 2 } }]);
});
