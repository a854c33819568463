/** Runs with rollouts to be scored again, for tests. */
import { join } from "node:path";
import type { RewardOutcome } from "../protocol/traces";
import { projectFolder } from "../processes/installation.testing";
import { recipeSchema } from "../recipes/schema";
import { createRun } from "../runs/create-run";
import { exampleRollout } from "../runs/example-run";
import { openRunWriter } from "../runs/writer";

export const score = (value: number): RewardOutcome => ({ kind: "score", score: value, extras: {} });

export interface StoredRun {
  readonly workspace: string;
  readonly file: string;
  readonly folder: string;
}

interface Stored {
  /** Of the reward file. */
  readonly source: string;
  /** Exports that the recipe uses, with their weights. */
  readonly rewards: Readonly<Record<string, number>>;
  readonly stage?: object;
  readonly steps: number;
  readonly groups: number;
  readonly samples: number;
  readonly completion: (step: number, group: number, sample: number) => string;
  /** What the rewards said. */
  readonly said: (completion: string) => Readonly<Record<string, RewardOutcome>>;
  readonly tokens?: number;
}

/** A project and a run of it, whose rewards have scored `completion`s as `said`. */
export function storedRun(of: Stored): StoredRun {
  const recipe = recipeSchema.parse({
    name: "stored",
    model: {},
    task: { name: "chain-sum" },
    rewards: Object.entries(of.rewards).map(([name, weight]) => ({ function: `a.reward.ts#${name}`, weight })),
    stages: [
      { kind: "reasoning-rl", steps: of.steps, num_generations: of.samples, prompts_per_step: of.groups, ...of.stage },
    ],
  });
  const workspace = projectFolder({ "a.reward.ts": of.source, "stored.lab.json": JSON.stringify(recipe) });
  const folder = createRun({
    workspaceFolder: workspace,
    recipeFile: "stored.lab.json",
    name: "stored",
    recipe,
    seed: 0,
    versions: {},
    hashes: { recipe: "", rewards: {}, data: {} },
    stages: [{ name: "reasoning-rl", kind: "reasoning-rl", steps: of.steps, from: null }],
  });
  const writer = openRunWriter(folder);
  const { perToken } = exampleRollout();
  const tokens = Int32Array.from({ length: of.tokens ?? 3 }, (_, index) => index % 40);
  for (let step = 1; step <= of.steps; step++) {
    const rollouts = Array.from({ length: of.groups * of.samples }, (_, index) => {
      const [group, sample] = [Math.floor(index / of.samples), index % of.samples];
      const completion = of.completion(step, group, sample);
      const rewards = { ...of.said(completion) };
      const scores = Object.entries(rewards).map(([name, said]) =>
        said.kind === "score" ? said.score * (of.rewards[name] ?? 1) : 0,
      );
      return exampleRollout({
        step,
        group,
        sample,
        completion,
        rewards,
        prompt: `p${step}-${group}`,
        answer: "1",
        row: JSON.stringify({ level: group }),
        reward: scores.reduce((sum, value) => sum + value, 0),
        length: tokens.length,
        perToken: { ...perToken, tokens, oldLogprobs: null, entropy: null, ratio: null, clipped: null },
      });
    });
    writer.recordRollouts(rollouts);
    writer.appendMetrics({ stage: "reasoning-rl", step, time: step, reward: 0 });
  }
  writer.update((record) => ({ ...record, status: "completed", process: null }));
  writer.close();
  return { workspace, file: join(workspace, "a.reward.ts"), folder };
}
