/**
 * The field's terms, as hovers of recipes, charts and `docs/glossary.md` explain them: the only source of all three (a test writes the page,
 * `npm run unit -- server/protocol/glossary.test.ts -u`).
 */

export interface Term {
  /** The heading of the entry. */
  readonly term: string;
  /** What else it is called, and how it is written: whole words, with `*` for any ending. */
  readonly also: readonly string[];
  /** What it means, in Markdown of one paragraph. The first sentence stands alone as a tooltip. */
  readonly means: string;
  /** Where it comes from. */
  readonly source: string;
}

const deepSeekMath = "DeepSeekMath, arXiv 2402.03300";
const r1 = "DeepSeek-R1, arXiv 2501.12948";
const dapo = "DAPO, arXiv 2503.14476";
const humanEval = "Chen et al. 2021, arXiv 2107.03374";
const ppo = "Schulman et al. 2017, arXiv 1707.06347";

export const glossary: readonly Term[] = [
  {
    term: "advantage",
    also: ["advantages", "advantage_estimator", "normalize_advantages", "scale_rewards"],
    means:
      "How much better a completion did than expected. Positive advantages make its tokens more likely, negative ones less likely. GRPO expects the mean of " +
      "the group, PPO what a critic predicts.",
    source: deepSeekMath,
  },
  {
    term: "chat template",
    also: ["chat_template"],
    means:
      "The text that a chat model expects around each message, written as a Jinja template beside the checkpoint. Training and sampling have to use the same " +
      "one.",
    source: "transformers, `apply_chat_template`",
  },
  {
    term: "clipping",
    also: ["clipped", "epsilon", "epsilon_high", "dual_clip", "cliprange_value"],
    means:
      "A limit on how far one update may move the policy. Where the importance ratio leaves [1 − ε, 1 + ε] in the direction that the advantage favours, the " +
      "token's gradient is 0. (Clipping the gradient's norm, `max_grad_norm`, is something else.)",
    source: ppo,
  },
  {
    term: "cold start",
    also: ["cold-start"],
    means:
      "Supervised fine-tuning on some examples of the form that is wanted, before RL. RL can only reinforce what a model sometimes does; the cold start makes " +
      "it do it sometimes.",
    source: r1,
  },
  {
    term: "completion",
    also: ["completions"],
    means: "What a model writes after a prompt, up to an end token, a stop string or the length limit.",
    source: "TRL",
  },
  {
    term: "critic",
    also: ["value model", "vf_coef"],
    means:
      "A model that predicts the reward still to come at each token. PPO trains one beside the policy; GRPO does without.",
    source: ppo,
  },
  {
    term: "curriculum",
    also: [],
    means:
      "Choosing which prompts to train on next. `pass-rate` prefers prompts that the policy neither always nor never answers correctly, since only those give " +
      "a signal.",
    source: "Bengio et al. 2009",
  },
  {
    term: "DAPO",
    also: ["soft_punish_cache", "dynamic_sampling"],
    means:
      "GRPO with a wider upper clip, a loss averaged over tokens, no KL, fresh prompts in place of groups without signal, and a soft penalty for completions " +
      "close to the length limit.",
    source: dapo,
  },
  {
    term: "DPO",
    also: ["direct preference optimisation"],
    means:
      "Direct preference optimisation: training a policy on pairs of a chosen and a rejected completion, without a reward model or sampling. The loss raises " +
      "the chosen one's probability over the rejected one's, relative to the reference policy.",
    source: "Rafailov et al. 2023, arXiv 2305.18290",
  },
  {
    term: "Dr. GRPO",
    also: ["dr_grpo"],
    means:
      "GRPO without the two divisions that bias it: advantages are not divided by the group's standard deviation, nor losses by the completion's length.",
    source: "Liu et al. 2025, arXiv 2503.20783",
  },
  {
    term: "effective sample size",
    also: [],
    means:
      "How many equally weighted tokens the importance ratios amount to: (Σρ)² / (n·Σρ²), as a share of n. It is 1 on-policy; near 0, a few tokens decide " +
      "the update.",
    source: "Kong 1992",
  },
  {
    term: "entropy",
    also: ["entropy_coef", "entropy_target", "top_entropy_quantile"],
    means:
      "How undecided the policy is about the next token, in nats. When it falls to 0, all samples of a group are alike and there is nothing left to learn " +
      "from.",
    source: "Shannon 1948",
  },
  {
    term: "gold answer",
    also: ["gold answers"],
    means: "The answer that a task holds to be correct. Verifiers compare a completion's answer with it.",
    source: "usual",
  },
  {
    term: "gradient norm",
    also: ["max_grad_norm"],
    means:
      "The length of the gradient over all parameters. A step with a longer one than `max_grad_norm` is scaled down to it; sudden spikes are a sign of " +
      "instability.",
    source: "Pascanu et al. 2013, arXiv 1211.5063",
  },
  {
    term: "group",
    also: ["groups", "num_generations"],
    means:
      "The completions sampled for one prompt in one step. GRPO compares them with each other instead of asking a critic.",
    source: deepSeekMath,
  },
  {
    term: "GRPO",
    also: ["group-relative policy optimisation"],
    means:
      "Group-relative policy optimisation: sample a group of completions for each prompt, and make those that score above the group's mean more likely, with " +
      "PPO's clipped loss and no critic.",
    source: deepSeekMath,
  },
  {
    term: "GSPO",
    also: [],
    means:
      "GRPO with one importance ratio per completion (the geometric mean over its tokens) instead of one per token.",
    source: "Zheng et al. 2025, arXiv 2507.18071",
  },
  {
    term: "held-out prompts",
    also: ["held-out", "held_out", "held out"],
    means:
      "Prompts that no stage trains on, so that results on them show what was learnt and not what was memorised. One prompt in 16 is held out, by a hash of " +
      "its text, unless a data set brings its own.",
    source: "usual",
  },
  {
    term: "importance ratio",
    also: ["ratio", "importance_sampling_level", "delta"],
    means:
      "ρ = π(token) / π_old(token): how much more likely a token is under the policy being trained than under the one that sampled it. It corrects for " +
      "learning from samples of a slightly older policy.",
    source: ppo,
  },
  {
    term: "KL",
    also: ["kl_estimator", "kl_in_reward", "kl_target", "beta"],
    means:
      "Kullback–Leibler divergence: how far the policy has moved from the reference policy. With β above 0 it is penalised, in the loss (GRPO) or in the " +
      "reward (PPO, RLOO). It is estimated from the sampled tokens by k1, k2 or k3.",
    source: "Schulman 2020, “Approximating KL Divergence”",
  },
  {
    term: "KTO",
    also: ["kto", "desirable_weight", "undesirable_weight"],
    means:
      "Kahneman–Tversky optimisation: a preference loss for completions that are each desirable or undesirable on their own, without pairs. Here each " +
      "preference pair counts as one of either.",
    source: "Ethayarajh et al. 2024, arXiv 2402.01306",
  },
  {
    term: "log-probability",
    also: ["log-probabilities", "log-probs"],
    means:
      "The logarithm of a token's probability under a policy. Sampling log-probabilities are those at the moment of sampling, training log-probabilities those " +
      "of the policy being updated; their difference is the log of the importance ratio. Where two programs sample and train, rounding alone makes them " +
      "differ. Here one engine does both.",
    source: ppo,
  },
  {
    term: "maj@k",
    also: ["majority vote"],
    means:
      "The share of prompts where the most frequent answer among k samples is correct. Also called self-consistency.",
    source: "Wang et al. 2022, arXiv 2203.11171",
  },
  {
    term: "mini-batch",
    also: ["mini-batches", "num_mini_batches"],
    means: "A part of a step's completions that gets an update of its own. All updates but the first are off-policy.",
    source: ppo,
  },
  {
    term: "off-policy",
    also: ["off_policy_mask_threshold"],
    means:
      "Learning from samples of another policy than the one being trained, an older version of it for example. See importance ratio.",
    source: "Sutton & Barto",
  },
  {
    term: "on-policy",
    also: [],
    means:
      "Learning from samples of the very policy that is being trained. With one pass and one mini-batch every GRPO step is on-policy: ratios are 1 and " +
      "nothing is clipped.",
    source: "Sutton & Barto",
  },
  {
    term: "pass@1",
    also: [],
    means: "The share of samples that are correct, averaged over prompts: what one try is worth.",
    source: humanEval,
  },
  {
    term: "pass@k",
    also: ["pass@8"],
    means:
      "The probability that at least one of k samples is correct, estimated without bias from n ≥ k samples. When pass@1 rises and pass@k does not, RL has " +
      "made the model surer of what it could do already.",
    source: humanEval,
  },
  {
    term: "policy",
    also: [],
    means: "The model being trained, seen as a distribution π over completions of a prompt.",
    source: "Sutton & Barto",
  },
  {
    term: "PPO",
    also: ["gae", "lam"],
    means:
      "Proximal policy optimisation: the clipped loss that GRPO and its relatives share, with advantages from a critic (generalised advantage estimation).",
    source: ppo,
  },
  {
    term: "preference pair",
    also: ["preference pairs", "chosen", "pairs"],
    means: "A prompt with two completions, of which a person or a rule preferred one (chosen) to the other (rejected).",
    source: "Christiano et al. 2017, arXiv 1706.03741",
  },
  {
    term: "reference policy",
    also: ["sync_ref_model", "ref_model_*"],
    means:
      "The policy that KL measures the distance from: the one that the stage started from, or a copy that follows the policy now and then.",
    source: deepSeekMath,
  },
  {
    term: "REINFORCE++",
    also: ["reinforce_plus_plus*"],
    means:
      "PPO's clipped loss without a critic: each token's return, less a KL penalty, is normalised over the whole batch.",
    source: "Hu 2025, arXiv 2501.03262",
  },
  {
    term: "rejection sampling",
    also: ["rejection-sampling", "keep_reward"],
    means: "Sampling many completions, keeping those that are correct and readable, and fine-tuning on them.",
    source: r1,
  },
  {
    term: "reward",
    also: ["rewards"],
    means:
      "The number that says how good a completion is: the weighted sum of the recipe's reward functions and, in preference RL, reward models.",
    source: "Sutton & Barto",
  },
  {
    term: "reward model",
    also: ["reward models", "reward_models", "reward-model"],
    means:
      "A model that learns from preference pairs to score completions, by the Bradley–Terry loss −log σ(r_chosen − r_rejected). A policy that is trained on it " +
      "for long learns to please it rather than people.",
    source: "Ouyang et al. 2022, arXiv 2203.02155",
  },
  {
    term: "RLOO",
    also: [],
    means:
      "REINFORCE leave-one-out: each completion is compared with the mean of the others in its group, and counts as one action.",
    source: "Ahmadian et al. 2024, arXiv 2402.14740",
  },
  {
    term: "rollout",
    also: ["rollouts"],
    means:
      "A completion sampled during training or evaluation, together with its rewards, its advantage and the numbers of each token.",
    source: "usual",
  },
  {
    term: "SFT",
    also: ["supervised fine-tuning"],
    means: "Supervised fine-tuning: raising the likelihood of given completions, token by token.",
    source: "Ouyang et al. 2022, arXiv 2203.02155",
  },
  {
    term: "temperature",
    also: [],
    means:
      "The number that logits are divided by before sampling. Below 1 sampling prefers likely tokens; at 1 it follows the model's own distribution.",
    source: "usual",
  },
  {
    term: "truncation",
    also: ["cut off", "mask_truncated_completions", "max_completion_length"],
    means:
      "A completion that reaches the length limit is cut off, so that its answer may be missing. Many of them teach the policy to be short rather than correct.",
    source: dapo,
  },
  {
    term: "verifier",
    also: ["verifiers", "check"],
    means:
      "A program that decides whether an answer is correct: it compares formulas with the gold answer, or runs code against tests.",
    source: r1,
  },
  {
    term: "zero-std group",
    also: ["groups without signal", "frac_reward_zero_std"],
    means:
      "A group in which all completions got the same reward, so that every advantage is 0 and nothing is learnt from it. Prompts that are too easy or too hard " +
      "make such groups.",
    source: dapo,
  },
];

