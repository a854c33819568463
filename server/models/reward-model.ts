/** A reward model: a policy's trunk with a head that reads one number from the hidden state of a completion's last token. */
import * as tf from "@tensorflow/tfjs-core";
import { newOptimizer, restoreOptimizer, type OptimizerState } from "../engine/optimizer";
import { fused } from "../engine/fused-operations";
import type { Asked } from "../protocol/conversation";
import { loadPolicy, loadPromptOptions, loadStageArrays, type LoadOptions } from "./checkpoint";
import { completionRows, disposePacked, packToLast, type PackedSequences, type TokenSequence } from "./packing";
import { disposePolicy, encodeCompletion, encodePrompt, type Policy } from "./policy";
import { restoreWeights, type Weights } from "./weights";
import { UserError } from "../shared/user-error";

export interface RewardModel {
  readonly policy: Policy;
  /** `score.weight` `[1, hidden_size]`. */
  readonly head: Weights;
}

const headWeight = "score.weight";
/** Name of the head's file in a checkpoint. */
export const headFile = "reward_head";
/** The output layer of the policy has no part in it. */
const isUnused = (name: string): boolean => name === "lm_head.weight";

/** A model that says 0 of everything. Takes the policy over. */
export function newRewardModel(policy: Policy): RewardModel {
  const width = policy.config.hidden_size;
  return {
    policy,
    head: new Map([[headWeight, tf.tidy(() => tf.variable(tf.tensor2d(new Float32Array(width), [1, width])))]]),
  };
}

/** What is trained: trunk and head. */
export const rewardParameters = ({ policy, head }: RewardModel): Weights =>
  new Map([...[...policy.trained].filter(([name]) => !isUnused(name)), ...head]);

/** `[sequences]` rewards of packed sequences, see {@link packToLast}. */
export function packedRewards({ policy, head }: RewardModel, packed: PackedSequences): tf.Tensor1D {
  const rows = completionRows(policy, packed);
  const values = fused().linear(rows, head.get(headWeight) as unknown as tf.Tensor2D);
  return tf.reshape(values, [rows.shape[0]]);
}

/** Sequences that go through the model together: bounds its memory. */
const together = 64;

/** Whether a model can read a sequence to its end. */
const canRead = ({ policy }: RewardModel, { prompt, completion }: TokenSequence): boolean =>
  prompt.length + completion.length <= policy.config.max_position_embeddings;

/** `[sequences]` rewards of sequences of any length; null of those that are longer than the model's positions. */
export function rewardsWithin(model: RewardModel, sequences: readonly TokenSequence[]): (number | null)[] {
  const read = sequences.map((sequence) => canRead(model, sequence));
  const rewards = rewardsOf(
    model,
    sequences.filter((_, index) => read[index]),
  );
  let next = 0;
  return read.map((isRead) => (isRead ? rewards[next++]! : null));
}

/** `[sequences]` */
export function rewardsOf(model: RewardModel, sequences: readonly TokenSequence[]): Float64Array {
  const rewards = new Float64Array(sequences.length);
  for (let first = 0; first < sequences.length; first += together) {
    const packed = packToLast(sequences.slice(first, first + together));
    rewards.set(
      tf.tidy(() => packedRewards(model, packed).dataSync()),
      first,
    );
    disposePacked(packed);
  }
  return rewards;
}

/** `[texts]` rewards of finished completions; null of those that are too long for the model. */
export const rewardsOfTexts = (
  model: RewardModel,
  texts: readonly (Asked & { readonly completion: string })[],
): (number | null)[] => {
  const { policy } = model;
  return rewardsWithin(
    model,
    texts.map(({ completion, ...asked }) => {
      const prompt = encodePrompt(policy, asked);
      return { prompt, completion: encodeCompletion(policy.tokenizer, prompt, completion) };
    }),
  );
};

/** The head and its moments as arrays of a checkpoint, and back. */
export function headArrays({ head }: RewardModel, { m, v }: OptimizerState): Map<string, Float32Array> {
  const array = (weights: Weights): Float32Array => Float32Array.from(weights.get(headWeight)!.dataSync());
  return new Map([
    [`p.${headWeight}`, array(head)],
    [`m.${headWeight}`, array(m)],
    [`v.${headWeight}`, array(v)],
  ]);
}

/**
 * The optimizer of trunk and head. The trunk's moments are those of `trunk`, the head's those of a checkpoint's arrays, which also set the head;
 * null: zero. What is made for the head is the caller's to dispose with {@link disposeHead}.
 */
export function headOptimizer(
  { head }: RewardModel,
  trunk: OptimizerState,
  arrays: ReadonlyMap<string, Float32Array> | null,
): OptimizerState {
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map([[headWeight, arrays?.get(prefix + headWeight) ?? new Float32Array()]]);
  if (arrays) restoreWeights(head, part("p."));
  // Where the trunk begins afresh the head does: both count the same updates.
  const goesOn = arrays !== null && trunk.updates > 0;
  const own = goesOn ? restoreOptimizer(head, part("m."), part("v."), trunk.updates) : newOptimizer(head);
  return { m: new Map([...trunk.m, ...own.m]), v: new Map([...trunk.v, ...own.v]), updates: trunk.updates };
}

export function disposeHead({ head }: RewardModel, optimizer: OptimizerState | null): void {
  tf.dispose([head.get(headWeight)!]);
  if (optimizer) tf.dispose([optimizer.m.get(headWeight)!, optimizer.v.get(headWeight)!]);
}

/** A trained reward model. `base`: what an adapter is beside. Throws when the folder is a checkpoint of something else. */
export async function loadRewardModel(folder: string, base?: LoadOptions["base"]): Promise<RewardModel> {
  const arrays = await loadStageArrays(folder, headFile);
  const weights = arrays?.get(`p.${headWeight}`);
  if (!weights) throw new UserError(`The checkpoint ${folder} is no reward model: it has no ${headFile}.`);
  // Texts are read as those that it learnt from.
  const model = newRewardModel(
    await loadPolicy(folder, {
      ...((await loadPromptOptions(folder)) ?? { chatTemplate: false }),
      ...(base === undefined ? {} : { base }),
    }),
  );
  restoreWeights(model.head, new Map([[headWeight, weights]]));
  return model;
}

export function disposeRewardModel(model: RewardModel): void {
  disposeHead(model, null);
  disposePolicy(model.policy);
}
