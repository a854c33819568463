/** Supervised fine-tuning on completions: the loss is on their tokens only. */
import * as tf from "@tensorflow/tfjs-core";
import { applyGradients, type OptimizerSettings, type ScheduleSettings } from "../engine/optimizer";
import { begunByText, behindBegun, withBegun } from "../models/begun";
import { completionLogProbs, learntTokens, packSequences, type TokenSequence } from "../models/packing";
import { encodeCompletion, encodePrompt, promptText, type Policy } from "../models/policy";
import { encodeTurns, type LearntMessage } from "../models/turns";
import type { Asked } from "../protocol/conversation";
import type { Place } from "../tasks/task";
import type { StageContext, StageEnd, StageStart } from "./context";
import { planBatches, type BatchSettings } from "./example-batches";
import { amount, fitRows, fittedNotes, lengthOf, sequenceLimit, type LengthSettings } from "./lengths";
import { gradientsOf, partsOf, type Parts } from "./micro-batches";
import { logprobsUnder } from "./reference";
import { trainInSteps } from "./training-loop";

export interface TrainingExample extends Asked {
  readonly conversation?: readonly LearntMessage[] | undefined;
  /** Whether the earlier turns of the assistant are learnt too. */
  readonly allTurns?: boolean;
  readonly completion: string;
  /** Of examples that are read from a file. */
  readonly place?: Place | undefined;
}

interface SftSettings extends BatchSettings, ScheduleSettings, Omit<OptimizerSettings, "learning_rate"> {
  readonly eval_steps: number;
  readonly save_steps: number;
  readonly save_total_limit: number;
  readonly metric_for_best_model?: string | undefined;
  readonly logging_steps: number;
  readonly micro_batch_size?: number | undefined;
}

export interface Examples {
  readonly training: readonly TokenSequence[];
  /** What the held-out loss is measured on. */
  readonly heldOut: readonly TokenSequence[];
}

/** Examples as a stage learns from them: those that fit, whole or cut. */
export interface FittedExamples<T extends TrainingExample> {
  readonly kept: readonly T[];
  /** `[kept]` */
  readonly sequences: readonly TokenSequence[];
  readonly dropped: readonly { readonly example: T; readonly detail: string }[];
  /** Sentences on those that were left out or cut. */
  readonly notes: readonly string[];
}

/** Throws an OverlongRowsError where one is too long and the stage refuses such examples. */
export function fitExamples<T extends TrainingExample>(
  policy: Policy,
  stage: LengthSettings,
  examples: readonly T[],
  what = "examples",
): FittedExamples<T> {
  const limit = sequenceLimit(policy.config, stage);
  const rows = tokenize(policy, examples).map((sequence, index) => ({
    asked: examples[index]!,
    sides: [sequence],
  }));
  const fitted = fitRows(rows, stage, limit, what);
  return {
    kept: fitted.kept.map(({ asked }) => asked),
    sequences: fitted.kept.map(({ sides }) => sides[0]!),
    dropped: fitted.dropped.map(({ asked, sides }) => ({
      example: asked,
      detail: `${amount(lengthOf(sides[0]!))} tokens with its prompt, more than ${limit.text}`,
    })),
    notes: fittedNotes(fitted, limit, what),
  };
}

/** Held-out examples that go through the model together: bounds its memory. */
const evaluatedTogether = 32;

