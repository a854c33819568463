/** Cold start: supervised fine-tuning on generated chain-of-thought examples. The loss is on completions only. */
import * as tf from "@tensorflow/tfjs-core";
import { randomPermutation, randomStream } from "../algorithms/random";
import { applyGradients, learningRate, lossAndGradients } from "../engine/optimizer";
import { completionLogProbs, disposePacked, packSequences } from "../models/packing";
import type { TokenSequence } from "../models/packing";
import { encodePrompt } from "../models/policy";
import type { Policy } from "../models/policy";
import type { ColdStartSpec } from "../recipes/stages";
import { trainingRows } from "../tasks/splits";
import type { Task } from "../tasks/task";
import { saveStage, stepTimer } from "./checkpointing";
import type { StageContext, StageEnd, StageStart } from "./context";

export async function coldStart(context: StageContext, stage: ColdStartSpec, start: StageStart): Promise<StageEnd> {
  const { recipe, task, run } = context;
  const { policy, optimizer } = start;
  const examples = tokenize(policy, coldStartExamples(task, stage, recipe.seed));
  // A constant in place of the batch's own token count: a token mean over batches of mixed lengths would weigh short answers more.
  const meanLength = examples.reduce((sum, { completion }) => sum + completion.length, 0) / examples.length;
  const timer = stepTimer();
  let sinceLog = newTotals();
  let tokens = start.tokens;

  for (let step = start.step + 1; step <= stage.steps; step++) {
    const began = performance.now();
    const batch = batchOfStep(stage, recipe.seed, step, examples);
    const packed = packSequences(batch);
    let entropy = 0;
    const { loss, gradients } = lossAndGradients(policy.weights, () => {
      const [logprobs, entropies] = tf.split(completionLogProbs(policy, packed, 1), 2) as [tf.Tensor2D, tf.Tensor2D];
      entropy = tf.mean(entropies).dataSync()[0]!;
      return tf.div(tf.neg(tf.sum(logprobs)), batch.length * meanLength);
    });
    const learning_rate = learningRate(stage, step, stage.steps);
    const grad_norm = applyGradients(policy.weights, gradients, optimizer, { ...stage, learning_rate });
    tf.dispose([...gradients.values()]);
    tokens += packed.targets.size;
    disposePacked(packed);
    if (!Number.isFinite(loss) || !Number.isFinite(grad_norm)) {
      throw new Error(
        `Stage ${stage.name}, step ${step}: ${Number.isFinite(loss) ? "the gradient norm" : "the loss"} is not a finite number. The step was ` +
          "not applied; the last checkpoint is good. Lower learning_rate or max_grad_norm and resume.",
      );
    }

    const seconds = (performance.now() - began) / 1000;
    timer.add(seconds);
    sinceLog = addTotals(sinceLog, { steps: 1, loss, grad_norm, entropy, seconds });
    const stopping = await context.stopRequested();
    const last = step === stage.steps || stopping;
    if (step % stage.logging_steps === 0 || last) {
      const mean = (total: number): number => total / sinceLog.steps;
      run.appendMetrics({
        stage: stage.name,
        step,
        time: Date.now(),
        loss: mean(sinceLog.loss),
        entropy: mean(sinceLog.entropy),
        grad_norm: mean(sinceLog.grad_norm),
        learning_rate,
        step_time: mean(sinceLog.seconds),
        num_tokens: tokens,
      });
      sinceLog = newTotals();
    }
    if (step % stage.save_steps === 0 || last) saveStage(context, stage, start, { step, tokens });
    context.progress({
      stage: stage.name,
      phase: "training",
      step,
      steps: stage.steps,
      secondsLeft: timer.left(stage.steps - step),
      headline: { name: "loss", value: loss },
    });
    if (stopping && step < stage.steps) return "stopped";
  }
  return "completed";
}

interface Example {
  readonly prompt: string;
  readonly completion: string;
}

/** A mixture of styles: every prompt once, `terse_share` of them answered without working. */
export function coldStartExamples(task: Task, stage: ColdStartSpec, seed: number): Example[] {
  const terse = Math.round(stage.terse_share * stage.examples);
  return trainingRows(task, seed, stage.name, stage.examples).map((row, index) => ({
    prompt: row.prompt,
    completion: task.completion(row, index < terse ? "terse" : "stepwise"),
  }));
}

function tokenize(policy: Policy, examples: readonly Example[]): TokenSequence[] {
  const { tokenizer } = policy;
  return examples.map(({ prompt, completion }) => ({
    prompt: encodePrompt(policy, prompt),
    completion: [...tokenizer.encode(completion), tokenizer.eos],
  }));
}

/** Every epoch goes through all examples in an order of its own; which ones a step sees follows from its number alone. */
function batchOfStep(
  stage: ColdStartSpec,
  seed: number,
  step: number,
  examples: readonly TokenSequence[],
): TokenSequence[] {
  const first = (step - 1) * stage.batch_size;
  return Array.from({ length: stage.batch_size }, (_, index) => {
    const epoch = Math.floor((first + index) / examples.length);
    return examples[orderOfEpoch(stage.name, seed, epoch, examples.length)[(first + index) % examples.length]!]!;
  });
}

let newestOrder: { readonly key: string; readonly order: readonly number[] } | null = null;

function orderOfEpoch(stage: string, seed: number, epoch: number, length: number): readonly number[] {
  const key = [stage, seed, epoch, length].join("/");
  if (newestOrder?.key !== key) {
    newestOrder = { key, order: randomPermutation(randomStream(seed, "order", stage, epoch), length) };
  }
  return newestOrder.order;
}

interface Totals {
  readonly steps: number;
  readonly loss: number;
  readonly grad_norm: number;
  readonly entropy: number;
  readonly seconds: number;
}

const newTotals = (): Totals => ({ steps: 0, loss: 0, grad_norm: 0, entropy: 0, seconds: 0 });

const addTotals = (a: Totals, b: Totals): Totals => ({
  steps: a.steps + b.steps,
  loss: a.loss + b.loss,
  grad_norm: a.grad_norm + b.grad_norm,
  entropy: a.entropy + b.entropy,
  seconds: a.seconds + b.seconds,
});
