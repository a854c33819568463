/** Notes on a run's health, from the numbers that it wrote; grown as it writes more. */
import * as z from "zod";
import { healthNumbers } from "../health/stage-numbers";
import { healthNotes } from "../health/rules";
import { usualThresholds, type Thresholds } from "../health/thresholds";
import type { HealthNotes } from "../protocol/health";
import { rewardNames } from "../recipes/reward-names";
import { rewardSchema } from "../recipes/schema";
import { readMetrics } from "./metrics";

export interface HealthReader {
  /** Reads what was written since, not many more than `most` bytes. Whether there is more. Throws where the metrics cannot be read. */
  read(most: number): boolean;
  /** Notes on what was read. `recipe`: as the run's record has it. */
  notes(recipe: unknown, thresholds: Thresholds): HealthNotes;
}

export function openHealth(folder: string): HealthReader {
  let numbers = healthNumbers();
  let cursor = 0;
  return {
    read(most) {
      const part = readMetrics(folder, cursor, most);
      // A file that has become shorter is read from its start.
      if (part.cursor < cursor) {
        numbers = healthNumbers();
        cursor = 0;
        return true;
      }
      numbers.add(part.rows);
      cursor = part.cursor;
      return part.more;
    },
    notes: (recipe, thresholds) => healthNotes(numbers.stages(), thresholds, { weights: weightsOf(recipe) }),
  };
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
