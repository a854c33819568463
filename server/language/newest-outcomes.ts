/** What the newest run of a workspace folder says of the rewards of a file: read again only when the run has moved on. */
import { dirname, join, relative, sep } from "node:path";
import type { RunEntry } from "../protocol/editor";
import type { RewardOutcome } from "../protocol/traces";
import { rewardNames } from "../recipes/reward-names";
import { recipeSchema } from "../recipes/schema";
import { readMetrics } from "../runs/metrics";
import { openTraces } from "../runs/trace-reader";
import { resultOfOutcomes } from "./reward-results";
import type { RewardResult } from "./reward-results";

/** Rollouts that a lens speaks of. */
const newest = 256;

interface Cached {
  readonly stamp: string;
  readonly results: ReadonlyMap<string, RewardResult>;
}

export function newestOutcomes(): (file: string, runs: readonly RunEntry[]) => ReadonlyMap<string, RewardResult> {
  const cache = new Map<string, Cached>();
  return (file, runs) => {
    for (const run of runs) {
      const names = namesOf(file, run);
      if (names.size === 0) continue;
      const stage = run.record?.stages.find(({ kind, step }) => kind === "reasoning-rl" && step > 0);
      if (!stage) continue;
      const stamp = `${run.folder} ${stage.name} ${stage.step}`;
      const known = cache.get(file);
      if (known?.stamp === stamp) return known.results;
      const results = outcomesOf(run.folder, names);
      cache.set(file, { stamp, results });
      return results;
    }
    return new Map();
  };
}

/** Exports of the file that the run's recipe uses, with the names that the run knows them by. */
function namesOf(file: string, { record, workspaceFolder }: RunEntry): ReadonlyMap<string, string> {
  const recipe = recipeSchema.safeParse(record?.recipe);
  if (!record || !recipe.success) return new Map();
  const folder = dirname(join(workspaceFolder, ...record.recipeFile.split("/")));
  const path = relative(folder, file).split(sep).join("/");
  const names = rewardNames(recipe.data.rewards);
  return new Map(
    recipe.data.rewards.flatMap(({ function: reference }, index) => {
      const at = reference.lastIndexOf("#");
      return reference.slice(0, at) === path ? [[reference.slice(at + 1), names[index]!]] : [];
    }),
  );
}

function outcomesOf(folder: string, names: ReadonlyMap<string, string>): ReadonlyMap<string, RewardResult> {
  const traces = openTraces(folder);
  try {
    const rollouts = traces.newest(newest);
    const last = readMetrics(folder, 0).rows.findLast((row) => "reward" in row);
    return new Map(
      [...names].map(([name, known]) => {
        const outcomes = rollouts.flatMap(({ rewards }): RewardOutcome[] => (rewards[known] ? [rewards[known]] : []));
        const milliseconds = last?.[`verifier/${known}/milliseconds`];
        return [name, resultOfOutcomes(outcomes, typeof milliseconds === "number" ? milliseconds : null)];
      }),
    );
  } finally {
    traces.close();
  }
}
