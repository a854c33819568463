/** What a stage does by its settings, in the field's words: charts, lists and the status bar name it alike. */
import * as z from "zod";
import type { RunRecord, StageKind, StageRecord } from "./run";

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

const methods: Readonly<Record<StageKind, string>> = {
  "cold-start": "SFT",
  "reasoning-rl": "RL",
  "rejection-sampling": "SFT on samples",
  "reward-model": "reward model",
  "preference-rl": "RL",
  dpo: "DPO",
  evaluation: "evaluation",
};

type Recorded = Pick<RunRecord, "recipe">;

function rlSettings({ recipe }: Recorded, name: string): RlSettings | null {
  const stages = recipeSchema.safeParse(recipe).data?.stages ?? [];
  const found = stages.map((stage) => rlSettingsSchema.safeParse(stage).data).find((stage) => stage?.name === name);
  return found ?? null;
}

const isRl = (kind: StageKind): boolean => kind === "reasoning-rl" || kind === "preference-rl";

/** The field's short name of what a stage of a run does. */
export function stageMethod(record: Recorded, { kind, name }: Pick<StageRecord, "kind" | "name">): string {
  const settings = isRl(kind) ? rlSettings(record, name) : null;
  return settings ? algorithmName(settings) : methods[kind];
}

/** What the loss of a stage is and what it says of progress, under its chart. */
export function lossNote(record: Recorded, stage: Pick<StageRecord, "kind" | "name">): string {
  switch (stage.kind) {
    case "cold-start":
    case "rejection-sampling":
      return "Mean negative log-likelihood of the completions' tokens, in nats.";
    case "reward-model":
      return "−log σ(r_chosen − r_rejected), mean over pairs: 0.693 (ln 2) is chance.";
    case "dpo":
      return "DPO's loss over pairs; with sigmoid it begins at 0.693 (ln 2), where the policy is its own reference.";
    case "evaluation":
      return "";
    case "reasoning-rl":
    case "preference-rl": {
      const settings = rlSettings(record, stage.name);
      const method = stageMethod(record, stage);
      const read = "Read the reward and held-out pass@1.";
      if (settings?.advantage_estimator === "gae")
        return `${method}'s loss is the clipped surrogate plus vf_coef times the critic's loss. It need not fall while the policy improves. ${read}`;
      const updates = settings ? settings.num_iterations * settings.num_mini_batches : 1;
      return updates === 1
        ? `With one update a batch ${method}'s loss is near 0 and says nothing about progress: ratios are 1 and advantages sum to 0, while the gradient is not 0. ${read}`
        : `${method}'s loss compares a batch with the policy that sampled it and starts anew each step: it says nothing about progress. ${read}`;
    }
  }
}
