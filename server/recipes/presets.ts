/**
 * Presets: what `algorithm` sets where a stage does not say otherwise. They set the algorithm, not the scale: learning rates and batch sizes of
 * papers belong to models a thousand times larger.
 */

/** Keys are those of a reasoning-rl stage. */
type Settings = Readonly<Record<string, string | number | boolean | null>>;

export interface Preset {
  /** What it is and where its values are from: one line of Markdown. */
  readonly about: string;
  /** @param given the stage as it is written: some values follow from others. */
  readonly settings: (given: Settings) => Settings;
}

const fixed =
  (settings: Settings): Preset["settings"] =>
  () =>
    settings;

const r1: Settings = {
  loss_type: "grpo",
  scale_rewards: "group",
  beta: 0.001,
  num_generations: 16,
  sync_ref_model: true,
  ref_model_sync_steps: 400,
  ref_model_mixup_alpha: 1,
};

export const presets = {
  grpo: {
    about: "DeepSeekMath (arXiv 2402.03300, section 4.2): group advantages, mean over completions, β 0.04.",
    settings: fixed({ loss_type: "grpo", scale_rewards: "group", beta: 0.04 }),
  },
  "r1-zero": {
    about:
      "DeepSeek-R1-Zero (arXiv 2501.12948v2, section 2): GRPO, 16 completions per prompt, β 0.001, reference replaced every 400 steps. The paper does not say its ε.",
    settings: fixed(r1),
  },
  r1: {
    about: "DeepSeek-R1, first RL stage (arXiv 2501.12948v2, section 3): like r1-zero, with ε 10.",
    settings: fixed({ ...r1, epsilon: 10 }),
  },
  dapo: {
    about:
      "DAPO (arXiv 2503.14476): mean over tokens, ε 0.2 and 0.28, groups without signal replaced, a soft penalty in the last fifth of the length, no KL.",
    settings: ({ max_completion_length }) => ({
      loss_type: "dapo",
      epsilon: 0.2,
      epsilon_high: 0.28,
      beta: 0,
      dynamic_sampling: true,
      soft_punish_cache: Math.max(
        1,
        Math.round((typeof max_completion_length === "number" ? max_completion_length : 80) / 5),
      ),
    }),
  },
  dr_grpo: {
    about: "Dr. GRPO (arXiv 2503.20783): no division by the std or the length, no KL.",
    settings: fixed({ loss_type: "dr_grpo", scale_rewards: "none", beta: 0 }),
  },
  gspo: {
    about:
      "GSPO (arXiv 2507.18071, section 5.1): ratios of whole sequences, ε 3e-4 and 4e-4, four mini-batches, no KL.",
    settings: fixed({
      loss_type: "grpo",
      importance_sampling_level: "sequence",
      epsilon: 3e-4,
      epsilon_high: 4e-4,
      num_mini_batches: 4,
      beta: 0,
    }),
  },
  cispo: {
    about:
      "CISPO (MiniMax-M1, arXiv 2506.13585): clipped tokens still teach, with a weight of at most 5 (TRL's advice), no KL.",
    settings: fixed({ loss_type: "cispo", epsilon_high: 5, beta: 0 }),
  },
  rloo: {
    about:
      "RLOO (arXiv 2402.14740; TRL's RLOOTrainer): each reward against the mean of the others, whole completions as one action, KL (k1, β 0.05) in the reward.",
    settings: fixed({
      advantage_estimator: "rloo",
      loss_type: "grpo",
      importance_sampling_level: "sequence_sum",
      epsilon: 0.2,
      beta: 0.05,
      kl_estimator: "k1",
      kl_in_reward: true,
    }),
  },
  "reinforce++": {
    about:
      "REINFORCE++ (arXiv 2501.03262; OpenRLHF's defaults): returns of tokens whitened over the batch, KL (k1, β 0.01) in the reward, no groups in the baseline.",
    settings: fixed({
      advantage_estimator: "reinforce_plus_plus",
      loss_type: "dapo",
      epsilon: 0.2,
      gamma: 1,
      beta: 0.01,
      kl_estimator: "k1",
      kl_in_reward: true,
    }),
  },
  ppo: {
    about:
      "PPO (arXiv 1707.06347; defaults of TRL 1.12's PPOTrainer): a critic of its own, GAE with λ 0.95, four passes, KL (k1, β 0.05) in the reward.",
    settings: fixed({
      advantage_estimator: "gae",
      critic: "separate",
      gamma: 1,
      lam: 0.95,
      vf_coef: 0.1,
      cliprange_value: 0.2,
      loss_type: "dapo",
      epsilon: 0.2,
      num_iterations: 4,
      beta: 0.05,
      kl_estimator: "k1",
      kl_in_reward: true,
    }),
  },
} satisfies Readonly<Record<string, Preset>>;

export type Algorithm = keyof typeof presets;
export const algorithms = Object.keys(presets) as [Algorithm, ...Algorithm[]];

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isAlgorithm = (value: unknown): value is Algorithm => typeof value === "string" && Object.hasOwn(presets, value);

/** A stage as it is written, with what its `algorithm` sets where it says nothing. Anything else comes back as it is. */
export function withPreset(stage: unknown): unknown {
  if (!isSettings(stage) || !isAlgorithm(stage["algorithm"])) return stage;
  return { ...presets[stage["algorithm"]].settings(stage), ...stage };
}

/** A recipe as it is written, with what the presets of its stages set. */
export function withPresets(recipe: unknown): unknown {
  if (!isSettings(recipe)) return recipe;
  const stages: unknown = recipe["stages"];
  return Array.isArray(stages) ? { ...recipe, stages: stages.map(withPreset) } : recipe;
}
