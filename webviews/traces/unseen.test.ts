/** Nothing that a model or a data set says is on the page with characters that nobody sees. */
import { expect, test, vi } from "vitest";
import type { GroupSummary, RolloutSummary } from "../../server/protocol/traces";
import { markup } from "../shared/markup.testing";
import { groupList } from "./group-list";
import { groupView } from "./group-view";
import type { TracesModel, TracesState } from "./model";
import { numbersOf } from "./sample/numbers";
import type { SampleActions } from "./sample/sample-actions";
import { compareView } from "./sample/compare-view";
import { historyView } from "./sample/history-view";
import { groupBadges, noteBadges, notesView } from "./sample/notes-view";
import { promptView } from "./sample/prompt-view";
import { stepItems } from "./sample/text-view";
import { noScales } from "./scales";
import { whatIfView } from "./sample/what-if-view";
import type { WhatIf } from "../../server/protocol/what-if";
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
  right: 0,
  judged: 1,
  matching: 1,
};

const tokens: Tokens = {
  pending: false,
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
  top: null,
  topProblem: null,
  klEstimator: null,
  damaged: [hidden],
};

const firstMarked = { at: [0, 1], more: false };

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
    where: "",
    sort: { by: "newest", descending: true },
    text: "0",
    within: "step",
    measure: "surprise",
    token: null,
    whatIf: null,
    compare: null,
    held: null,
    history: false,
    scroll: { list: 0, detail: 0 },
  },
  runs: [],
  run: null,
  file: null,
  drawing: null,
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
  why: null,
  told: null,
  versions: new Map(),
  problem: null,
  groups: new Map([[0, group]]),
  scales: noScales,
  counted: { rollouts: 1, share: 1, done: true },
  listHeight: 800,
  timeline: null,
  rewards: [],
  filters: [],
  matching: new Set([0]),
  marks: new Map([[0, { prompt: firstMarked, completion: firstMarked }]]),
  samples: [sample],
  tokens,
};

const ignore = (): void => undefined;
const samples: SampleActions = {
  compare: ignore,
  hold: ignore,
  showHistory: ignore,
  askPromptTokens: ignore,
  askWhy: ignore,
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
  tryRollout: ignore,
  saveCase: ignore,
  openSource: ignore,
  openVersion: ignore,
  changeWhatIf: ignore,
  applyWhatIf: ignore,
  openRow: () => 0,
  openAt: ignore,
  viewList: ignore,
  nameFilter: ignore,
  keepFilters: ignore,
  pull: () => Promise.resolve(),
  openFile: ignore,
  mapColumns: ignore,
};

const place = { stage: "rl", step: 1, purpose: "train", group: 0, sample: 0 } as const;
const answer: WhatIf = {
  settings: { before: settings(), after: settings() },
  locked: {},
  loss: { recorded: 0, before: 0, after: 0 },
  reproduces: { advantages: true, loss: true, problem: null },
  learning: { before: 1, after: 1, samples: 1 },
  samples: [
    {
      sample: 0,
      scores: { [hidden]: 1 },
      changedScores: { [hidden]: 2 },
      reward: { before: 1, after: 2 },
      recordedAdvantage: 0,
      advantage: { before: 0, after: 0 },
      loss: { before: 0, after: 0 },
      before: { up: 0, down: 0, still: 3, clipped: 0 },
      after: { up: 0, down: 0, still: 3, clipped: 0 },
      turned: 0,
    },
  ],
  tokens: null,
  notes: [],
};
function settings(): WhatIf["settings"]["before"] {
  const weights = { [hidden]: 1, other: 1, third: 1, fourth: 1 };
  return { scale_rewards: "group", loss_type: "dapo", epsilon: 0.2, epsilon_high: 0.2, beta: 0, weights };
}

test("beside another, over the run, in notes, prompts and what-if", () => {
  const change = { scores: [], weights: {} };
  const note = { ...place, tags: [hidden, `${hidden}2`], note: "", at: "2026-11-30T12:00:00.000Z" };
  const rollout = { ...place, extracted: hidden, correct: 0, reward: 1, length: 3, finishReason: "stop" } as const;
  const pages = {
    compare: markup(
      compareView(model, {
        ...state,
        compared: {
          left: { ...sample, of: null },
          right: { ...sample, of: null, completion: `<think>${hidden};x</think>` },
        },
      }),
    ),
    history: markup(
      historyView(model, {
        ...state,
        place: { ...state.place, history: true },
        history: { rollouts: [1, 2, 3].map((step) => ({ ...rollout, step, greedy: false })), more: false },
      }),
    ),
    notes: markup(notesView(model, { ...state, notes: [note], notesProblem: hidden }, place)),
    badges: markup([noteBadges([note], place), groupBadges([note], place)]),
    prompt: markup(
      promptView(
        model,
        {
          ...state,
          promptTokens: {
            tokens: [{ id: 1, text: hidden, special: true }],
            count: 1,
            checkpoint: hidden,
            problem: null,
          },
        },
        sample,
      ),
    ),
    whatIf: markup(
      whatIfView(model, {
        ...state,
        place: { ...state.place, whatIf: change },
        whatIf: { kind: "there", answer, tokens: null },
      }),
    ),
    problem: markup(
      whatIfView(model, {
        ...state,
        place: { ...state.place, whatIf: change },
        whatIf: { kind: "none", problem: hidden + hidden },
      }),
    ),
    steps: markup(stepItems([hidden, hidden], firstMarked, 0)),
  };
  for (const [name, page] of Object.entries(pages)) {
    expect(page.match(drawn)?.length, name).toBeGreaterThan(1);
    expect(unnamed(page), name).toEqual([]);
  }
});

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
