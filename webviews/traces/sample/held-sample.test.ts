/** Two samples of different groups come to stand side by side. */
import { beforeAll, expect, test } from "vitest";
import type { RolloutSummary } from "../../../server/protocol/traces";
import { stubVsCode } from "../../shared/host.testing";
import { markup } from "../../shared/markup.testing";
import type { TracesModel, TracesState } from "../model";
import { heldSample, noSamples, type SamplePlace, type SamplesPlace } from "./sample-actions";

beforeAll(() => stubVsCode());

const first = { stage: "rl", step: 1, purpose: "train", group: 0, sample: 2 } as const;
const second = { ...first, step: 9, group: 5, sample: 0 } as const;

test("c holds a sample and compares it with the next one, of whatever group; on the held one it lets go", async () => {
  const { keys } = await import("./keys");
  const { sampleActions } = await import("./sample-actions");
  let place: SamplesPlace & { file: null; group: SamplePlace; sample: number } = {
    compare: null,
    held: null,
    history: false,
    file: null,
    group: first,
    sample: first.sample,
  };
  let run = { folder: "/r" };
  let runs = [{ folder: "/r" }, { folder: "/another" }];
  let told: string | null = null;
  const { actions } = sampleActions(null as never, {
    state: () => ({ place, run, runs, samples: null, why: null }),
    set: (change) => (told = change.told?.text ?? told),
    move: (change) => (place = { ...place, ...change }),
    withRun: () => undefined,
  });
  const model = { samples: actions, state: () => ({ place, run, runs }) } as unknown as TracesModel;
  const press = (): void => keys.find(({ key }) => key === "c")?.press(model);

  press();
  expect(heldSample({ place, run, runs })).toEqual({ ...first, of: null });
  expect(told).toContain("Held");
  press();
  expect(place.held).toBeNull();
  press();
  place = { ...place, group: second, sample: second.sample };
  press();
  expect(place.compare).toEqual({ left: { ...first, of: null }, right: { ...second, of: null } });
  run = { folder: "/another" };
  press();
  expect(place.compare).toEqual({ left: { ...first, of: "/r" }, right: { ...second, of: null } });
  // The same place in another run is another sample.
  place = { ...place, group: first, sample: first.sample };
  press();
  expect(place.compare).toEqual({ left: { ...first, of: "/r" }, right: { ...first, of: null } });
  runs = [run];
  expect(heldSample({ place, run, runs })).toBeNull();
});

test("answers to different prompts stand under their prompts", async () => {
  const { compareView } = await import("./compare-view");
  const sample = {
    ...first,
    rewardHash: null,
    prompt: "What is 1+1?",
    completion: "2",
    answer: "2",
    extracted: "2",
    finishReason: "stop",
    correct: 1,
    reward: 1,
    advantage: 0,
    length: 1,
    tags: [],
    rewards: {},
  } as unknown as RolloutSummary;
  const right = { ...sample, ...second, prompt: "What is 2+5?", answer: "7" };
  const state = {
    ...noSamples,
    place: { file: null },
    versions: new Map(),
    runs: [{ folder: "/runs/other", record: null, marks: { title: "The other" } }],
    compared: { left: { ...sample, of: "/runs/other" }, right: { ...right, of: null } },
  } as unknown as TracesState;
  const page = markup(compareView({} as unknown as TracesModel, state));
  expect(page).toContain("What is 1+1?");
  expect(page).toContain("What is 2+5?");
});

test("a prompt that came in one step only is said to", async () => {
  const { historyView } = await import("./history-view");
  const rollout = { ...first, extracted: "1", correct: 1, reward: 1, length: 3, finishReason: "stop", greedy: false };
  const page = (steps: readonly number[]): string =>
    markup(
      historyView(
        {} as unknown as TracesModel,
        {
          ...noSamples,
          place: { history: true, group: null, sample: null },
          samples: null,
          history: { rollouts: steps.map((step) => ({ ...rollout, step })), more: false },
        } as unknown as TracesState,
      ),
    );
  expect(page([3, 3])).toContain("in this step only");
  expect(page([3, 7])).not.toContain("in this step only");
});
