/** Fields of a reasoning-rl stage that say which algorithm it is. Names and defaults are TRL's where TRL has them. */
import * as z from "zod";
import { count, fraction, positive } from "./optimizer-fields";
import { algorithms, presets } from "./presets";

const flag = z.boolean();
const number = z.number();
const atLeast0 = z.number().min(0);

const presetTable = algorithms.map((name) => `- \`${name}\`: ${presets[name].about}`).join("\n");

const advantageFields = {
  algorithm: z
    .enum(algorithms)
    .optional()
    .describe(`Preset for the fields below. What the stage sets itself takes precedence.\n\n${presetTable}`),
  advantage_estimator: z
    .enum([
      "group",
      "rloo",
      "reinforce",
      "reinforce_plus_plus",
      "reinforce_plus_plus_baseline",
      "opo",
      "pass_at_k",
      "gae",
    ])
    .default("group")
    .describe(
      "What a reward is compared with. `group`: A = (r − mean of the group) / (std + 1e-4), see `scale_rewards` (DeepSeekMath). `rloo`: r − mean of " +
        "the others of the group. `reinforce`: r − mean of the batch. `reinforce_plus_plus`: each token's return, whitened over the batch; " +
        "`…_baseline`: after subtracting the group's mean. `opo`: r − Σ length·r / Σ length of the group. `pass_at_k`: the best of a group gets its " +
        "lead over the second. `gae`: a critic's estimate of each token, PPO: Aₜ = Σ (γλ)ˡ·(rₜ₊ₗ + γVₜ₊ₗ₊₁ − Vₜ₊ₗ).",
    ),
  scale_rewards: z
    .enum(["group", "batch", "none"])
    .default("group")
    .describe(
      "With `group` advantages: A = (r − mean of the group) / (std + 1e-4), std of the group or of the batch; `none` does not divide (Dr. GRPO).",
    ),
  multi_objective_aggregation: z
    .enum(["sum_then_normalize", "normalize_then_sum"])
    .default("sum_then_normalize")
    .describe(
      "`sum_then_normalize`: the weighted sum of the rewards is compared within the group. `normalize_then_sum` (GDPO): each reward is normalised by itself, then their sum over the batch; ignores `scale_rewards`.",
    ),
  normalize_advantages: flag.default(false).describe("With `rloo`: normalise advantages over the batch afterwards."),
  gamma: fraction.default(1).describe("γ: discount of later rewards, for `gae` and `reinforce_plus_plus`."),
  lam: fraction
    .default(0.95)
    .describe("λ of generalised advantage estimation: 1 trusts the rewards alone, 0 the critic alone."),
  whiten_rewards: flag.default(false).describe("With `gae`: whiten the token rewards first, keeping their mean."),
  critic: z
    .enum(["separate", "shared"])
    .default("separate")
    .describe(
      "With `gae`: whether the critic is a separate model (at first a copy of the policy) or a second head on the policy.",
    ),
  critic_learning_rate: positive
    .optional()
    .describe("With `gae`: learning rate of a separate critic. Unset: `learning_rate`."),
  vf_coef: atLeast0
    .default(0.1)
    .describe("With `gae`: weight of the critic's loss, ½·max((V − R)², (clip(V, V_old ± cliprange_value) − R)²)."),
  cliprange_value: positive.default(0.2).describe("With `gae`: how far the critic's value may move in one step."),
};

const processFields = {
  process_weight: atLeast0
    .default(0)
    .describe(
      "Weight of what rewards give to single steps (`{ score, steps }` of a reward function), beside the outcome's advantage: process supervision of " +
        "GRPO (DeepSeekMath, section 4.1.3). A token gets the scores of the steps that end at it or behind it, normalised over all steps of its group. 0: " +
        "scores of steps are shown and teach nothing.",
    ),
  outcome_weight: atLeast0
    .default(1)
    .describe("With `process_weight`: weight of the outcome's advantage. 0: steps alone teach."),
  process_credit: z
    .enum(["sum", "min"])
    .default("sum")
    .describe(
      "With `process_weight`: `sum` adds up the scores of the steps that follow, as in the paper, which pays for more steps where they are above the mean; " +
        "`min` takes the smallest of them (PURE), so that one bad step is not made up for by many good ones.",
    ),
};

