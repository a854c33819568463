import type { PolicyLossOptions } from "./policy-loss";

/** What tests start from: TRL's defaults, with nothing added to the clipped loss. */
export const plainLoss: PolicyLossOptions = {
  loss_type: "dapo",
  importance_sampling_level: "token",
  epsilon: 0.2,
  epsilon_high: 0.2,
  delta: null,
  dual_clip: null,
  sapo_temperature_pos: 1,
  sapo_temperature_neg: 1.05,
  vespo_k_pos: 2,
  vespo_lambda_pos: 3,
  vespo_k_neg: 3,
  vespo_lambda_neg: 2,
  beta: 0,
  kl_estimator: "k3",
  use_bias_correction_kl: false,
  top_entropy_quantile: 1,
  off_policy_mask_threshold: null,
};
