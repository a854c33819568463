/** Rollouts as the run store records them. */
import type { Policy } from "../models/policy";
import { greedyTag, type RewardOutcome, type RolloutRecord, type TokenRecords } from "../protocol/traces";
import type { EvaluatedRollout } from "../evaluation/evaluate";
import type { Rollout } from "../rollouts/generate";
import type { Task, TaskRow } from "../tasks/task";

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
  readonly rewards: Readonly<Record<string, RewardOutcome>>;
  readonly reward: number | null;
  readonly advantage: number;
  readonly update: UpdateRecords;
}

interface Where {
  readonly stage: string;
  readonly step: number;
}

const perToken = ({ completion, logprobs, entropy }: Rollout, update: UpdateRecords): TokenRecords => ({
  tokens: completion,
  logprobs: update.logprobs,
  oldLogprobs: logprobs,
  referenceLogprobs: update.referenceLogprobs,
  entropy,
  ratio: update.ratio,
  clipped: update.clipped,
});

/** What is known of any rollout. */
const common = (where: Where, task: Task, item: Pick<TrainRollout, "rollout" | "row" | "completion">) => ({
  ...where,
  group: item.rollout.group,
  sample: item.rollout.sample,
  prompt: item.row.prompt,
  completion: item.completion,
  answer: item.row.answer,
  extracted: task.extract(item.completion),
  finishReason: item.rollout.finishReason,
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
    perToken: perToken(item.rollout, item.update),
  };
}

const notUpdated: UpdateRecords = { logprobs: null, referenceLogprobs: null, ratio: null, clipped: null };

/** An evaluated completion, sampled or `greedy`; `right` stands where a train rollout has its rewards. */
export function evaluationRecord(where: Where, item: EvaluatedRollout, how: "sampled" | "greedy"): RolloutRecord {
  const score = item.right ? 1 : 0;
  return {
    ...common(where, item.task, item),
    tags: how === "greedy" ? [greedyTag] : [],
    purpose: "evaluation",
    rewards: { right: { kind: "score", score, extras: {} } },
    reward: score,
    advantage: null,
    rewardHash: null,
    perToken: perToken(item.rollout, notUpdated),
  };
}

/** A completion drawn for a training set; its tags come when all are drawn. */
export function samplingRecord(
  where: Where,
  task: Task,
  item: Pick<TrainRollout, "rollout" | "row" | "completion" | "rewards" | "reward"> & { readonly right: boolean },
): RolloutRecord {
  const score = item.right ? 1 : 0;
  return {
    ...common(where, task, item),
    purpose: "sampling",
    rewards: { right: { kind: "score", score, extras: {} }, ...item.rewards },
    reward: item.reward ?? score,
    advantage: null,
    rewardHash: null,
    perToken: perToken(item.rollout, notUpdated),
  };
}

/** Text of a rollout's completion, special tokens left out. */
export const completionText = (policy: Policy, rollout: Rollout): string => policy.tokenizer.decode(rollout.completion);