const lossFields = {
  loss_type: z
    .enum(["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo"])
    .default("dapo")
    .describe(
      "Loss of a token and how tokens are averaged. The clipped loss −min(ρA, clip(ρ, 1 − ε, 1 + ε_high)A), ρ = π/π_old: `grpo` mean per completion " +
        "and then over completions (DeepSeekMath eq. 3); `bnpo`, `dapo` over all tokens; `dr_grpo` sum over tokens / (completions · " +
        "max_completion_length); `luspo` sum over tokens, mean over completions. Others: `cispo` −min(ρ, ε_high)·A·log π, the ratio a constant; `sapo` " +
        "−(4/τ)·σ(τ(ρ − 1))·A; `vespo` −φ(w)·A·log π, w the ratio of the whole sequence.",
    ),
  importance_sampling_level: z
    .enum(["token", "sequence", "sequence_sum"])
    .default("token")
    .describe(
      "What the importance ratio ρ is computed for: each `token`, the `sequence` as a geometric mean e^(Σ log ρₜ / |o|) (GSPO), or the sequence as a whole (`sequence_sum`, RLOO).",
    ),
  epsilon: positive.default(0.2).describe("ε: the ratio is clipped below 1 − ε."),
  epsilon_high: positive
    .optional()
    .describe(
      "The ratio is clipped above 1 + this. Unset: `epsilon`. DAPO uses 0.28. With `cispo` it caps the ratio itself; 5 is recommended.",
    ),
  delta: z
    .number()
    .gt(1)
    .optional()
    .describe("Upper clamp of the unclipped ratio, for negative advantages too (INTELLECT-2). Unset: none."),
  dual_clip: z
    .number()
    .gt(1)
    .optional()
    .describe("c of dual-clip PPO: for negative advantages the loss is at most −c·A. verl uses 3. Unset: none."),
  sapo_temperature_pos: positive.default(1).describe("τ of `sapo` where A is positive."),
  sapo_temperature_neg: positive.default(1.05).describe("τ of `sapo` where A is not positive."),
  vespo_k_pos: atLeast0.default(2).describe("k of `vespo`'s φ(w) = e^(λ + k·log w − λw) where A ≥ 0."),
  vespo_lambda_pos: atLeast0.default(3).describe("λ of `vespo` where A ≥ 0."),
  vespo_k_neg: atLeast0.default(3).describe("k of `vespo` where A < 0."),
  vespo_lambda_neg: atLeast0.default(2).describe("λ of `vespo` where A < 0."),
  top_entropy_quantile: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe(
      "Train only on this share of tokens, those with the highest entropy (0.2 in “Beyond the 80/20 rule”). The KL covers all tokens.",
    ),
  off_policy_mask_threshold: positive
    .optional()
    .describe(
      "Leave completions with a negative advantage out of an update when their mean log(π_old/π) is above this (DeepSeek-V3.2). Unset: none.",
    ),
  mask_truncated_completions: flag
    .default(false)
    .describe("Do not train on completions that were cut off at `max_completion_length`."),
  soft_punish_cache: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Soft overlong punishment (DAPO eq. 13), added to the reward: 0 up to max_completion_length − this, then linearly down to −1 at max_completion_length. 0: none.",
    ),
};

