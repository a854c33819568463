/** Which examples a step sees: it follows from the step's number alone, so that a resume goes on with the same ones. */
import { randomPermutation, randomStream } from "../shared/random";
import { UserError } from "../shared/user-error";

export interface BatchSettings {
  readonly name: string;
  readonly steps: number;
  readonly num_train_epochs?: number | undefined;
  readonly batch_size: number;
  /** Tokens a step, in place of `batch_size`. */
  readonly packing?: number | undefined;
}

export interface BatchPlan {
  readonly steps: number;
  /** Places of the examples of a step, 1-based. */
  batch(step: number): readonly number[];
}

/** Batches of an epoch: as many examples in their order as fit into the tokens, at least one. */
export function fill(order: readonly number[], lengths: readonly number[], tokens: number): number[][] {
  const batches: number[][] = [];
  let [batch, held]: [number[], number] = [[], 0];
  for (const index of order) {
    const length = lengths[index]!;
    if (batch.length > 0 && held + length > tokens) {
      batches.push(batch);
      [batch, held] = [[], 0];
    }
    batch.push(index);
    held += length;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Every epoch goes through all examples in an order of its own. `lengths`: `[examples]` tokens of each. Throws without examples. */
export function planBatches(settings: BatchSettings, seed: number, lengths: readonly number[]): BatchPlan {
  const { name, batch_size, packing, num_train_epochs } = settings;
  const count = lengths.length;
  if (count === 0) throw new UserError(`Stage ${name} has no examples to learn from.`);
  const newest: { epoch: number; order: readonly number[] } = { epoch: -1, order: [] };
  const orderOf = (epoch: number): readonly number[] => {
    if (newest.epoch !== epoch) {
      newest.epoch = epoch;
      newest.order = randomPermutation(randomStream(seed, "order", name, epoch), count);
    }
    return newest.order;
  };
  if (packing === undefined)
    return {
      steps: num_train_epochs === undefined ? settings.steps : Math.ceil((num_train_epochs * count) / batch_size),
      batch: (step) =>
        Array.from({ length: batch_size }, (_, index) => {
          const position = (step - 1) * batch_size + index;
          return orderOf(Math.floor(position / count))[position % count]!;
        }),
    };
  const epochs: number[][][] = [];
  const epochOf = (epoch: number): number[][] => (epochs[epoch] ??= fill(orderOf(epoch), lengths, packing));
  const whole = Math.floor(num_train_epochs ?? 0);
  const rest = (num_train_epochs ?? 0) - whole;
  const steps =
    num_train_epochs === undefined
      ? settings.steps
      : Array.from({ length: whole }, (_, epoch) => epochOf(epoch).length).reduce((sum, each) => sum + each, 0) +
        (rest > 0 ? Math.ceil(rest * epochOf(whole).length) : 0);
  return {
    steps,
    batch(step) {
      let left = step - 1;
      for (let epoch = 0; ; epoch++) {
        const batches = epochOf(epoch);
        if (left < batches.length) return batches[left]!;
        left -= batches.length;
      }
    },
  };
}
