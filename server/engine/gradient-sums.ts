/**
 * Gradients of parameters, added up in place while backward passes run: those of a batch's parts take the memory of one set. Operations that know their
 * parameter add to its sum themselves and keep it off tfjs' tape; what tfjs computes is added when the pass is done.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Of one parameter. */
export interface GradientSum {
  /** Null: nothing was added yet. The operation that adds first sets it, with a tensor that it {@link tf.keep}s. */
  tensor: tf.Tensor | null;
}

export interface GradientSums {
  readonly of: ReadonlyMap<tf.Tensor, GradientSum>;
  /** What a pass begins at where none of its inputs is on the tape. Its own gradient is 0. */
  readonly anchor: tf.Scalar;
  /** What {@link recomputed} wraps is computed again in the backward pass. */
  readonly recompute: boolean;
}

/** Of the backward pass that is under way. */
let open: GradientSums | null = null;

export const newGradientSums = (parameters: Iterable<tf.Variable>, recompute: boolean): GradientSums => ({
  of: new Map([...parameters].map((parameter) => [parameter, { tensor: null }])),
  anchor: tf.tidy(() => tf.keep(tf.scalar(0))),
  recompute,
});

/** Where the gradient of an operation's input is added up; null: the operation returns it, if anything learns of it. */
export const sumOf = (input: tf.Tensor): GradientSum | null => open?.of.get(input) ?? null;

/** The anchor of the pass that is recorded; null: there is none. */
export const anchorOf = (): tf.Scalar | null => open?.anchor ?? null;

/** Whether anything learns of an input: a variable that is not trainable stands for a constant, whose gradient would be made for nobody. */
export const isLearnt = (input: tf.Tensor): boolean => !(input instanceof tf.Variable) || input.trainable;

/** Adds a gradient, which it takes over. */
export function addGradient(sum: GradientSum, gradient: tf.Tensor): void {
  const before = sum.tensor;
  sum.tensor = tf.keep(before ? tf.add(before, gradient) : gradient);
  if (before) tf.dispose([before, gradient]);
}

/** {@link tf.grads} of `f` at `x`, while what it computes by parameters goes to their sums. `slope`: of the value; null: it is a scalar, and 1. */
function throughParameters(
  sums: GradientSums,
  f: () => tf.Tensor,
  x: tf.Tensor,
  slope: tf.Tensor | null,
): { readonly value: tf.Tensor; readonly gradient: tf.Tensor | undefined } {
  const parameters = [...sums.of];
  const inputs = [x, ...parameters.map(([parameter]) => parameter)];
  const { value, grads } = tf.engine().gradients(f, inputs, slope ?? undefined, true);
  const [gradient, ...others] = grads as (tf.Tensor | undefined)[];
  parameters.forEach(([, sum], index) => {
    const found = others[index];
    if (found) addGradient(sum, found);
  });
  return { value, gradient };
}

/** Frees what operations have kept for a backward pass that is not to be. */
function dropTape(): void {
  const { state } = tf.engine();
  // tfjs' types leave out that there may be none.
  const tape = state.activeTape as typeof state.activeTape | null;
  for (const { saved } of tape ?? []) tf.dispose(saved);
  state.activeTape = [];
}

/**
 * `f` of `x`, of which only `x` is kept: the backward pass computes `f` again, by the same operations, with what it needs for its gradients (Chen et
 * al. 2016, arXiv 1604.06174). Where the sums do not ask for it, it is `f` itself.
 */
export function recomputed<T extends tf.Tensor>(x: T, f: (x: T) => T): T {
  const sums = open;
  if (!sums?.recompute) return f(x);
  return tf.customGrad((input, save) => {
    (save as unknown as (tensors: unknown[]) => void)([input]);
    return {
      value: f(input as T),
      gradFunc: (dy, saved) => {
        const [kept] = saved as [T];
        const { state } = tf.engine();
        // A pass within a pass: tfjs has one tape, and clears it behind the inner one.
        const tape = state.activeTape;
        try {
          const { value, gradient } = throughParameters(sums, () => f(kept), kept, dy);
          tf.dispose([value, kept, dy]);
          return [gradient ?? tf.zerosLike(kept)];
        } catch (error) {
          dropTape();
          throw error;
        } finally {
          state.activeTape = tape;
        }
      },
    };
  })(x) as T;
}

/** Computes a scalar loss and adds its gradients to the sums. */
export function addGradientsOf(sums: GradientSums, loss: () => tf.Scalar): number {
  const outer = open;
  open = sums;
  try {
    const { value, gradient } = throughParameters(sums, loss, sums.anchor, null);
    const [total] = value.dataSync();
    tf.dispose([value, ...(gradient ? [gradient] : [])]);
    return total!;
  } catch (error) {
    dropTape();
    throw error;
  } finally {
    open = outer;
  }
}

/** The sums by their parameters' names, which are the caller's to dispose. Throws where nothing was added. */
export function takeSums(
  { of, anchor }: GradientSums,
  parameters: ReadonlyMap<string, tf.Variable>,
): Map<string, tf.Tensor> {
  anchor.dispose();
  return new Map(
    [...parameters].map(([name, parameter]) => {
      const sum = of.get(parameter)?.tensor;
      if (!sum) throw new Error(`The loss does not depend on ${name}.`);
      return [name, sum];
    }),
  );
}

export function disposeSums({ of, anchor }: GradientSums): void {
  anchor.dispose();
  for (const { tensor } of of.values()) tensor?.dispose();
}
