/** Names that other tools give to what has a name here; those that mean something else keep their own. */

interface Named {
  readonly theirs: string;
  readonly ours: string;
}

/** verl (`metric_utils.py`): means over what a step sampled, before any penalty. */
export const verlNames: readonly Named[] = [
  { theirs: "critic/score/mean", ours: "reward" },
  { theirs: "actor/entropy", ours: "entropy" },
  { theirs: "actor/grad_norm", ours: "grad_norm" },
  { theirs: "actor/lr", ours: "learning_rate" },
  { theirs: "actor/pg_loss", ours: "policy_loss" },
  { theirs: "actor/kl_loss", ours: "kl" },
  { theirs: "actor/pg_clipfrac", ours: "clip_ratio/region_mean" },
  { theirs: "response_length/mean", ours: "completions/mean_length" },
  { theirs: "response_length/min", ours: "completions/min_length" },
  { theirs: "response_length/max", ours: "completions/max_length" },
  { theirs: "response_length/clip_ratio", ours: "completions/clipped_ratio" },
  { theirs: "critic/vf_loss", ours: "critic/loss" },
  { theirs: "critic/vf_explained_var", ours: "critic/explained_variance" },
  { theirs: "timing_s/gen", ours: "time/generate" },
  { theirs: "timing_s/reward", ours: "time/score" },
  { theirs: "timing_s/update_actor", ours: "time/update" },
  { theirs: "timing_s/step", ours: "step_time" },
];

/** TRL's and transformers' names that are ours too. Their reports to TensorBoard and Trackio write them behind `train/`. */
export const trlNames: readonly string[] = [
  "loss",
  "policy_loss",
  "grad_norm",
  "learning_rate",
  "reward",
  "reward_std",
  "frac_reward_zero_std",
  "entropy",
  "kl",
  "num_tokens",
  "step_time",
];
const trlGroups = /^(?:rewards|completions|clip_ratio|logps)\//;

const fromVerl = new Map(verlNames.map(({ theirs, ours }) => [theirs, ours]));
const fromTrl = new Set(trlNames);

/** The name here of a metric of another tool; its own where it means something else, or nobody knows. */
export function ourName(name: string): string {
  const verl = fromVerl.get(name);
  if (verl !== undefined) return verl;
  if (name === "eval_loss" || name === "eval/loss") return "eval/loss";
  const inner = name.startsWith("train/") ? name.slice("train/".length) : name;
  return fromTrl.has(inner) || trlGroups.test(inner) ? inner : name;
}
