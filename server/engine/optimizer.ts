/** AdamW with clipping by the global norm, over named parameters. */
import * as tf from "@tensorflow/tfjs-core";
import { fused } from "./fused-operations";
import { placedVariable } from "./placed-variable";
import { addGradientsOf, disposeSums, newGradientSums, takeSums } from "./gradient-sums";

type Named<T> = ReadonlyMap<string, T>;

export interface OptimizerState {
  readonly m: Named<tf.Variable>;
  readonly v: Named<tf.Variable>;
  /** Updates made so far. */
  updates: number;
}

export interface OptimizerSettings {
  readonly learning_rate: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number;
}

/** Moments of zero. */
export function newOptimizer(parameters: Named<tf.Variable>): OptimizerState {
  const zeros = (): Map<string, tf.Variable> =>
    new Map(
      [...parameters].map(([name, parameter]) => [
        name,
        placedVariable(new Float32Array(parameter.size), parameter.shape, false),
      ]),
    );
  return { m: zeros(), v: zeros(), updates: 0 };
}

/** The state of a checkpoint. Throws when a moment is missing. */
export function restoreOptimizer(
  parameters: Named<tf.Variable>,
  m: Named<Float32Array>,
  v: Named<Float32Array>,
  updates: number,
): OptimizerState {
  const restore = (arrays: Named<Float32Array>): Map<string, tf.Variable> =>
    new Map(
      [...parameters].map(([name, parameter]) => {
        const values = arrays.get(name);
        if (values?.length !== parameter.size) throw new Error(`The checkpoint has no optimizer state for ${name}.`);
        return [name, placedVariable(values.slice(), parameter.shape, false)];
      }),
    );
  return { m: restore(m), v: restore(v), updates };
}

export function disposeOptimizer(state: OptimizerState): void {
  tf.dispose([...state.m.values(), ...state.v.values()]);
}

/**
 * One update, in place. Gradients whose global norm is above `max_grad_norm` are scaled down to it; norms' gains and biases (rank 1) are not decayed.
 * Returns the norm before clipping. A norm that is not finite changes nothing and is returned as it is.
 */
export function applyGradients(
  parameters: Named<tf.Variable>,
  gradients: Named<tf.Tensor>,
  state: OptimizerState,
  settings: OptimizerSettings,
): number {
  const norm = Math.sqrt(fused().sumOfSquares([...gradients.values()]));
  if (!Number.isFinite(norm)) return norm;
  state.updates++;
  const scale = Math.min(1, settings.max_grad_norm / (norm + 1e-6));
  for (const [name, parameter] of parameters) {
    const gradient = gradients.get(name);
    if (!gradient) throw new Error(`There is no gradient for ${name}.`);
    fused().adamW(parameter, gradient, state.m.get(name)!, state.v.get(name)!, {
      ...settings,
      weight_decay: parameter.rank > 1 ? settings.weight_decay : 0,
      scale,
      step: state.updates,
    });
  }
  return norm;
}

/** Value of a scalar loss and its gradient with respect to every parameter; all gradients are the caller's to dispose. */
export function lossAndGradients(
  parameters: Named<tf.Variable>,
  loss: () => tf.Scalar,
): { readonly loss: number; readonly gradients: Map<string, tf.Tensor> } {
  return summedGradients(parameters, false, (add) => add(loss));
}

/**
 * The same of a sum of losses, whose gradients are added up in place. `losses` passes each to `add`, which gives its value. `recompute`: layers are computed
 * again in the backward pass, and what they made is not kept for it.
 */
export function summedGradients(
  parameters: Named<tf.Variable>,
  recompute: boolean,
  losses: (add: (loss: () => tf.Scalar) => number) => number,
): { readonly loss: number; readonly gradients: Map<string, tf.Tensor> } {
  const sums = newGradientSums(parameters.values(), recompute);
  try {
    const loss = losses((part) => addGradientsOf(sums, part));
    return { loss, gradients: takeSums(sums, parameters) };
  } catch (error) {
    disposeSums(sums);
    throw error;
  }
}

export interface ScheduleSettings {
  readonly learning_rate: number;
  readonly warmup_steps: number;
  /** Share of all steps, in place of `warmup_steps`. */
  readonly warmup_ratio?: number | undefined;
  readonly lr_scheduler_type: "constant" | "linear" | "cosine";
  readonly min_lr_rate: number;
}

/** Steps of the warm-up of a stage of `steps`; a ratio is rounded up, as transformers does. */
const warmupOf = ({ warmup_steps, warmup_ratio }: ScheduleSettings, steps: number): number =>
  warmup_ratio === undefined ? warmup_steps : Math.ceil(warmup_ratio * steps);

/** Learning rate of a step, 1-based: linear from 0 over the warm-up, then constant, or down to `min_lr_rate` at the last step, linearly or by a cosine. */
export function learningRate(settings: ScheduleSettings, step: number, steps: number): number {
  const { learning_rate, min_lr_rate, lr_scheduler_type } = settings;
  const warmup = warmupOf(settings, steps);
  if (step <= warmup) return (learning_rate * step) / warmup;
  if (lr_scheduler_type === "constant") return learning_rate;
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  const left = lr_scheduler_type === "linear" ? 1 - progress : 0.5 * (1 + Math.cos(Math.PI * progress));
  return learning_rate * (min_lr_rate + (1 - min_lr_rate) * left);
}
