/** Nothing that a model or a data set says is on the page with characters that nobody sees. */
import { expect, test, vi } from "vitest";
import type { GroupSummary, RolloutSummary } from "../../server/protocol/traces";
import { markup } from "../shared/markup.testing";
import { groupList } from "./group-list";
import { groupView } from "./group-view";
import type { TracesModel, TracesState } from "./model";
import { numbersOf } from "./sample/numbers";
import type { SampleActions } from "./sample/sample-actions";
import { sampleView } from "./sample/sample-view";
import type { Tokens } from "./sample/tokens";

vi.hoisted(() => {
  vi.stubGlobal("acquireVsCodeApi", () => null);
});

const hidden = "1\u202e0\u200b";
const drawn = /<bdi [^>]*><span>[^<]<\/span><\/bdi\s*>/g;
/** The characters as they stand on the page, without those that have their name beside them. */
const unnamed = (page: string): string[] => page.replace(drawn, "").match(/[\u200b\u202e]/g) ?? [];

const sample: RolloutSummary = {
  stage: "rl",
  step: 1,
  purpose: "train",
  group: 0,
  sample: 0,
  checkpoint: null,
  rewardHash: null,
  prompt: hidden,
  completion: `<think>${hidden}</think><answer>${hidden}</answer>`,
  answer: hidden,
  extracted: hidden,
  promptAsSeen: `x${hidden}`,
  finishReason: "stop",
  correct: 0,
  reward: 1,
  advantage: 0,
  length: 3,
  tags: ["refused", hidden, hidden],
  rewards: {
    [hidden]: { kind: "score", score: 1, extras: { [hidden]: hidden } },
    other: { kind: "error", message: hidden, file: hidden, line: 1, column: 1 },
  },
};

const group: GroupSummary = {
  stage: "rl",
  step: 1,
  purpose: "train",
  group: 0,
  prompt: hidden,
  answer: hidden,
  samples: 1,
  rewardMean: 1,
  rewardStd: 0,
  lengthMean: 3,
  errors: 0,
};

const tokens: Tokens = {
  count: 1,
  ids: Int32Array.of(1),
  texts: new Map([[1, hidden]]),
  columns: {
    logprob: Float32Array.of(-1),
    oldLogprob: null,
    referenceLogprob: null,
    entropy: null,
    ratio: null,
    kl: null,
  },
  clipped: null,
  klEstimator: null,
  damaged: [hidden],
};

const state: TracesState = {
  place: {
    run: null,
    file: null,
    whole: false,
    stage: null,
    step: null,
    purpose: null,
    group: null,
    sample: null,
    show: "all",
    text: "0",
    within: "step",
    measure: "surprise",
    token: null,
    whatIf: null,
    compare: null,
    history: false,
    scroll: { list: 0, detail: 0 },
  },
  runs: [],
  run: null,
  file: null,
  index: null,
  position: null,
  list: 0,
  total: 1,
  whatIf: null,
  compared: null,
  history: null,
  promptTokens: null,
  notes: [],
  notesProblem: null,
  told: null,
  versions: new Map(),
  problem: null,
  groups: [group],
  samples: [sample],
  tokens,
};

const ignore = (): void => undefined;
const samples: SampleActions = {
  compare: ignore,
  showHistory: ignore,
  askPromptTokens: ignore,
  writeNote: ignore,
  prefer: ignore,
  copy: ignore,
  openRawRow: ignore,
  openPaidLine: ignore,
  showInCurves: ignore,
};
const model: TracesModel = {
  samples,
  state: () => state,
  keep: ignore,
  go: ignore,
  openGroup: ignore,
  openRollout: ignore,
  openSample: ignore,
  debugRollout: ignore,
  saveCase: ignore,
  openSource: ignore,
  openVersion: ignore,
  changeWhatIf: ignore,
  applyWhatIf: ignore,
  loadMore: ignore,
  pull: ignore,
  openFile: ignore,
  mapColumns: ignore,
};

test("in the list of groups, an open group and its tokens", () => {
  const pages = {
    list: markup(groupList(model, state)),
    // Once with each verdict: they show the gold answer in different places.
    wrong: markup(groupView(model, state, [sample])),
    right: markup(groupView(model, state, [{ ...sample, correct: 1, extracted: "1" }])),
    unjudged: markup(groupView(model, state, [{ ...sample, correct: null, tags: [hidden] }])),
    tokens: markup(sampleView(model, state, sample, [sample])),
    numbers: markup(numbersOf(tokens, 0, [])) + markup(sampleView(model, state, sample, [sample])),
  };
  for (const [name, page] of Object.entries(pages)) {
    expect(page.match(drawn)?.length, name).toBeGreaterThan(3);
    expect(unnamed(page), name).toEqual([]);
  }
});
