/** Settings of an RL stage that do not go together: TRL's own checks, and what would be of no effect. */
import { learnsFrom } from "../protocol/stage-kinds";
import type { Finding } from "./finding";
import type { Recipe } from "./schema";
import type { RlSpec } from "./stages";

type Complaint = readonly [field: keyof RlSpec, severity: Finding["severity"], message: string];

function complaints(stage: RlSpec): Complaint[] {
  const found: Complaint[] = [];
  const unless = (fine: boolean, ...complaint: Complaint): void => {
    if (!fine) found.push(complaint);
  };
  const { loss_type, importance_sampling_level: level, beta, advantage_estimator: estimator } = stage;
  const completions = stage.prompts_per_step * stage.num_generations;
  const upper = 1 + (stage.epsilon_high ?? stage.epsilon);
  unless(
    loss_type !== "luspo" || level === "sequence",
    "importance_sampling_level",
    "warning",
    'With loss_type "luspo" it should be "sequence", as in the paper.',
  );
  unless(
    loss_type !== "vespo" || level === "token",
    "importance_sampling_level",
    "error",
    'With loss_type "vespo" it must be "token": VESPO makes the ratio of the sequence itself.',
  );
  unless(
    loss_type !== "cispo" || stage.epsilon_high !== undefined,
    "epsilon_high",
    "warning",
    `With loss_type "cispo" it caps the ratio itself. Unset, the cap is epsilon (${stage.epsilon}), which suppresses every token. 5 is recommended.`,
  );
  unless(
    stage.delta === undefined || stage.delta > upper,
    "delta",
    "warning",
    `delta (${stage.delta ?? 0}) is not above 1 + epsilon_high (${upper}), so it would limit good completions before the clip does.`,
  );
  for (const field of ["kl_in_reward", "sync_ref_model", "use_bias_correction_kl"] as const)
    unless(
      !stage[field] || beta > 0,
      field,
      "warning",
      `${field} has no effect while beta is 0, because there is no reference policy.`,
    );
  unless(
    stage.kl_target === undefined || beta > 0,
    "kl_target",
    "error",
    "An adaptive beta must start above 0: set beta.",
  );
  unless(
    !(stage.kl_in_reward && stage.use_bias_correction_kl),
    "use_bias_correction_kl",
    "error",
    "The KL is in the reward (kl_in_reward), where no ratio can correct it.",
  );
  unless(
    !(beta > 0 && !stage.kl_in_reward && stage.kl_estimator === "k1"),
    "kl_estimator",
    "warning",
    "k1 in the loss has no effect on average: its gradient has mean 0. Use k3, or set kl_in_reward.",
  );
  unless(
    stage.num_mini_batches <= completions,
    "num_mini_batches",
    "error",
    `There are only ${completions} completions per step (prompts_per_step × num_generations).`,
  );
  unless(
    stage.soft_punish_cache <= stage.max_completion_length,
    "soft_punish_cache",
    "error",
    `It is more than max_completion_length (${stage.max_completion_length}): every completion would be punished.`,
  );
  unless(
    stage.process_weight === 0 || estimator !== "gae",
    "process_weight",
    "error",
    'Scores of steps are compared within groups, which advantage_estimator "gae" does not: its critic learns from outcomes alone. Set it to 0, or take "group".',
  );
  unless(
    stage.process_weight > 0 || stage.outcome_weight === 1,
    "outcome_weight",
    "warning",
    "outcome_weight has no effect while process_weight is 0.",
  );
  unless(
    stage.process_weight === 0 || !stage.dynamic_sampling,
    "dynamic_sampling",
    "warning",
    "Groups with equal outcomes are drawn anew, also where their steps differ and process_weight would learn from them.",
  );
  unless(
    !(stage.dynamic_sampling && (estimator === "reinforce" || estimator === "gae")),
    "dynamic_sampling",
    "warning",
    `Groups with equal rewards do teach with advantage_estimator "${estimator}", which does not compare within groups.`,
  );
  unless(
    stage.entropy_coef_min <= stage.entropy_coef_max,
    "entropy_coef_min",
    "error",
    `It is above entropy_coef_max (${stage.entropy_coef_max}).`,
  );
  return found;
}

export function* algorithmFindings({ model, stages }: Recipe): Generator<Finding> {
  for (const [index, stage] of stages.entries()) {
    if ("checkpoint" in model && model.lora && "sync_ref_model" in stage && stage.sync_ref_model)
      yield {
        path: ["stages", index, "sync_ref_model"],
        severity: "error",
        message:
          "sync_ref_model: A reference that follows is not available with lora: two adapters cannot be mixed number by number. Set it to false.",
      };
    if (!learnsFrom(stage, "rewards")) continue;
    for (const [field, severity, message] of complaints(stage)) {
      yield { path: ["stages", index, field], severity, message: `${field}: ${message}` };
    }
  }
}
