/** The reward model's stage: from preference pairs, by Bradley and Terry (arXiv 2203.02155, eq. 1). */
import * as tf from "@tensorflow/tfjs-core";
import { rewardModelLoss } from "../algorithms/reward-model-loss";
import { applyGradients } from "../engine/optimizer";
import { reportRewardModel, rewardModelText, type JudgedPair } from "../evaluation/reward-model-report";
import { loadStageArrays } from "../models/checkpoint";
import { packToLast } from "../models/packing";
import {
  disposeHead,
  headArrays,
  headFile,
  headOptimizer,
  newRewardModel,
  packedRewards,
  rewardParameters,
  rewardsOf,
  type RewardModel,
} from "../models/reward-model";
import type { RewardModelReport, StageReport } from "../protocol/reports";
import type { RewardModelSpec } from "../recipes/stages";
import type { StageContext, StageEnd, StageStart } from "./context";
import { planBatches } from "./example-batches";
import { remarkAll } from "./lengths";
import { gradientsOf, partsOf } from "./micro-batches";
import { readTokenPairs, tokensOfPair, type TokenPair, type TokenPairs } from "./token-pairs";
import { trainInSteps } from "./training-loop";

export async function rewardModel(context: StageContext, stage: RewardModelSpec, start: StageStart): Promise<StageEnd> {
  const pairs = readTokenPairs(context, stage, start.policy);
  const { training, heldOut } = pairs;
  const model = newRewardModel(start.policy);
  const kept = start.checkpoint === null ? null : await loadStageArrays(start.checkpoint, headFile);
  const optimizer = headOptimizer(model, start.optimizer, kept);
  const parameters = rewardParameters(model);
  const plan = planBatches(
    stage,
    context.recipe.seed,
    training.map(({ chosen }) => chosen.completion.length),
  );
  const parts = partsOf(context, stage, { policy: start.policy, trained: 1, asked: 0 });
  remarkAll(context, "overlong pairs", pairs.notes);
  context.tell({ steps: plan.steps });
  try {
    const end = await trainInSteps(context, stage, start, {
      steps: plan.steps,
      every: heldOut.length === 0 ? 0 : stage.eval_steps,
      measure: () => reportMetrics(reportRewardModel(judge(model, heldOut))),
      answering: null,
      arrays: () => ({ [headFile]: headArrays(model, optimizer) }),
      update(step, learning_rate) {
        const batch = plan.batch(step).map((index) => training[index]!);
        const numbers = { loss: 0, accuracy: 0, margin: 0 };
        const { gradients } = gradientsOf(
          parameters,
          parts(batch, tokensOfPair),
          (part) => packToLast([...part.map(({ chosen }) => chosen), ...part.map(({ rejected }) => rejected)]),
          (packed, part) => {
            const rewards = packedRewards(model, packed);
            const values = rewards.dataSync();
            const [chosen, rejected] = [values.subarray(0, part.length), values.subarray(part.length)];
            const found = rewardModelLoss(chosen, rejected, marginsOf(part), stage.center_rewards_coefficient ?? null);
            // Means over the pairs: a part counts by its share of them.
            const share = part.length / batch.length;
            numbers.loss += share * found.loss;
            numbers.accuracy += share * found.accuracy;
            numbers.margin += share * found.margin;
            const slopes = Float32Array.from(
              [...found.chosenGradient, ...found.rejectedGradient],
              (slope) => share * slope,
            );
            return tf.sum<tf.Scalar>(tf.mul(rewards, tf.tensor1d(slopes)));
          },
        );
        const grad_norm = applyGradients(parameters, gradients, optimizer, { ...stage, learning_rate });
        start.optimizer.updates = optimizer.updates;
        tf.dispose([...gradients.values()]);
        const { loss, accuracy, margin } = numbers;
        return { numbers: { loss, grad_norm, accuracy, margin }, tokens: tokensOf(batch) };
      },
    });
    if (end === "stopped") return end;
    const judged = judge(model, heldOut);
    const [report, labelled] = [reportRewardModel(judged), labelledPart(pairs, judged)];
    context.run.saveReport(stage.name, {
      kind: "reward-model",
      training: training.length,
      report,
      labelled,
      leftOut: pairs.leftOut,
    });
    context.tell({
      notes: [`${training.length} pairs; ${rewardModelText(report, labelled)}`, ...pairs.problems],
    });
    return end;
  } finally {
    disposeHead(model, optimizer);
  }
}

/** `[pairs]`; null: none has one. */
const marginsOf = (pairs: readonly TokenPair[]): number[] | null =>
  pairs.some(({ margin }) => margin !== null) ? pairs.map(({ margin }) => margin ?? 0) : null;

const tokensOf = (pairs: readonly TokenPair[]): number => pairs.reduce((sum, pair) => sum + tokensOfPair(pair), 0);

type LabelledPart = Extract<StageReport, { kind: "reward-model" }>["labelled"];

function labelledPart({ training, labelled }: TokenPairs, judged: readonly JudgedPair[]): LabelledPart {
  const all = labelled.training + labelled.heldOut;
  if (all === 0 || all === training.length + judged.length) return null;
  const { accuracy, pairs: count } = reportRewardModel(judged.slice(judged.length - labelled.heldOut));
  return { training: labelled.training, heldOut: { accuracy, count } };
}

/** In the order of the pairs. */
function judge(model: RewardModel, pairs: readonly TokenPair[]): JudgedPair[] {
  const rewards = rewardsOf(model, [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)]);
  return pairs.map(({ chosen, rejected }, index) => ({
    chosen: rewards[index]!,
    rejected: rewards[pairs.length + index]!,
    chosenLength: chosen.completion.length,
    rejectedLength: rejected.completion.length,
  }));
}

function reportMetrics(report: RewardModelReport): Record<string, number> {
  const named = {
    "eval/accuracy": report.accuracy,
    "eval/margin": report.margin,
    "eval/calibration_error": report.calibrationError,
    "eval/length_correlation": report.lengthCorrelation,
  };
  return Object.fromEntries(Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
