/** Notes on a run's health, from the numbers that it wrote; grown as it writes more. */
import * as z from "zod";
import { isRead, type Series, type StageNumbers } from "../health/stage-numbers";
import { healthNotes } from "../health/rules";
import { usualThresholds, type Thresholds } from "../health/thresholds";
import type { HealthNotes } from "../protocol/health";
import { rewardNames } from "../recipes/reward-names";
import { rewardSchema } from "../recipes/schema";
import type { MetricStore, StageRows } from "./metric-store";
import { openRunMetrics, type RunMetrics } from "./run-metrics";

export interface HealthReader {
  /** Reads what was written since, not many more than `most` bytes. Whether there is more. Throws where the metrics cannot be read. */
  read(most: number): boolean;
  /** Notes on what was read. `recipe`: as the run's record has it. */
  notes(recipe: unknown, thresholds: Thresholds): HealthNotes;
}

/** `metrics`: where somebody reads the run's metrics already, those. */
export function openHealth(folder: string, metrics: RunMetrics = openRunMetrics(folder)): HealthReader {
  return {
    read: (most) => metrics.read(most),
    notes: (recipe, thresholds) =>
      healthNotes(stageNumbers(metrics.store()), thresholds, { weights: weightsOf(recipe) }),
  };
}

/** The numbers of the stages, put together when a rule asks for them. */
function stageNumbers(store: MetricStore): StageNumbers[] {
  return store
    .stages()
    .slice(0, mostStages)
    .map((name) => {
      const stage = store.stage(name)!;
      const names = [...stage.names()].filter(isRead).slice(0, mostMetrics);
      const known = new Map<string, Series>();
      const last = stage.edits().at(-1);
      return {
        name,
        metrics: () => names,
        series(metric) {
          const found = known.get(metric) ?? seriesOf(stage, metric);
          known.set(metric, found);
          return found;
        },
        rewardsSince: last === undefined ? null : stage.steps()[last.row]!,
      };
    });
}

/** A file can hold rows of any stages and names. */
const mostStages = 200;
const mostMetrics = 200;

function seriesOf(stage: StageRows, metric: string): Series {
  const length = stage.length();
  const values = new Float64Array(length);
  stage.read(metric, 0, length, values);
  const steps = stage.steps();
  const series = { steps: [] as number[], values: [] as number[] };
  for (let row = 0; row < length; row++) {
    if (Number.isNaN(values[row]!)) continue;
    series.steps.push(steps[row]!);
    series.values.push(values[row]!);
  }
  return series;
}

const rewardsOf = z.object({ rewards: z.array(rewardSchema) });

/** Weights by the names that metrics know the rewards by; those that nobody knows are taken as 1, and hold only where the sum shows it. */
function weightsOf(recipe: unknown): ReadonlyMap<string, number> {
  const rewards = rewardsOf.safeParse(recipe).data?.rewards ?? [];
  const names = rewardNames(rewards);
  return new Map(rewards.map(({ weight }, index) => [names[index]!, weight]));
}

/** Of a run that nobody waits for, all at once. Metrics that cannot be read give no notes: reading them says why. */
export function readHealth(folder: string, recipe: unknown, thresholds = usualThresholds): HealthNotes {
  const reader = openHealth(folder);
  try {
    while (reader.read(1 << 22));
  } catch {
    return [];
  }
  return reader.notes(recipe, thresholds);
}
