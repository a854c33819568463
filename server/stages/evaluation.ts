/** The evaluation stage: measures a checkpoint on held-out prompts, with best-of-k, intervals and difficulties, and writes its report. */
import { lentBy } from "../models/policy";
import { reportEvaluation } from "../evaluation/report";
import type { EvaluatedRollout } from "../evaluation/evaluate";
import { disposeRewardModel, loadRewardModel, rewardsWithin } from "../models/reward-model";
import type { EvaluationSummary } from "../protocol/run";
import type { EvaluationStageSpec } from "../recipes/stages";
import { amount } from "../shared/amount";
import type { StageContext, StageStart } from "./context";
import { measureHeldOut } from "./held-out";
import { errorsByFunction, errorText, pauseWithoutRewards } from "./reward-failure";
import { scoreGroupOf } from "./score-group";
import { weightedRewards } from "./weighted-reward";

/** Null when the run was asked to stop meanwhile. */
export async function evaluateStage(
  context: StageContext,
  stage: EvaluationStageSpec,
  start: StageStart,
): Promise<EvaluationSummary | null> {
  const { evaluation, seed } = context.recipe;
  const measured = await measureHeldOut(context, start.policy, stage.prompts ?? evaluation.prompts, {
    stage: stage.name,
    step: 1,
    steps: 1,
    samples: stage.samples ?? evaluation.samples,
  });
  if (!measured) return null;
  const { results, rollouts, summary } = measured;
  const own = rollouts.slice(0, summary.prompts * summary.samples);
  const { rewards, errors } = await pickBy(context, stage, start, own, summary.samples);
  const report = reportEvaluation(
    results.map((result, prompt) => ({
      ...result,
      samples: result.samples.map((sample, index) => ({
        ...sample,
        reward: rewards[prompt * summary.samples + index]!,
      })),
    })),
    seed,
  );
  context.run.saveReport(stage.name, { kind: "evaluation", best_of: stage.best_of, report });
  const best = report.all.best_of_k;
  context.tell({
    notes: [
      ...(best
        ? [
            `best of ${summary.samples} by ${stage.best_of}: ${best.mean.toFixed(3)} [${best.low.toFixed(3)}, ${best.high.toFixed(3)}]`,
          ]
        : []),
      ...(errors === null ? [] : [`${errors} in ${own.length} samples: best-of-k does not pick them`]),
    ],
  });
  return summary;
}

/** `[samples]` what best-of-k picks by, and a sentence on errors. */
async function pickBy(
  context: StageContext,
  stage: EvaluationStageSpec,
  start: StageStart,
  rollouts: readonly EvaluatedRollout[],
  size: number,
): Promise<{ readonly rewards: readonly (number | null)[]; readonly errors: string | null }> {
  if (stage.best_of !== "reward") {
    const model = await loadRewardModel(start.checkpointOf(stage.best_of), lentBy(start.policy));
    const rewards = rewardsWithin(
      model,
      rollouts.map(({ rollout }) => rollout),
    );
    disposeRewardModel(model);
    const long = rewards.filter((reward) => reward === null).length;
    if (long > 0)
      context.remark(
        "overlong samples",
        `${amount(long)} of ${amount(rewards.length)} samples are longer than the positions of ${stage.best_of}, which therefore cannot pick them.`,
      );
    return { rewards, errors: null };
  }
  const groups = Array.from({ length: rollouts.length / size }, (_, group) => {
    const own = rollouts.slice(group * size, (group + 1) * size);
    const { row } = own[0]!;
    return scoreGroupOf(
      row,
      own.map(({ completion }) => completion),
      own.map(({ rollout }) => rollout),
    );
  });
  const said = weightedRewards(context.recipe.rewards, await context.score(groups));
  pauseWithoutRewards(stage.name, said.outcomes, said.rewards, "held-out samples");
  return { rewards: said.rewards, errors: errorText([errorsByFunction(said.outcomes)]) };
}
