/** A comparison as Markdown: the table of the field, over seeds. */
import type { RunSummary } from "./summary";
import { largestOf } from "../shared/extremes";
import { markdownTable } from "../shared/markdown-table";

export interface Comparison {
  readonly recipe: string;
  readonly stage: string;
  readonly seeds: readonly number[];
  /** Generated tokens of each run. */
  readonly tokens: number;
  /** Held-out pass@1 that `tokensToTarget` is about. */
  readonly target: number;
  readonly samples: number;
  readonly prompts: number;
  readonly command: string;
  readonly machine: string;
  readonly runs: readonly RunSummary[];
}

/** Two-sided 97.5 % quantiles of Student's t by degrees of freedom, from 1. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262] as const;

/** Mean with the half width of its 95 % interval over seeds (Student's t); of one seed there is none. */
export function interval(values: readonly number[]): { readonly mean: number; readonly half: number | null } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const factor = student[values.length - 2] ?? 1.96;
  return { mean, half: factor * Math.sqrt(variance / values.length) };
}

const rate = (values: readonly number[]): string => {
  const { mean, half } = interval(values);
  const text = (value: number): string => value.toFixed(3).replace(/^0/, "");
  return half === null ? text(mean) : `${text(mean)} ± ${text(half)}`;
};
const average = (values: readonly number[], digits: number): string => interval(values).mean.toFixed(digits);
const thousands = (value: number): string => `${Math.round(value / 1000).toLocaleString("en-US")} k`;

/** The runs of each algorithm, in the order in which they first come. */
export function byAlgorithm(runs: readonly RunSummary[]): ReadonlyMap<string, readonly RunSummary[]> {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) groups.set(run.algorithm, [...(groups.get(run.algorithm) ?? []), run]);
  return groups;
}

function reached(runs: readonly RunSummary[]): string {
  const tokens = runs.flatMap(({ tokensToTarget }) => (tokensToTarget === null ? [] : [tokensToTarget]));
  if (tokens.length === 0) return "never";
  const mean = thousands(interval(tokens).mean);
  return tokens.length === runs.length ? mean : `${mean} (${tokens.length} of ${runs.length})`;
}

export function comparisonMarkdown(comparison: Comparison, picture: string | null): string {
  const { runs, target, samples, seeds } = comparison;
  const header = [
    "algorithm",
    "trained parameters",
    "of them critic",
    "peak MB",
    "s a step",
    "generate / estimate / update",
    `tokens to pass@1 ${target}`,
    "pass@1",
    `pass@${samples}`,
    "largest KL",
    "entropy",
    "gradient spikes",
  ];
  const rows = [...byAlgorithm(runs)].map(([algorithm, some]) => {
    const of = (value: (run: RunSummary) => number): number[] => some.map(value);
    const kls = some.flatMap(({ largestKl }) => (largestKl === null ? [] : [largestKl]));
    return [
      algorithm,
      thousands(some[0]!.trainedParameters),
      some[0]!.criticParameters === 0 ? "none" : thousands(some[0]!.criticParameters),
      average(
        of(({ peakMegabytes }) => peakMegabytes),
        0,
      ),
      average(
        of(({ totalSeconds, steps }) => totalSeconds / Math.max(1, steps)),
        3,
      ),
      (["generate", "estimate", "update"] as const)
        .map((phase) =>
          average(
            of(({ seconds }) => seconds[phase]),
            3,
          ),
        )
        .join(" / "),
      reached(some),
      rate(of(({ after }) => after.passAt1)),
      rate(of(({ after }) => after.passAtK)),
      kls.length === 0 ? "no reference" : largestOf(kls).toFixed(3),
      `${average(
        of(({ entropy }) => entropy.first),
        2,
      )} → ${average(
        of(({ entropy }) => entropy.last),
        2,
      )}`,
      String(of(({ gradientSpikes }) => gradientSpikes).reduce((sum, value) => sum + value, 0)),
    ];
  });
  const before = rate(runs.map((run) => run.before.passAt1));
  return [
    `# ${escaped(comparison.recipe)}: algorithms compared`,
    "",
    `Stage ${comparison.stage}, from one checkpoint (held-out pass@1 ${before}), ${thousands(comparison.tokens)} generated tokens each, ` +
      `${seeds.length === 1 ? `seed ${seeds[0]!}` : `seeds ${seeds.join(", ")}`}. Held-out: ${comparison.prompts} prompts, ${samples} samples each. ` +
      `± is the 95 % interval of the mean over seeds. ${comparison.machine}.`,
    "",
    markdownTable([header, ...rows]),
    "",
    ...(picture === null ? [] : [`![Held-out pass@1 by generated tokens, one colour an algorithm](${picture})`, ""]),
    "Gradient spikes are steps whose norm, before clipping, is above five times the run's median. KL is k3 to the policy of the beginning, where the algorithm keeps one.",
    "",
    `Made by \`${comparison.command}\`.`,
    "",
  ].join("\n");
}

/** A name as text in Markdown. */
const escaped = (text: string): string => text.replaceAll(/[\\`*_{}[\]<>#|!]/g, String.raw`\$&`);
