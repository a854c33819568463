/** Which charts a run gets, from the names of the metrics that it wrote (TRL's names; ours under `signal/`, `eval/`, `time/`, `verifier/`). */
import { isRescored, rescoredKey } from "../../server/protocol/rescore";
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
const wouldHaveSeen = "what training would have seen";

/** What a group of completions taught; all shares are of the step's groups. */
const signalLabels: Readonly<Record<string, string>> = {
  "signal/all_wrong": "all wrong",
  "signal/all_right": "all right",
  "signal/with_signal": "mixed: rewards differ",
  frac_reward_zero_std: "no signal: rewards equal",
};

const verifierLabels: Readonly<Record<string, string>> = {
  "verifier/errors": "all errors",
  "verifier/timeouts": "of these time-outs",
};

/** By theme: what is learned, what from, how far the policy moves, what it writes, what the optimizer does, what it costs. */
const templates: readonly Template[] = [
  {
    id: "reward",
    title: "Reward",
    keys: ["reward", rescoredKey("reward")],
    label: (key) => (isRescored(key) ? wouldHaveSeen : "mean"),
    band: { kind: "spread", center: "reward", spread: "reward_std", label: "± standard deviation" },
  },
  {
    id: "rewards",
    title: "Reward by function",
    keys: [/^rewards\/.+\/mean$/, /^rescored\/rewards\/.+\/mean$/],
    label: (key) => {
      const name = key.replace(/^(?:rescored\/)?rewards\//, "").slice(0, -"/mean".length);
      return isRescored(key) ? `${name}: ${wouldHaveSeen}` : name;
    },
  },
  {
    id: "held-out",
    title: "Held-out",
    keys: ["eval/pass@1", /^eval\/pass@\d+$/, "eval/greedy"],
    label: (key) => key.slice("eval/".length),
    limits: share,
    sparse: true,
  },
  {
    id: "held-out-pairs",
    title: "Held-out pairs ranked correctly, share",
    keys: ["eval/accuracy"],
    label: () => "accuracy",
    limits: share,
    sparse: true,
  },
  {
    id: "pair-accuracy",
    title: "Training pairs ranked correctly, share",
    keys: ["accuracy", "rewards/accuracies"],
    label: () => "accuracy",
    limits: share,
  },
  {
    id: "pair-rewards",
    title: "Rewards of chosen and rejected completions",
    keys: ["rewards/chosen", "rewards/rejected"],
    label: (key) => key.slice("rewards/".length),
  },
  {
    id: "pair-margin",
    title: "Reward of chosen − rejected",
    keys: ["margin", "rewards/margins"],
    label: () => "margin",
  },
  {
    id: "signal",
    title: "Groups by outcome, share",
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
    title: "KL to the reference policy",
    keys: ["kl", /^kl\/k[123]$/],
    label: (key) => (key === "kl" ? "as penalised" : key.slice("kl/".length)),
  },
  { id: "entropy", title: "Entropy, nats per token", keys: ["entropy"], label: () => "entropy" },
  {
    id: "clip",
    title: "Clipped, share",
    keys: ["completions/clipped_ratio", /^clip_ratio\/(low|high|region)_mean$/],
    label: (key) => (key === "completions/clipped_ratio" ? "completions cut off" : words(key)),
  },
  {
    id: "ratio",
    title: "Importance ratio, extremes",
    keys: ["ratio/max", "ratio/min"],
    label: (key) => (key === "ratio/max" ? "largest" : "smallest"),
  },
  {
    id: "length",
    title: "Completion length, tokens",
    keys: ["completions/mean_length"],
    label: () => "mean",
    band: {
      kind: "range",
      low: "completions/min_length",
      high: "completions/max_length",
      label: "shortest to longest",
    },
  },
  {
    id: "solved-length",
    title: "Completion length by outcome, tokens",
    keys: ["completions/mean_length_solved", "completions/mean_length_unsolved"],
    label: (key) => (key.endsWith("_solved") ? "solved" : "unsolved"),
  },
  {
    id: "gradient",
    title: "Gradient norm",
    keys: ["grad_norm", "grad_norm_clipped"],
    label: (key) => (key === "grad_norm" ? "before clipping" : "after clipping"),
  },
  { id: "rate", title: "Learning rate", keys: ["learning_rate"], label: () => "rate" },
  { id: "loss", title: "Loss", keys: ["loss"], label: () => "loss" },
  { id: "held-out-loss", title: "Held-out loss", keys: ["eval/loss"], label: () => "loss", sparse: true },
  {
    id: "phases",
    title: "Seconds per step, by phase",
    keys: ["time/generate", "time/score", "time/estimate", "time/update"],
    label: (key) => key.slice("time/".length),
  },
  {
    id: "verifiers",
    title: "Errors of verifiers, samples",
    keys: ["verifier/errors", "verifier/timeouts", /^verifier\/.+\/errors$/],
    label: (key) => verifierLabels[key] ?? key.slice("verifier/".length, -"/errors".length),
  },
  {
    id: "behaviours",
    title: "Behaviours, share of rollouts",
    keys: [/^behaviour\/(self_correction|reflection|backtracking|alternative|answer_change)$/],
    label: (key) => words(key.slice("behaviour/".length)),
    limits: share,
  },
  {
    id: "flags",
    title: "Flagged steps, share",
    keys: ["behaviour/flags_wrong", "behaviour/flags_right"],
    label: (key) => (key.endsWith("_wrong") ? "of wrong steps" : "of right steps"),
    limits: share,
  },
  {
    id: "thinking-length",
    title: "Thinking length by answer, tokens",
    keys: ["behaviour/length_right", "behaviour/length_wrong"],
    label: (key) => key.slice("behaviour/length_".length),
  },
  {
    id: "advantages",
    title: "Advantages, share of samples",
    keys: [/^advantages\/share\//],
    label: (key) => key.slice("advantages/share/".length),
    limits: share,
  },
  { id: "critic", title: "Critic's loss", keys: ["critic/loss"], label: () => "value" },
  {
    id: "explained",
    title: "Variance of returns explained by the critic",
    keys: ["critic/explained_variance"],
    label: () => "share",
  },
  {
    id: "effective-samples",
    title: "Effective sample size, share",
    keys: ["ratio/effective_sample_size"],
    label: () => "of the tokens",
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
  title: key,
  series: [{ key, label: key.split("/").at(-1) ?? key }],
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
      label: template.label(key),
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