export function trainOnExamples(
  context: StageContext,
  stage: SftSettings,
  start: StageStart,
  { training: examples, heldOut: measured }: Examples,
): Promise<StageEnd> {
  const { policy, optimizer } = start;
  const plan = planBatches(
    stage,
    context.recipe.seed,
    examples.map(({ prompt, completion }) => prompt.length + completion.length),
  );
  context.tell({ steps: plan.steps });
  const parts = partsOf(context, stage, { policy, trained: 1, asked: 0 });
  // A constant in place of the batch's own token count: a token mean over batches of mixed lengths would weigh short answers more.
  const meanLength = examples.reduce((sum, example) => sum + learntTokens(example), 0) / examples.length;
  return trainInSteps(context, stage, start, {
    steps: plan.steps,
    every: stage.eval_steps,
    measure: () => (measured.length === 0 ? {} : { "eval/loss": heldOutLoss(policy, measured, parts) }),
    answering: policy,
    update(step, learning_rate) {
      const batch = plan.batch(step).map((index) => examples[index]!);
      let [entropy, counted] = [0, 0];
      const { loss, gradients, targets } = gradientsOf(
        policy.weights,
        parts(batch, lengthOf),
        packSequences,
        (packed) => {
          const [logprobs, entropies] = tf.split(completionLogProbs(policy, packed, 1), 2) as [
            tf.Tensor2D,
            tf.Tensor2D,
          ];
          const size = packed.targets.size;
          entropy = (entropy * counted + tf.mean(entropies).dataSync()[0]! * size) / (counted + size);
          counted += size;
          return tf.div(tf.neg(tf.sum(logprobs)), batch.length * meanLength);
        },
      );
      const grad_norm = applyGradients(policy.weights, gradients, optimizer, { ...stage, learning_rate });
      tf.dispose([...gradients.values()]);
      return { numbers: { loss, entropy, grad_norm }, tokens: targets };
    },
  });
}

/** Held-out examples that fit, with a sentence on those that were left out or cut. */
export function fitHeldOut(
  policy: Policy,
  stage: LengthSettings,
  examples: readonly TrainingExample[],
): Pick<FittedExamples<TrainingExample>, "sequences" | "notes"> {
  return fitExamples(policy, stage, examples, "held-out examples");
}

/** Mean −log π of a token of the examples' completions. */
function heldOutLoss(policy: Policy, examples: readonly TokenSequence[], parts: Parts): number {
  let [sum, tokens] = [0, 0];
  for (let first = 0; first < examples.length; first += evaluatedTogether)
    for (const logprob of logprobsUnder(policy, examples.slice(first, first + evaluatedTogether), 1, parts)) {
      sum -= logprob;
      tokens++;
    }
  return sum / tokens;
}

/** What the prompt of an example already wrote of its completion. */
const begunIn = (policy: Policy, example: TrainingExample): string => begunByText(promptText(policy, example));

/** An example whose completion is the whole of it: with the opening tag that its prompt ends with, whether the example had one or not. */
export const asRead = <T extends TrainingExample>(policy: Policy, example: T): T => {
  const completion = withBegun(begunIn(policy, example), example.completion);
  return completion === example.completion ? example : { ...example, completion };
};

/** What does not go together in a training set: completions and what prompts began of them. */
export function begunNotes(policy: Policy, examples: readonly TrainingExample[]): string[] {
  const [open, again] = [new Set<number>(), new Set<number>()];
  let tag = "";
  examples.forEach((example, index) => {
    const begun = begunIn(policy, example);
    if (begun === "") return;
    tag = /^<[^>]*>/.exec(begun)![0];
    const end = tag.replace("<", "</");
    const rest = behindBegun(begun, example.completion);
    const closed = begun.includes(end);
    if (closed && rest.includes(tag)) again.add(index);
    if (!closed && !rest.includes(end)) open.add(index);
  });
  const of = (some: ReadonlySet<number>): string => `${some.size} of ${examples.length} completions`;
  return [
    ...(open.size === 0
      ? []
      : [
          `${of(open)} never end the thinking that their prompts open with ${tag}: the model learns to answer within it`,
        ]),
    ...(again.size === 0
      ? []
      : [
          `${of(again)} think, though their prompts end with an empty thinking: the model learns to think again behind it`,
        ]),
  ];
}

/** A prompt with a completion, which the end-of-sequence token closes. */
export function tokenize(policy: Policy, examples: readonly TrainingExample[]): TokenSequence[] {
  const { tokenizer } = policy;
  return examples.map(({ completion, allTurns, place, ...asked }) => {
    const { prompt: text, conversation } = asked;
    if (allTurns && conversation)
      try {
        return encodeTurns(policy, { prompt: text, conversation, completion });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${place ? `${place.file}:${place.line}: ` : ""}${reason}.`, { cause: error });
      }
    const prompt = encodePrompt(policy, asked);
    return { prompt, completion: encodeCompletion(tokenizer, prompt, completion) };
  });
}