/** The part of the page's address behind `#`, as GitHub and VS Code make it of a heading. */
export const anchorOf = ({ term }: Term): string =>
  term
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, "")
    .replaceAll(" ", "-");

/** The first sentence, for a tooltip. */
export const inShort = ({ means }: Term): string => /^.*?\.(?= \p{Lu}|$)/su.exec(means)?.[0] ?? means;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const pattern = ({ term, also }: Term): RegExp => {
  const names = [term, ...also].map((name) => escaped(name).replaceAll(String.raw`\*`, String.raw`\w*`));
  return new RegExp(String.raw`(?<![\p{L}\p{N}_@/])(?:${names.join("|")})(?![\p{L}\p{N}_@/])`, "iu");
};
const patterns = glossary.map((term) => ({ term, pattern: pattern(term) }));

/** The terms that a text names, in the order in which it names them. A term whose name is part of another's is left out: `reward` of `reward model`. */
export function termsIn(text: string): Term[] {
  const found = patterns
    .flatMap(({ term, pattern: named }) => {
      const match = named.exec(text);
      return match === null ? [] : [{ term, start: match.index, end: match.index + match[0].length }];
    })
    .sort((one, other) => one.start - other.start || other.end - one.end);
  return found
    .filter(
      ({ start, end }, index) =>
        !found.some(
          (other, at) =>
            at !== index && other.start <= start && end <= other.end && end - start < other.end - other.start,
        ),
    )
    .map(({ term }) => term);
}

/** The page, before it is wrapped. */
export function glossaryPage(): string {
  const entries = glossary.map(({ term, means, source }) =>
    source === "usual" ? `## ${term}\n\n${means}` : `## ${term}\n\n${means} *Source: ${source}.*`,
  );
  const intro =
    "The field's terms as Reasoning Lab uses them. Hovers in recipes and the info buttons of charts lead here. Made from `server/protocol/glossary.ts`.";
  return ["# Glossary", intro, ...entries].join("\n\n") + "\n";
}
