/** What a run of a comparison cost and brought, out of its record and metrics. */
import type { MetricsRow } from "../protocol/metrics";
import { endingText, type RunRecord } from "../protocol/run";
import { readMetrics } from "../runs/metrics";
import { largestOf } from "../shared/extremes";
import { UserError } from "../shared/user-error";

export interface RunSummary {
  readonly algorithm: string;
  readonly seed: number;
  readonly folder: string;
  readonly steps: number;
  readonly tokens: number;
  /** Policy and critic. */
  readonly trainedParameters: number;
  readonly criticParameters: number;
  readonly peakMegabytes: number;
  /** Means of a step, by phase. */
  readonly seconds: Readonly<Record<"generate" | "score" | "estimate" | "update", number>>;
  readonly totalSeconds: number;
  /** Generated when held-out pass@1 first was at the target; null: never. */
  readonly tokensToTarget: number | null;
  readonly before: Passes;
  readonly after: Passes;
  /** Largest KL to the reference policy (k3); null without one. */
  readonly largestKl: number | null;
  readonly entropy: { readonly first: number; readonly last: number };
  /** Steps whose gradient norm was above five times the median. */
  readonly gradientSpikes: number;
  /** Held-out pass@1 by generated tokens, from the beginning. */
  readonly curve: readonly { readonly tokens: number; readonly passAt1: number }[];
}

export interface Passes {
  readonly passAt1: number;
  readonly passAtK: number;
}

const numberOf = (row: MetricsRow, key: string): number => {
  const value = row[key];
  return typeof value === "number" ? value : 0;
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Throws when the run did not come to its end. */
export function summariseRun(
  record: RunRecord,
  folder: string,
  { algorithm, target }: { readonly algorithm: string; readonly target: number },
): RunSummary {
  const [stage] = record.stages;
  if (!stage?.before || !stage.after)
    throw new UserError(`${folder} did not end: ${endingText(record) ?? record.status}`);
  const { rows } = readMetrics(folder, 0);
  const steps = rows.filter((row) => "loss" in row);
  const mean = (key: string): number =>
    steps.reduce((sum, row) => sum + numberOf(row, key), 0) / Math.max(1, steps.length);
  const largest = (key: string): number =>
    largestOf(
      steps.map((row) => numberOf(row, key)),
      0,
    );
  const tokens = largest("num_tokens");
  const during = rows.flatMap((row) =>
    "eval/pass@1" in row && "num_tokens" in row
      ? [{ tokens: numberOf(row, "num_tokens"), passAt1: numberOf(row, "eval/pass@1") }]
      : [],
  );
  const [before, after] = [stage.before, stage.after].map(({ pass_at_1, pass_at_k }) => ({
    passAt1: pass_at_1,
    passAtK: pass_at_k,
  })) as [Passes, Passes];
  const curve = [{ tokens: 0, passAt1: before.passAt1 }, ...during, { tokens, passAt1: after.passAt1 }];
  const norms = steps.map((row) => numberOf(row, "grad_norm"));
  const spike = 5 * median(norms);
  return {
    algorithm,
    seed: record.seed,
    folder,
    steps: steps.length,
    tokens,
    before,
    after,
    curve,
    trainedParameters: largest("parameters/trained"),
    criticParameters: largest("parameters/critic"),
    peakMegabytes: largest("memory/peak_mb"),
    seconds: {
      generate: mean("time/generate"),
      score: mean("time/score"),
      estimate: mean("time/estimate"),
      update: mean("time/update"),
    },
    totalSeconds: steps.reduce((sum, row) => sum + numberOf(row, "step_time"), 0),
    tokensToTarget: curve.find(({ passAt1 }) => passAt1 >= target)?.tokens ?? null,
    largestKl: steps.some((row) => "kl/k3" in row) ? largest("kl/k3") : null,
    entropy: { first: numberOf(steps[0] ?? rows[0]!, "entropy"), last: numberOf(steps.at(-1) ?? rows[0]!, "entropy") },
    gradientSpikes: norms.filter((norm) => norm > spike).length,
  };
}
