/** Numbers that are not finite: no update is made of them, and the first one is named, so that somebody can look there. */
import * as tf from "@tensorflow/tfjs-core";
import { eachCompletion } from "../algorithms/packed";
import { fused } from "../engine/fused-operations";
import { applyGradients, type OptimizerSettings, type OptimizerState } from "../engine/optimizer";
import type { TokenSequence } from "../models/packing";
import type { Policy } from "../models/policy";
import type { Weights } from "../models/weights";
import type { Rollout } from "../rollouts/generate";

/** The update was not applied. */
export class NonFiniteStep extends Error {}

/** What an update says that may find a number which is not finite. */
export function whereFinite<T>(update: () => T): T | NonFiniteStep {
  try {
    return update();
  } catch (error) {
    if (error instanceof NonFiniteStep) return error;
    throw error;
  }
}

/** Completions one after the other, and what they are called: `of group 2, sample 1`. */
export interface NamedCompletions {
  readonly completions: readonly Pick<TokenSequence, "completion" | "learnt">[];
  readonly nameOf: (index: number) => string;
}

export const namedRollouts = (rollouts: readonly Rollout[]): NamedCompletions => ({
  completions: rollouts,
  nameOf: (index) => `group ${rollouts[index]!.group + 1}, sample ${rollouts[index]!.sample + 1}`,
});

/** Characters of a prompt that name an example. */
const named = 80;

/** Examples, by their prompts. `sideOf`: which of a prompt's completions one is, `the chosen completion of `. */
export const namedExamples = (
  { tokenizer }: Pick<Policy, "tokenizer">,
  sequences: readonly TokenSequence[],
  sideOf: (index: number) => string = () => "",
): NamedCompletions => ({
  completions: sequences,
  nameOf(index) {
    const text = tokenizer.decodeAll(sequences[index]!.prompt);
    return `${sideOf(index)}${JSON.stringify(text.length > named ? `${text.slice(0, named)}…` : text)}`;
  },
});

/** Ids of the tokens that are learnt. */
const learntIds = ({ completion, learnt }: NamedCompletions["completions"][number]): number[] =>
  Array.from(completion).filter((_, token) => learnt?.[token] !== false);

/** Throws where one of the `[tokens]` values is not finite. */
export function checkTokens(what: string, values: ArrayLike<number>, { completions, nameOf }: NamedCompletions): void {
  const lengths = completions.map((completion) =>
    completion.learnt ? learntIds(completion).length : completion.completion.length,
  );
  eachCompletion(lengths, (start, end, index) => {
    for (let token = start; token < end; token++) {
      if (Number.isFinite(values[token])) continue;
      const id = learntIds(completions[index]!)[token - start]!;
      throw new NonFiniteStep(
        `the ${what} of token ${token - start + 1} of ${end - start} (id ${id}) of ${nameOf(index)} is ${values[token]!}`,
      );
    }
  });
}

/** Throws where one of the `[completions]` values is not finite. */
export function checkCompletions(what: string, values: ArrayLike<number>, { nameOf }: NamedCompletions): void {
  for (let index = 0; index < values.length; index++)
    if (!Number.isFinite(values[index]))
      throw new NonFiniteStep(`the ${what} of ${nameOf(index)} is ${values[index]!}`);
}

export function checkLoss(loss: number): void {
  if (!Number.isFinite(loss)) throw new NonFiniteStep(`the loss is ${loss}`);
}

/** Throws where a gradient is not finite or too large to be squared. */
export function checkGradients(gradients: ReadonlyMap<string, tf.Tensor>): void {
  for (const [name, gradient] of gradients) {
    if (Number.isFinite(fused().sumOfSquares([gradient]))) continue;
    const values = gradient.dataSync();
    const at = values.findIndex((value) => !Number.isFinite(value));
    const value =
      at < 0 ? "too large to be squared" : `${values[at]!} at position ${at} of [${gradient.shape.join(", ")}]`;
    throw new NonFiniteStep(`the gradient of ${name} is ${value}`);
  }
}

/** One update, in place, with the norm before clipping. Throws where that is not finite; then nothing was applied. Disposes the gradients. */
export function applyFinite(
  parameters: Weights,
  gradients: ReadonlyMap<string, tf.Tensor>,
  optimizer: OptimizerState,
  settings: OptimizerSettings,
): number {
  try {
    const norm = applyGradients(parameters, gradients, optimizer, settings);
    if (Number.isFinite(norm)) return norm;
    // Which gradient it was takes a look at each.
    checkGradients(gradients);
    throw new NonFiniteStep(`the norm of all gradients is ${norm}`);
  } finally {
    tf.dispose([...gradients.values()]);
  }
}
