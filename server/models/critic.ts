/** The critic of PPO: how much reward is still to come, told from the hidden state before each completion token. */
import * as tf from "@tensorflow/tfjs-core";
import { newOptimizer, disposeOptimizer, restoreOptimizer, type OptimizerState } from "../engine/optimizer";
import { fused } from "../engine/fused-operations";
import { completionRows, type PackedSequences } from "./packing";
import { copyPolicy, disposePolicy, type Policy } from "./policy";
import { restoreWeights, type Weights } from "./weights";

export interface Critic {
  /** A model of its own; null: the head reads the policy's hidden states. */
  readonly trunk: Policy | null;
  /** What the critic's optimizer moves: the head, and the trunk where it is its own. */
  readonly parameters: Weights;
  readonly optimizer: OptimizerState;
}

const headWeight = "value_head.weight";
const headBias = "value_head.bias";
/** The trunk's output layer has no part in it. */
const isUnused = (name: string): boolean => name === "lm_head.weight";

/** A critic that says 0 everywhere. `separate`: its trunk begins as a copy of the policy's. */
export function newCritic(policy: Policy, kind: "separate" | "shared"): Critic {
  const trunk = kind === "separate" ? copyPolicy(policy) : null;
  const width = policy.config.hidden_size;
  const parameters = new Map([
    ...[...(trunk?.trained ?? [])].filter(([name]) => !isUnused(name)),
    [headWeight, tf.tidy(() => tf.variable(tf.tensor2d(new Float32Array(width), [1, width])))] as const,
    [headBias, tf.tidy(() => tf.variable(tf.tensor1d([0])))] as const,
  ]);
  return { trunk, parameters, optimizer: newOptimizer(parameters) };
}

/** `[completion tokens]` V of the state before each token, from hidden states `[completion tokens, hidden_size]` of the critic's trunk. */
export function valuesOfRows({ parameters }: Critic, rows: tf.Tensor2D): tf.Tensor1D {
  const values = fused().linear(rows, parameters.get(headWeight) as unknown as tf.Tensor2D);
  return tf.add(tf.reshape(values, [rows.shape[0]]), parameters.get(headBias)!);
}

/** `[completion tokens]` V of packed sequences. */
export const criticValues = (critic: Critic, policy: Policy, packed: PackedSequences): tf.Tensor1D =>
  valuesOfRows(critic, completionRows(critic.trunk ?? policy, packed));

/** Arrays of a critic for a checkpoint, and back. */
export function criticArrays({ parameters, optimizer }: Critic): Map<string, Float32Array> {
  const arrays = (weights: Weights, prefix: string): [string, Float32Array][] =>
    [...weights].map(([name, variable]) => [prefix + name, Float32Array.from(variable.dataSync())]);
  return new Map([...arrays(parameters, "p."), ...arrays(optimizer.m, "m."), ...arrays(optimizer.v, "v.")]);
}

/** Puts the arrays of {@link criticArrays} into a new critic; throws when one is missing. */
export function restoredCritic(critic: Critic, arrays: ReadonlyMap<string, Float32Array>, updates: number): Critic {
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map([...arrays].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(2), values]] : [])));
  restoreWeights(critic.parameters, part("p."));
  const optimizer = restoreOptimizer(critic.parameters, part("m."), part("v."), updates);
  disposeOptimizer(critic.optimizer);
  return { ...critic, optimizer };
}

export const criticSize = ({ parameters }: Critic): number =>
  [...parameters.values()].reduce((sum, { size }) => sum + size, 0);

export function disposeCritic({ trunk, parameters, optimizer }: Critic): void {
  if (trunk) disposePolicy(trunk);
  tf.dispose([parameters.get(headWeight)!, parameters.get(headBias)!]);
  disposeOptimizer(optimizer);
}
