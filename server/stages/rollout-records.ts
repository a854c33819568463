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

/** What the update found out about the tokens of a rollout, `[learnt tokens]` each; null where it did not look. */
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

function perToken(rollout: Rollout, update: UpdateRecords, top: TopLogprobs | null): TokenRecords {
  const { completion, logprobs, entropy, learnt } = rollout;
  const known = { tokens: completion, entropy, top };
  if (!learnt) return { ...known, oldLogprobs: logprobs, ...update };
  let drawn = 0;
  const clipped = update.clipped && Uint8Array.from(learnt, (isLearnt) => (isLearnt ? update.clipped![drawn++]! : 0));
  return {
    ...known,
    clipped,
    // Nobody drew what was inserted: it has no number, by which readers know it.
    oldLogprobs: logprobs.map((value, token) => (learnt[token] ? value : NaN)),
    logprobs: ofAllTokens(learnt, update.logprobs),
    referenceLogprobs: ofAllTokens(learnt, update.referenceLogprobs),
    ratio: ofAllTokens(learnt, update.ratio),
  };
}

/** `[tokens]` of `[learnt tokens]`: NaN for the others. */
function ofAllTokens(learnt: readonly boolean[], values: Float32Array | null): Float32Array | null {
  let at = 0;
  return values && Float32Array.from(learnt, (isLearnt) => (isLearnt ? values[at++]! : NaN));
}

/** Tag of a rollout whose thinking was closed by its budget. */
const forcedTag = "thinking cut";

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
  tags: item.rollout.learnt ? [forcedTag] : [],
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
    tags: [...(how === "greedy" ? [greedyTag] : []), ...(item.rollout.learnt ? [forcedTag] : [])],
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
