/** Names of losses, as TRL has them. */

/** Of a policy, what one token adds to it (`GRPOTrainer`). */
export const lossTypes = ["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "vespo"] as const;
export type LossType = (typeof lossTypes)[number];

/** Of one pair of a chosen and a rejected completion (`DPOTrainer`). */
export const pairLossTypes = [
  "sigmoid",
  "hinge",
  "ipo",
  "exo_pair",
  "nca_pair",
  "robust",
  "bco_pair",
  "sppo_hard",
  "apo_zero",
  "apo_down",
  "discopop",
  "sigmoid_norm",
] as const;
export type PairLossType = (typeof pairLossTypes)[number];

/** Of completions by themselves (`KTOTrainer`). */
export const unpairedLossTypes = ["kto", "apo_zero_unpaired"] as const;
export type UnpairedLossType = (typeof unpairedLossTypes)[number];
