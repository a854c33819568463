/** Rollouts as the run store records them. */
import type { Policy } from "../models/policy";
import {
  greedyTag,
  type RewardOutcome,
  type RolloutRecord,
  type TokenRecords,
  type TopLogprobs,
} from "../protocol/traces";
import type { EvaluatedRollout } from "../evaluation/evaluate";
import type { Rollout } from "../rollouts/generate";
import { columnsText, type Task, type TaskRow } from "../tasks/task";

/** What the update found out about the tokens of a rollout, `[tokens]` each; null where it did not look. */
export interface UpdateRecords {
  readonly logprobs: Float32Array | null;
  readonly referenceLogprobs: Float32Array | null;
  readonly ratio: Float32Array | null;
  readonly clipped: Uint8Array | null;
}

export interface TrainRollout {
  readonly rollout: Rollout;
  readonly row: TaskRow;
  readonly completion: string;
  /** The task's verdict; null: not judged. */
  readonly correct: boolean | null;
  readonly rewards: Readonly<Record<string, RewardOutcome>>;
  readonly reward: number | null;
  readonly advantage: number;
  readonly update: UpdateRecords;
  readonly top: TopLogprobs | null;
}

interface Where {
  readonly stage: string;
  readonly step: number;
  /** What sampled. */
  readonly policy: Policy;
}

/** Samples of a group share their prompt. */
const seen = new WeakMap<readonly number[], string>();

function promptAsSeen({ tokenizer }: Policy, { prompt }: Rollout): string {
  const text = seen.get(prompt) ?? tokenizer.decodeAll(prompt);
  seen.set(prompt, text);
  return text;
}

const perToken = (
  { completion, logprobs, entropy }: Rollout,
  update: UpdateRecords,
  top: TopLogprobs | null,
): TokenRecords => ({
  tokens: completion,
  logprobs: update.logprobs,
  oldLogprobs: logprobs,
  referenceLogprobs: update.referenceLogprobs,
  entropy,
  ratio: update.ratio,
  clipped: update.clipped,
  top,
});

/** What is known of any rollout. */
const common = (
  { stage, step, policy }: Where,
  task: Task,
  item: Pick<TrainRollout, "rollout" | "row" | "completion" | "correct">,
) => ({
  stage,
  step,
  group: item.rollout.group,
  sample: item.rollout.sample,
  prompt: item.row.prompt,
  completion: item.completion,
  answer: item.row.answer,
  extracted: task.extract(item.completion)?.text ?? null,
  finishReason: item.rollout.finishReason,
  correct: item.correct === null ? null : item.correct ? (1 as const) : (0 as const),
  promptAsSeen: promptAsSeen(policy, item.rollout),
  row: columnsText(item.row),
  checkpoint: null,
  tags: [],
  length: item.rollout.completion.length,
});

export function trainRecord(where: Where, task: Task, item: TrainRollout, rewardHash: string): RolloutRecord {
  return {
    ...common(where, task, item),
    purpose: "train",
    rewards: { ...item.rewards },
    reward: item.reward,
    advantage: item.advantage,
    rewardHash,
    perToken: perToken(item.rollout, item.update, item.top),
  };
}

export const notUpdated: UpdateRecords = { logprobs: null, referenceLogprobs: null, ratio: null, clipped: null };

/** An evaluated completion, sampled or `greedy`; `right` stands where a train rollout has its rewards. */
export function evaluationRecord(where: Where, item: EvaluatedRollout, how: "sampled" | "greedy"): RolloutRecord {
  const score = item.correct ? 1 : 0;
  return {
    ...common(where, item.task, { ...item, correct: item.correct }),
    tags: how === "greedy" ? [greedyTag] : [],
    purpose: "evaluation",
    rewards: { right: { kind: "score", score, extras: {} } },
    reward: score,
    advantage: null,
    rewardHash: null,
    perToken: perToken(item.rollout, notUpdated, item.top),
  };
}

/** What the recipe's rewards say of a sample that is kept by its reward. */
export type SampleScores = Pick<TrainRollout, "rewards" | "reward">;

/** A completion drawn for a training set; its tags come when all are drawn. */
export function samplingRecord(
  where: Where,
  task: Task,
  item: Pick<TrainRollout, "rollout" | "row" | "completion" | "correct" | "top"> & {
    readonly scored: SampleScores | null;
  },
): RolloutRecord {
  const score = item.correct ? 1 : 0;
  return {
    ...common(where, task, item),
    purpose: "sampling",
    ...(item.scored ?? { rewards: { right: { kind: "score", score, extras: {} } }, reward: score }),
    advantage: null,
    rewardHash: null,
    perToken: perToken(item.rollout, notUpdated, item.top),
  };
}
