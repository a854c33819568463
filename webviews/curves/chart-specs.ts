/** Which charts a run gets, from the names of the metrics that it wrote (TRL's names; ours under `signal/`, `eval/`, `time/`, `verifier/`). */
import { t } from "../shared/l10n";
import { isRescored, rescoredKey } from "../../server/protocol/rescore";
import { plainName } from "../shared/visible";
import type { BandSpec, ChartSpec } from "../charts/chart-spec";

const share: readonly [number, number] = [0, 1];

interface Template {
  readonly id: string;
  readonly title: string;
  /** Series in the order of these patterns; the label comes from the key. */
  readonly keys: readonly (string | RegExp)[];
  readonly label: (key: string) => string;
  readonly band?: BandSpec;
  readonly limits?: readonly [number, number];
  readonly sparse?: boolean;
}

/** Of a re-scoring, with the rewards as they are now. */
const wouldHaveSeen = t("what training would have seen");

/** What a group of completions taught; all shares are of the step's groups. */
const signalLabels: Readonly<Record<string, string>> = {
  "signal/all_wrong": t("all wrong"),
  "signal/all_right": t("all right"),
  "signal/with_signal": t("mixed: rewards differ"),
  frac_reward_zero_std: t("no signal: rewards equal"),
};

const verifierLabels: Readonly<Record<string, string>> = {
  "verifier/errors": t("all errors"),
  "verifier/timeouts": t("of these time-outs"),
};

