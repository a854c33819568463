/** Reward models as further reward functions of preference RL: they score general prompts. */
import { disposeRewardModel, loadRewardModel, rewardsOf, type RewardModel } from "../../models/reward-model";
import { lentBy } from "../../models/policy";
import type { RewardOutcome } from "../../protocol/traces";
import { gives } from "../../protocol/stage-kinds";
import type { RlSpec } from "../../recipes/stages";
import type { Rollout } from "../../rollouts/generate";
import type { StageContext, StageStart } from "../context";
import type { StepPrompt } from "./step-prompts";

export interface ModelReward {
  /** Name of the stage that trained it. */
  readonly name: string;
  readonly weight: number;
  /** Scores prompts with this tag, and those without tags; null: all. */
  readonly tag: string | null;
  readonly model: RewardModel;
}

/** Throws when a stage that they name has no reward model to give. */
export async function openModelRewards(
  { recipe }: StageContext,
  stage: RlSpec,
  start: StageStart,
): Promise<ModelReward[]> {
  if (!("reward_models" in stage)) return [];
  const opened: ModelReward[] = [];
  for (const { stage: name, weight } of stage.reward_models) {
    const trained = recipe.stages.find((other) => other.name === name);
    const tag = trained && gives(trained, "reward model") ? (trained.tag ?? null) : null;
    opened.push({ name, weight, tag, model: await loadRewardModel(start.checkpointOf(name), lentBy(start.policy)) });
  }
  return opened;
}

export const closeModelRewards = (rewards: readonly ModelReward[]): void =>
  rewards.forEach(({ model }) => {
    disposeRewardModel(model);
  });

/** Whether a reward model scores a prompt: a general one that carries its tag, or none. */
function applies({ tag }: ModelReward, { general, row }: StepPrompt): boolean {
  const tags: unknown = row.columns?.["tags"];
  return general && (tag === null || !Array.isArray(tags) || tags.includes(tag));
}

/** `[samples]` of each reward model, by its name. `promptOf`: the prompt of a rollout. */
export function scoreByModels(
  rewards: readonly ModelReward[],
  rollouts: readonly Rollout[],
  promptOf: (rollout: Rollout) => StepPrompt,
): Record<string, RewardOutcome[]> {
  return Object.fromEntries(
    rewards.map((reward) => {
      const own = rollouts.filter((rollout) => applies(reward, promptOf(rollout)));
      const scores = rewardsOf(reward.model, own);
      const scoreOf = new Map(own.map((rollout, index) => [rollout, scores[index]!]));
      return [
        reward.name,
        rollouts.map((rollout): RewardOutcome => {
          const score = scoreOf.get(rollout);
          return score === undefined ? { kind: "not-applicable" } : { kind: "score", score, extras: {} };
        }),
      ];
    }),
  );
}
