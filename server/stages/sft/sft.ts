/** Supervised fine-tuning on completions: the loss is on their tokens only. */
import * as tf from "@tensorflow/tfjs-core";
import type { OptimizerSettings } from "../../engine/optimizer";
import { completionLogProbs, learntTokens, packSequences, type TokenSequence } from "../../models/packing";
import type { Policy } from "../../models/policy";
import { amount } from "../../shared/amount";
import type { StageContext, StageEnd, StageStart } from "../context";
import { planBatches, type BatchSettings } from "../example-batches";
import { fitRows, fittedNotes, lengthOf, sequenceLimit, type LengthSettings } from "../lengths";
import { gradientsOf, type Parts } from "../micro-batches";
import { largestBatch, planStage, type StageWork } from "../plan-memory";
import { logprobsUnder } from "../log-probs";
import { applyFinite, checkTokens, namedExamples } from "../non-finite";
import { runSteps, type LoopSettings, type StepAt, type StepMade } from "../run-steps";
import { tokenize, type TrainingExample } from "../training-examples";

interface SftSettings extends BatchSettings, LoopSettings, Omit<OptimizerSettings, "learning_rate"> {
  readonly eval_steps: number;
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

/** What the memory of a stage that learns from these examples is planned by. */
export const examplesWork = (stage: BatchSettings, policy: Policy, examples: readonly TokenSequence[]): StageWork => ({
  policy,
  trained: 1,
  asked: 0,
  batch: largestBatch(examples.map(lengthOf), stage),
  sampling: null,
});

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
  const parts = planStage(context, stage, examplesWork(stage, policy, examples));
  // A constant in place of the batch's own token count: a token mean over batches of mixed lengths would weigh short answers more.
  const meanLength = examples.reduce((sum, example) => sum + learntTokens(example), 0) / examples.length;

  const step = ({ step, learning_rate }: StepAt): StepMade<object> => {
    const batch = plan.batch(step).map((index) => examples[index]!);
    const entropy = runningMean();
    // −Σ log π of what is learnt, by the number of examples and their mean length.
    const { loss, gradients, targets } = gradientsOf(
      policy.trained,
      parts(batch, lengthOf),
      packSequences,
      (packed, part) => {
        const { logprobs, entropies } = completionLogProbs(policy, packed, 1);
        checkTokens("log-probability", logprobs.dataSync(), namedExamples(policy, part));
        entropy.add(tf.mean(entropies).dataSync()[0]!, packed.targets.size);
        return tf.div(tf.neg(tf.sum(logprobs)), batch.length * meanLength);
      },
      parts,
    );
    const grad_norm = applyFinite(policy.trained, gradients, optimizer, { ...stage, learning_rate });
    return {
      metrics: { loss, entropy: entropy.value(), grad_norm },
      tokens: targets,
      headline: { name: "loss", value: loss },
    };
  };

  const measure = (): Record<string, number> => ({ "eval/loss": heldOutLoss(policy, measured, parts) });
  return runSteps(context, stage, start, {
    count: plan.steps,
    state: {},
    step,
    heldOut: { every: stage.eval_steps, policy, ...(measured.length > 0 && { measure }) },
  });
}

/** Mean of means over so many values each. */
function runningMean(): { add(mean: number, count: number): void; value(): number } {
  let [mean, counted] = [0, 0];
  return {
    add(value, count) {
      mean = (mean * counted + value * count) / (counted + count);
      counted += count;
    },
    value: () => mean,
  };
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