/** By theme: what is learned, what from, how far the policy moves, what it writes, what the optimizer does, what it costs. */
const templates: readonly Template[] = [
  {
    id: "reward",
    title: t("Reward"),
    keys: ["reward", rescoredKey("reward")],
    label: (key) => (isRescored(key) ? wouldHaveSeen : t("mean")),
    band: { kind: "spread", center: "reward", spread: "reward_std", label: t("± standard deviation") },
  },
  {
    id: "rewards",
    title: t("Reward by function"),
    keys: [/^rewards\/.+\/mean$/, /^rescored\/rewards\/.+\/mean$/],
    label: (key) => {
      const name = key.replace(/^(?:rescored\/)?rewards\//, "").slice(0, -"/mean".length);
      return isRescored(key) ? `${name}: ${wouldHaveSeen}` : name;
    },
  },
  {
    id: "held-out",
    title: t("Held-out"),
    keys: ["eval/pass@1", /^eval\/pass@\d+$/, "eval/greedy"],
    label: (key) => key.slice("eval/".length),
    limits: share,
    sparse: true,
  },
  {
    id: "held-out-pairs",
    title: t("Held-out pairs ranked correctly, share"),
    keys: ["eval/accuracy"],
    label: () => t("accuracy"),
    limits: share,
    sparse: true,
  },
  {
    id: "pair-accuracy",
    title: t("Training pairs ranked correctly, share"),
    keys: ["accuracy", "rewards/accuracies"],
    label: () => t("accuracy"),
    limits: share,
  },
  {
    id: "pair-rewards",
    title: t("Rewards of chosen and rejected completions"),
    keys: ["rewards/chosen", "rewards/rejected"],
    label: (key) => key.slice("rewards/".length),
  },
  {
    id: "pair-margin",
    title: t("Reward of chosen − rejected"),
    keys: ["margin", "rewards/margins"],
    label: () => t("margin"),
  },
  {
    id: "signal",
    title: t("Groups by outcome, share"),
    keys: [
      "signal/all_wrong",
      "signal/all_right",
      "signal/with_signal",
      "frac_reward_zero_std",
      /^signal\/.*(wrong|right|solved)$/,
    ],
    label: (key) => signalLabels[key] ?? words(key.slice("signal/".length)),
    limits: share,
  },
  {
    id: "kl",
    title: t("KL to the reference policy"),
    keys: ["kl", /^kl\/k[123]$/],
    label: (key) => (key === "kl" ? t("as penalised") : key.slice("kl/".length)),
  },
  { id: "entropy", title: t("Entropy, nats per token"), keys: ["entropy"], label: () => t("entropy") },
  {
    id: "clip",
    title: t("Clipped, share"),
    keys: ["completions/clipped_ratio", /^clip_ratio\/(low|high|region)_mean$/],
    label: (key) => (key === "completions/clipped_ratio" ? t("completions cut off") : words(key)),
  },
  {
    id: "ratio",
    title: t("Importance ratio, extremes"),
    keys: ["ratio/max", "ratio/min"],
    label: (key) => (key === "ratio/max" ? t("largest") : t("smallest")),
  },
  {
    id: "length",
    title: t("Completion length, tokens"),
    keys: ["completions/mean_length"],
    label: () => t("mean"),
    band: {
      kind: "range",
      low: "completions/min_length",
      high: "completions/max_length",
      label: t("shortest to longest"),
    },
  },
  {
    id: "solved-length",
    title: t("Completion length by outcome, tokens"),
    keys: ["completions/mean_length_solved", "completions/mean_length_unsolved"],
    label: (key) => (key.endsWith("_solved") ? t("solved") : t("unsolved")),
  },
  {
    id: "gradient",
    title: t("Gradient norm"),
    keys: ["grad_norm", "grad_norm_clipped"],
    label: (key) => (key === "grad_norm" ? t("before clipping") : t("after clipping")),
  },
  { id: "rate", title: t("Learning rate"), keys: ["learning_rate"], label: () => t("rate") },
  { id: "loss", title: t("Loss"), keys: ["loss"], label: () => t("loss") },
  { id: "held-out-loss", title: t("Held-out loss"), keys: ["eval/loss"], label: () => t("loss"), sparse: true },
  {
    id: "phases",
    title: t("Seconds per step, by phase"),
    keys: ["time/generate", "time/top_logprobs", "time/score", "time/estimate", "time/update"],
    label: (key) => key.slice("time/".length),
  },
  {
    id: "verifiers",
    title: t("Errors of verifiers, samples"),
    keys: ["verifier/errors", "verifier/timeouts", /^verifier\/.+\/errors$/],
    label: (key) => verifierLabels[key] ?? key.slice("verifier/".length, -"/errors".length),
  },
  {
    id: "behaviours",
    title: t("Behaviours, share of rollouts"),
    keys: [/^behaviour\/(self_correction|reflection|backtracking|alternative|answer_change)$/],
    label: (key) => words(key.slice("behaviour/".length)),
    limits: share,
  },
  {
    id: "flags",
    title: t("Flagged steps, share"),
    keys: ["behaviour/flags_wrong", "behaviour/flags_right"],
    label: (key) => (key.endsWith("_wrong") ? t("of wrong steps") : t("of right steps")),
    limits: share,
  },
  {
    id: "thinking-length",
    title: t("Thinking length by answer, tokens"),
    keys: ["behaviour/length_right", "behaviour/length_wrong"],
    label: (key) => key.slice("behaviour/length_".length),
  },
  {
    id: "advantages",
    title: t("Advantages, share of samples"),
    keys: [/^advantages\/share\//],
    label: (key) => key.slice("advantages/share/".length),
    limits: share,
  },
  {
    id: "process",
    title: t("Scores of steps"),
    keys: ["process/reward", "process/least_reward"],
    label: (key) => (key === "process/reward" ? t("mean") : t("worst of a completion")),
  },
  { id: "critic", title: t("Critic's loss"), keys: ["critic/loss"], label: () => t("value") },
  {
    id: "explained",
    title: t("Variance of returns explained by the critic"),
    keys: ["critic/explained_variance"],
    label: () => t("share"),
  },
  {
    id: "effective-samples",
    title: t("Effective sample size, share"),
    keys: ["ratio/effective_sample_size"],
    label: () => t("of the tokens"),
    limits: share,
  },
];

export interface Charts {
  readonly main: readonly ChartSpec[];
  /** What is no headline, and one chart for each metric that no chart above shows. */
  readonly more: readonly ChartSpec[];
}

/** A panel of one metric. `id`: of its own, or the metric's name. */
export const metricPanel = (key: string, id = key): ChartSpec => ({
  id,
  title: plainName(key),
  series: [{ key, label: plainName(key.split("/").at(-1) ?? key) }],
  band: null,
  limits: null,
  sparse: key.startsWith("eval/"),
  note: null,
});

/**
 * `lossNote`: what the loss of the shown stages is, under its chart; null: nothing that holds for all of them. `headline`: the charts that stand first, the
 * rest of the metrics is on demand.
 */
export function chartsFor(keys: readonly string[], lossNote: string | null, headline: ReadonlySet<string>): Charts {
  const all = new Set(keys);
  const used = new Set<string>();
  const specs = templates.flatMap((template): ChartSpec[] => {
    const series = matching(keys, template.keys).map((key) => ({
      key,
      label: plainName(template.label(key)),
      ...besideOf(key),
    }));
    if (series.length === 0) return [];
    const band =
      template.band !== undefined && bandKeys(template.band).every((key) => all.has(key)) ? template.band : null;
    for (const key of [...series.map((one) => one.key), ...(band === null ? [] : bandKeys(band))]) used.add(key);
    return [
      {
        id: template.id,
        title: template.title,
        series,
        band,
        limits: template.limits ?? null,
        sparse: template.sparse ?? false,
        note: template.id === "loss" ? lossNote : null,
      },
    ];
  });
  const rest = keys.filter((key) => !used.has(key)).sort();
  return {
    main: specs.filter((spec) => headline.has(spec.id)),
    more: [...specs.filter((spec) => !headline.has(spec.id)), ...rest.map((key) => metricPanel(key))],
  };
}

/** A re-scoring stands beside what it says something of. */
const besideOf = (key: string): { readonly beside?: string } =>
  isRescored(key) ? { beside: key.slice(rescoredKey("").length) } : {};

function matching(keys: readonly string[], patterns: readonly (string | RegExp)[]): string[] {
  const found = patterns.flatMap((pattern) =>
    keys.filter((key) => (typeof pattern === "string" ? key === pattern : pattern.test(key))),
  );
  return [...new Set(found)];
}

function bandKeys(band: BandSpec): string[] {
  return band.kind === "spread" ? [band.center, band.spread] : [band.low, band.high];
}

function words(key: string): string {
  return key.replace(/^(frac|clip_ratio)[/_]/, "").replaceAll(/[/_]/g, " ");
}
