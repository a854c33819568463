/** What is known of each reward: from the newest run's rollouts, and from the last *Score Samples*. */
import type { LabelAgreement } from "../protocol/judges";
import type { RewardOutcome, StrayError } from "../protocol/traces";
import type { ScoreSamplesResult } from "../protocol/editor";
import { summariseOutcomes } from "../rewards/outcome-summary";
import { plural } from "../shared/plural";

export interface RewardError {
  readonly message: string;
  /** In the reward's own file, from 1; null when the error carries none. */
  readonly line: number | null;
  readonly count: number;
}

/** The newest rollouts that a result speaks of. */
export interface ResultPlace {
  /** The run folder. */
  readonly folder: string;
  readonly stage: string;
  readonly step: number;
  /** When they were scored, in milliseconds since 1970; null: the run does not say. */
  readonly time: number | null;
}

export interface RewardResult {
  readonly samples: number;
  readonly source: "rollouts" | "cases";
  readonly mean: number | null;
  readonly std: number | null;
  readonly millisecondsPerSample: number | null;
  readonly errors: number;
  readonly errorList: readonly RewardError[];
  /** Cases that ran. */
  readonly cases: number;
  readonly failedCases: ScoreSamplesResult["failedCases"];
  /** Null of a scoring that was asked for: it is of no step. */
  readonly place: ResultPlace | null;
  /** What it threw where no call waits for it. */
  readonly strays?: readonly StrayError[] | undefined;
  /** Of a reward that judges, with people's labels, where that was scored. */
  readonly agreement?: LabelAgreement | undefined;
  /** Samples that it left out, of rollouts. */
  readonly notApplicable?: number;
  /** Means of the last steps, the newest last. */
  readonly trend?: readonly number[];
  /** Milliseconds of one sample's call; unset: the run recorded none. */
  readonly times?: { readonly p50: number; readonly p99: number } | undefined;
  /** Spearman's rank correlation with being right, over the samples that have a score and a verdict; null where nothing is ranked. */
  readonly withRight?: { readonly rank: number; readonly samples: number } | null | undefined;
  /** Whether the reward was edited since: the numbers are of an older version. */
  readonly outdated: boolean;
}

/** Summary of one function's outcomes over stored rollouts. */
export function resultOfOutcomes(
  outcomes: readonly RewardOutcome[],
  millisecondsPerSample: number | null,
  place: ResultPlace | null = null,
): RewardResult {
  const errors = new Map<string | number, RewardError>();
  for (const outcome of outcomes) {
    if (outcome.kind !== "error") continue;
    // Errors of one line are one error, whatever each of them says of its sample.
    const key = outcome.line ?? outcome.message;
    const known = errors.get(key) ?? { message: outcome.message, line: outcome.line, count: 0 };
    errors.set(key, { ...known, count: known.count + 1 });
  }
  return {
    ...summariseOutcomes(outcomes),
    source: "rollouts",
    millisecondsPerSample,
    errorList: [...errors.values()],
    cases: 0,
    failedCases: [],
    place,
    outdated: false,
  };
}

/** Summary of a scoring, as the lens shows it. */
export function resultOfScoring(scored: ScoreSamplesResult): RewardResult {
  const { firstError, errors } = scored;
  return {
    ...scored,
    place: null,
    outdated: false,
    errorList: firstError === null ? [] : [{ message: firstError.message, line: firstError.line, count: errors }],
  };
}

/** As numbers of an older version: its errors would stand at lines that are others now. */
export const ofOlderVersion = (results: ReadonlyMap<string, RewardResult>): ReadonlyMap<string, RewardResult> =>
  new Map([...results].map(([name, result]) => [name, { ...result, errorList: [], outdated: true }]));

/** Results of rollouts that were scored before the reward's file was saved last are of an older version. */
export const againstFile = (
  results: ReadonlyMap<string, RewardResult>,
  saved: number | null,
): ReadonlyMap<string, RewardResult> => {
  const [first] = results.values();
  const time = first?.place?.time ?? null;
  return saved !== null && time !== null && saved > time ? ofOlderVersion(results) : results;
};

/** `0.62 ± 0.48 over 128 rollouts ▂▃▅▆▇ · 2 errors (3 %)`. */
export function resultText(result: RewardResult): string {
  const spread = result.mean === null ? "no scores" : `${result.mean.toFixed(2)} ± ${(result.std ?? 0).toFixed(2)}`;
  return [
    `${spread} over ${plural(result.samples, result.source === "rollouts" ? "rollout" : "case")}${sparkline(result.trend ?? [])}`,
    `${plural(result.errors, "error")}${result.errors > 0 && result.source === "rollouts" ? ` (${percent(result.errors, result.samples)})` : ""}`,
    ...casesText(result),
    ...(result.outdated ? ["before the last edit"] : []),
  ].join(" · ");
}

/** `3 % null · p50 0.02 ms, p99 0.4 ms · ρ 0.87 with right, n 62`: what one looks for more seldom. Empty: none of it is known. */
export const detailText = (result: RewardResult): string =>
  [
    ...shareText(result.notApplicable ?? 0, result.samples, "null"),
    ...timeText(result),
    ...(result.withRight ? [`ρ ${result.withRight.rank.toFixed(2)} with right, n ${result.withRight.samples}`] : []),
  ].join(" · ");

const blocks = "▁▂▃▄▅▆▇█";

/** The last steps' means, from the lowest to the highest of them; nothing for fewer than two. */
export function sparkline(values: readonly number[]): string {
  if (values.length < 2) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const block = (value: number): string =>
    blocks[
      high - low < 1e-12 ? 3 : Math.min(blocks.length - 1, Math.floor(((value - low) / (high - low)) * blocks.length))
    ]!;
  return ` ${values.map(block).join("")}`;
}

const percent = (part: number, of: number): string => {
  const share = (100 * part) / Math.max(1, of);
  return `${share < 1 ? "< 1" : Math.round(share)} %`;
};
const shareText = (part: number, of: number, what: string): string[] =>
  part === 0 ? [] : [`${percent(part, of)} ${what}`];

function timeText({ times, millisecondsPerSample }: RewardResult): string[] {
  if (times) return [`p50 ${millisecondsText(times.p50)} ms, p99 ${millisecondsText(times.p99)} ms`];
  return millisecondsPerSample === null ? [] : [`${millisecondsText(millisecondsPerSample)} ms per sample`];
}

/** `1 of 4 cases failed`; nothing where none ran beside the rollouts. */
function casesText({ source, cases, failedCases }: RewardResult): string[] {
  if (failedCases.length > 0) return [`${failedCases.length} of ${plural(cases, "case")} failed`];
  return source === "rollouts" && cases > 0 ? [`${plural(cases, "case")} passed`] : [];
}

const millisecondsText = (milliseconds: number): string => (milliseconds < 0.005 ? "< 0.01" : milliseconds.toFixed(2));