const klFields = {
  beta: atLeast0.default(0).describe("β: weight of the KL to the reference policy. 0: no reference policy is kept."),
  kl_estimator: z
    .enum(["k1", "k2", "k3"])
    .default("k3")
    .describe(
      "With d = log π − log π_ref: `k1` d, `k2` d²/2, `k3` e^(−d) − 1 + d (DeepSeekMath eq. 4). In the loss use k3 or k2: the gradient of k1 is 0 on average.",
    ),
  kl_in_reward: flag
    .default(false)
    .describe("Subtract β·KL from the reward (PPO, RLOO, REINFORCE++) instead of adding it to the loss (GRPO)."),
  use_bias_correction_kl: flag
    .default(false)
    .describe("Multiply the KL in the loss by the importance ratio (DeepSeek-V3.2)."),
  kl_target: positive
    .optional()
    .describe(
      "Adaptive β: it rises while the KL is above this target and falls while it is below (Ziegler et al. 2019). Unset: β is fixed.",
    ),
  kl_horizon: positive.default(10_000).describe("An adaptive β changes by at most a fifth over this many completions."),
  sync_ref_model: flag
    .default(false)
    .describe("Update the reference policy from the policy every `ref_model_sync_steps` steps."),
  ref_model_sync_steps: count
    .default(512)
    .describe("Steps between updates of the reference policy. DeepSeek-R1 uses 400."),
  ref_model_mixup_alpha: fraction
    .default(0.6)
    .describe("reference ← α·policy + (1 − α)·reference (TR-DPO). 1 replaces it, as in DeepSeek-R1."),
};

const entropyFields = {
  entropy_coef: number
    .default(0)
    .describe("c of the entropy bonus: the loss is reduced by c · mean entropy of the trained tokens."),
  use_adaptive_entropy: flag
    .default(false)
    .describe(
      "Raise c by `entropy_coef_delta` after each step at or below `entropy_target`, and lower it otherwise (Skywork-OR1).",
    ),
  entropy_coef_min: atLeast0.default(0).describe("Smallest c of an adaptive bonus."),
  entropy_coef_max: atLeast0.default(1).describe("Largest c of an adaptive bonus."),
  entropy_coef_delta: atLeast0.default(0.005).describe("Change of an adaptive c per step."),
  entropy_target: atLeast0
    .default(0.2)
    .describe("Entropy, in nats per token, that an adaptive bonus maintains. Above it the bonus is off."),
};

const samplingFields = {
  num_iterations: count
    .default(1)
    .describe(
      "μ: passes over each batch of rollouts. With 1 (and one mini-batch) the ratio is 1, and `loss` is near 0 although the gradient is not.",
    ),
  num_mini_batches: count
    .default(1)
    .describe("Updates per pass, each on a share of the completions. All but the first are off-policy."),
  dynamic_sampling: flag
    .default(false)
    .describe(
      "Replace groups whose rewards are all equal by fresh prompts, so that every group gives a signal (DAPO).",
    ),
  max_generation_rounds: count
    .default(4)
    .describe(
      "With `dynamic_sampling`: most rounds of sampling in a step. After them the step uses the groups it has.",
    ),
  scoring_parts: count
    .default(1)
    .describe(
      "Sample a step's prompts in this many parts, computing the rewards of one part while the next is sampled. Use 2 to 4 where rewards take as long as sampling (programs in sandboxes). Small batches sample a little slower.",
    ),
  no_resampling_pass_rate: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      "Do not draw a dataset's prompt again once its group passed at this rate or above (it is solved). Unset: never retire a prompt.",
    ),
  max_generated_tokens: count
    .optional()
    .describe(
      "End the stage with the first step that reaches this many generated tokens, for comparing algorithms. Unset: after `steps`.",
    ),
  on_non_finite: z
    .enum(["pause", "skip"])
    .default("pause")
    .describe(
      "What to do about a step with a number that is not finite, which is never applied. `pause`: stop the run there and name the number. `skip`: continue with the next step.",
    ),
};

export const algorithmFields = {
  ...advantageFields,
  ...processFields,
  ...lossFields,
  ...klFields,
  ...entropyFields,
  ...samplingFields,
};
