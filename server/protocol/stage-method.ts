/** What a stage does by its settings, in the field's words: charts, lists and the status bar name it alike. */
import * as z from "zod";
import { unpairedLossTypes } from "./loss-types";
import type { RunRecord, StageRecord } from "./run";
import { kindOf, learnsFrom } from "./stage-kinds";

/** Of an RL stage's settings, as `run.json` holds them: what decides how the field calls it. */
const rlSettingsSchema = z.looseObject({
  name: z.string(),
  algorithm: z.string().optional(),
  advantage_estimator: z.string().default("group"),
  loss_type: z.string().default("dapo"),
  importance_sampling_level: z.string().default("token"),
  num_iterations: z.number().default(1),
  num_mini_batches: z.number().default(1),
});
type RlSettings = z.infer<typeof rlSettingsSchema>;
const recipeSchema = z.looseObject({ stages: z.array(z.unknown()) });

const presetNames: Readonly<Record<string, string>> = {
  grpo: "GRPO",
  dr_grpo: "Dr. GRPO",
  dapo: "DAPO",
  gspo: "GSPO",
  cispo: "CISPO",
  rloo: "RLOO",
  reinforce: "REINFORCE",
  "reinforce++": "REINFORCE++",
  "reinforce++-baseline": "REINFORCE++ baseline",
  ppo: "PPO",
  opo: "OPO",
};

const estimatorNames: Readonly<Record<string, string>> = {
  gae: "PPO",
  rloo: "RLOO",
  reinforce: "REINFORCE",
  reinforce_plus_plus: "REINFORCE++",
  reinforce_plus_plus_baseline: "REINFORCE++ baseline",
  opo: "OPO",
  pass_at_k: "pass@k RL",
};

/** With group advantages the loss gives the name; `grpo`, `bnpo` and `dapo` differ from GRPO in their averaging alone. */
const lossNames: Readonly<Record<string, string>> = {
  dr_grpo: "Dr. GRPO",
  cispo: "CISPO",
  sapo: "SAPO",
  luspo: "LUSPO",
  vespo: "VESPO",
};

/** `GRPO`, `PPO`, …: by the preset that the stage names, else by its estimator and loss. */
function algorithmName(settings: RlSettings): string {
  const { algorithm, advantage_estimator, loss_type, importance_sampling_level } = settings;
  const preset = algorithm === undefined ? undefined : presetNames[algorithm];
  return (
    preset ??
    estimatorNames[advantage_estimator] ??
    lossNames[loss_type] ??
    (importance_sampling_level === "sequence" ? "GSPO" : "GRPO")
  );
}

type Recorded = Pick<RunRecord, "recipe">;
type Stage = Pick<StageRecord, "kind" | "name">;

/** Settings of a stage as the recipe of its run has them; null when they cannot be read. */
function settingsOf<T extends { readonly name: string }>(
  { recipe }: Recorded,
  { name }: Stage,
  schema: z.ZodType<T>,
): T | null {
  const stages = recipeSchema.safeParse(recipe).data?.stages ?? [];
  return stages.map((stage) => schema.safeParse(stage).data).find((stage) => stage?.name === name) ?? null;
}

const rlSettings = (record: Recorded, stage: Stage): RlSettings | null =>
  learnsFrom(stage, "rewards") ? settingsOf(record, stage, rlSettingsSchema) : null;

const unpairedSchema = z.looseObject({ name: z.string(), loss_type: z.enum(unpairedLossTypes) });
const unpairedNames = { kto: "KTO", apo_zero_unpaired: "APO" } as const;

/** The name of a loss that takes the sides of pairs each for itself; null: the stage has another. */
function unpairedName(record: Recorded, stage: Stage): string | null {
  const settings = learnsFrom(stage, "pairs") ? settingsOf(record, stage, unpairedSchema) : null;
  return settings && unpairedNames[settings.loss_type];
}

/** The field's short name of what a stage of a run does. */
export function stageMethod(record: Recorded, stage: Stage): string {
  const settings = rlSettings(record, stage);
  return settings ? algorithmName(settings) : (unpairedName(record, stage) ?? kindOf(stage).method);
}

/** What the loss of a stage is and what it says of progress, under its chart; null: it has none. */
export function lossNote(record: Recorded, stage: Stage): string | null {
  const unpaired = unpairedName(record, stage);
  if (unpaired !== null)
    return `${unpaired}'s loss over the completions of pairs; with weights of 1 it begins at 0.5, where the policy is its own reference.`;
  const settings = rlSettings(record, stage);
  if (settings === null) return kindOf(stage).loss;
  const method = algorithmName(settings);
  const read = "Read the reward and held-out pass@1.";
  if (settings.advantage_estimator === "gae")
    return `${method}'s loss is the clipped surrogate plus vf_coef times the critic's loss. It need not fall while the policy improves. ${read}`;
  return settings.num_iterations * settings.num_mini_batches === 1
    ? `With one update a batch ${method}'s loss is near 0 and says nothing about progress: ratios are 1 and advantages sum to 0, while the gradient is not 0. ${read}`
    : `${method}'s loss compares a batch with the policy that sampled it and starts anew each step: it says nothing about progress. ${read}`;
}
