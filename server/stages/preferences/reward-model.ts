/** The reward model's stage: from preference pairs, by Bradley and Terry (arXiv 2203.02155, eq. 1). */
import { rewardModelLoss } from "../../algorithms/reward-model-loss";
import { carryBack } from "../../engine/carry-back";
import { reportRewardModel, rewardModelText, type ScoredPair } from "./reward-model-report";
import { loadStageArrays } from "../../models/checkpoint";
import { packToLast, type PackedSequences } from "../../models/packing";
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
} from "../../models/reward-model";
import type { RewardModelReport, StageReport } from "../../protocol/reports";
import type { RewardModelSpec } from "../../recipes/stages";
import type { StageContext, StageEnd, StageStart } from "../context";
import { planBatches } from "../example-batches";
import { remarkAll } from "../lengths";
import { gradientsOf } from "../micro-batches";
import { applyFinite, checkCompletions, checkLoss } from "../non-finite";
import { planStage } from "../plan-memory";
import { runSteps, type StepAt, type StepMade } from "../run-steps";
import {
  namedSides,
  readTokenPairs,
  sidesOf,
  tokensOfPair,
  workOfPairs,
  type TokenPair,
  type TokenPairs,
} from "./token-pairs";

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
  const parts = planStage(context, stage, workOfPairs(stage, start.policy, pairs));
  remarkAll(context, "overlong pairs", pairs.notes);
  context.tell({ steps: plan.steps });

  const step = ({ step, learning_rate }: StepAt): StepMade<object> => {
    const batch = plan.batch(step).map((index) => training[index]!);
    const found = { loss: 0, accuracy: 0, margin: 0 };
    const { gradients } = gradientsOf(
      parameters,
      parts(batch, tokensOfPair),
      packPairs,
      (packed, part) => {
        const rewards = packedRewards(model, packed);
        const values = rewards.dataSync();
        checkCompletions("reward", values, namedSides(start.policy, part));
        const [chosen, rejected] = [values.subarray(0, part.length), values.subarray(part.length)];
        const of = rewardModelLoss(chosen, rejected, marginsOf(part), stage.center_rewards_coefficient ?? null);
        checkLoss(of.loss);
        // Means over the pairs: a part counts by its share of them.
        const share = part.length / batch.length;
        found.loss += share * of.loss;
        found.accuracy += share * of.accuracy;
        found.margin += share * of.margin;
        const gradient = [...of.chosenGradient, ...of.rejectedGradient];
        return carryBack(
          rewards,
          gradient.map((slope) => share * slope),
        );
      },
      parts,
    );
    const grad_norm = applyFinite(parameters, gradients, optimizer, { ...stage, learning_rate });
    start.optimizer.updates = optimizer.updates;
    const { loss, accuracy, margin } = found;
    return {
      metrics: { loss, grad_norm, accuracy, margin },
      tokens: tokensOf(batch),
      headline: { name: "loss", value: loss },
    };
  };

  const measure = (): Record<string, number> => reportMetrics(reportRewardModel(scorePairs(model, heldOut)));
  try {
    const end = await runSteps(context, stage, start, {
      count: plan.steps,
      state: {},
      step,
      heldOut: { every: stage.eval_steps, policy: null, ...(heldOut.length > 0 && { measure }) },
      arrays: () => ({ [headFile]: headArrays(model, optimizer) }),
    });
    if (end === "stopped") return end;
    const scored = scorePairs(model, heldOut);
    const [report, labelled] = [reportRewardModel(scored), labelledPart(pairs, scored)];
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

/** Chosen completions first, then the rejected ones. */
const packPairs = (pairs: readonly TokenPair[]): PackedSequences => packToLast(sidesOf(pairs));

/** `[pairs]`; null: none has one. */
const marginsOf = (pairs: readonly TokenPair[]): number[] | null =>
  pairs.some(({ margin }) => margin !== null) ? pairs.map(({ margin }) => margin ?? 0) : null;

const tokensOf = (pairs: readonly TokenPair[]): number => pairs.reduce((sum, pair) => sum + tokensOfPair(pair), 0);

type LabelledPart = Extract<StageReport, { kind: "reward-model" }>["labelled"];

function labelledPart({ training, labelled }: TokenPairs, scored: readonly ScoredPair[]): LabelledPart {
  const all = labelled.training + labelled.heldOut;
  if (all === 0 || all === training.length + scored.length) return null;
  const { accuracy, pairs: count } = reportRewardModel(scored.slice(scored.length - labelled.heldOut));
  return { training: labelled.training, heldOut: { accuracy, count } };
}

/** In the order of the pairs. */
function scorePairs(model: RewardModel, pairs: readonly TokenPair[]): ScoredPair[] {
  const rewards = rewardsOf(model, sidesOf(pairs));
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
