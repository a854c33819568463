/** The numbers of a run's stages as rules read them, gathered row by row. */
import type { MetricsRow } from "../protocol/metrics";

/** A metric of a stage: the rows that have it, by rising step. */
export interface Series {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export interface StageNumbers {
  readonly name: string;
  /** Names of metrics with numbers, of those that rules read. */
  readonly metrics: () => readonly string[];
  /** Empty where the stage has no such metric. */
  readonly series: (metric: string) => Series;
  /** First step that the rewards scored which score now: rewards of earlier steps are another measure. Null: they were never edited. */
  readonly rewardsSince: number | null;
}

/** What rules read. */
export const isRead = (metric: string): boolean => read.test(metric);
const read =
  /^(?:reward|rewards\/.+\/mean|frac_reward_zero_std|signal\/all_(?:right|wrong)|entropy|kl|completions\/(?:mean_length|clipped_ratio)|eval\/(?:pass@\d+|prompts)|learning_rate|grad_norm|ratio\/effective_sample_size|clip_ratio\/region_mean|verifier\/(?:.+\/)?errors)$/;

/** In the order in which they were written; a step that a resumed run makes again stands twice. */
interface Written {
  readonly steps: number[];
  readonly values: number[];
}

interface Stage {
  readonly columns: Map<string, Written>;
  /** Where the hash of the rewards is another than in the row before. */
  readonly hashes: { readonly step: number; readonly hash: string }[];
}

/** A file can hold rows of any stages and names. */
const most = { stages: 200, metrics: 200 };

/** Rows of a metric that are kept: the first ones and the newest. Rules compare these. */
const kept = { rows: 200_000, first: 10_000, dropped: 50_000 };

export interface HealthNumbers {
  /** Of rows of the same stage and step the later number wins. */
  add(rows: readonly MetricsRow[]): void;
  /** In the order in which they first wrote. */
  stages(): StageNumbers[];
}

export function healthNumbers(): HealthNumbers {
  const stages = new Map<string, Stage>();
  return {
    add(rows) {
      for (const row of rows) {
        const stage = stages.get(row.stage) ?? { columns: new Map<string, Written>(), hashes: [] };
        if (!stages.has(row.stage) && stages.size >= most.stages) continue;
        stages.set(row.stage, stage);
        addRow(stage, row);
      }
    },
    stages: () => [...stages].map(([name, stage]) => numbersOf(name, stage)),
  };
}

function addRow({ columns, hashes }: Stage, { step, reward_hash: hash, ...row }: MetricsRow): void {
  if (hash !== undefined && hashes.at(-1)?.hash !== hash) hashes.push({ step, hash });
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== "number" || !Number.isFinite(value) || !isRead(name)) continue;
    let column = columns.get(name);
    if (column === undefined) {
      if (columns.size >= most.metrics) continue;
      column = { steps: [], values: [] };
      columns.set(name, column);
    }
    column.steps.push(step);
    column.values.push(value);
    if (column.steps.length < kept.rows) continue;
    column.steps.splice(kept.first, kept.dropped);
    column.values.splice(kept.first, kept.dropped);
  }
}

function numbersOf(name: string, { columns, hashes }: Stage): StageNumbers {
  const known = new Map<string, Series>();
  return {
    name,
    metrics: () => [...columns.keys()],
    series(metric) {
      const found = known.get(metric) ?? ordered(columns.get(metric) ?? { steps: [], values: [] });
      known.set(metric, found);
      return found;
    },
    // Steps are made in order; those that a resume makes again are scored by what scores now.
    rewardsSince: hashes.length > 1 ? hashes.at(-1)!.step : null,
  };
}

/** By rising step, each once with the number that was written last. */
function ordered({ steps, values }: Written): Series {
  if (steps.every((step, at) => at === 0 || step > steps[at - 1]!)) return { steps, values };
  const newest = new Map(steps.map((step, at) => [step, values[at]!]));
  const order = [...newest.keys()].sort((a, b) => a - b);
  return { steps: order, values: order.map((step) => newest.get(step)!) };
}
