/** All rewards of a run's recipe, as they stand now, on answers that no run has recorded. */
import { dirname, resolve } from "node:path";
import { rewardSums } from "../algorithms/advantages";
import type { Installation } from "../processes/installation";
import { workspaceJudges } from "../processes/rewards/open-judges";
import { openRewardPool } from "../processes/rewards/reward-pool";
import { findRewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import type { RewardOutcome } from "../protocol/traces";
import { rewardNames } from "../recipes/reward-names";
import type { Recipe } from "../recipes/schema";
import { scoresOf } from "../stages/rl/sample-scores";
import { UserError } from "../shared/user-error";

export interface AnswersToScore {
  readonly recipe: Recipe;
  /** The recipe file, absolute. */
  readonly recipeFile: string;
  readonly workspaceFolder: string;
  readonly prompt: string;
  readonly answer: string;
  /** The task's row beside prompt and answer. */
  readonly columns: Readonly<Record<string, unknown>>;
  /** Of one prompt: rewards of groups see them together. */
  readonly completions: readonly string[];
  readonly installation: Installation;
  readonly nodePath: string;
  readonly log: (text: string) => void;
}

export interface ScoredAnswers {
  /** Of the recipe's rewards, in its order. */
  readonly names: readonly string[];
  readonly weights: readonly number[];
  /** `[completions]` by reward. */
  readonly outcomes: readonly Readonly<Record<string, RewardOutcome>>[];
  /** `[completions]` weighted sums, as training makes them of rewards; null: no reward gave a score. */
  readonly totals: readonly (number | null)[];
}

/** Seconds that a reward may take. */
const timeout = 10;

/** Throws an Error for people where a reward does not load, or the recipe has none. */
export async function scoreAnswers(options: AnswersToScore): Promise<ScoredAnswers> {
  const { recipe, prompt, answer, columns, completions, log } = options;
  if (recipe.rewards.length === 0) throw new UserError("The run's recipe has no rewards.");
  const names = rewardNames(recipe.rewards);
  const weights = recipe.rewards.map(({ weight }) => weight);
  const scratch = makeScratchFolder();
  const judges = workspaceJudges(options.workspaceFolder, log);
  const pool = openRewardPool({
    // A person asks what each of them says, whichever task its prompts are of.
    rewards: recipe.rewards.map((reward) => ({ ...reward, prompts: "all" as const })),
    folder: dirname(options.recipeFile),
    workspace: resolve(options.workspaceFolder),
    bundleFolder: scratch.path,
    judges,
    installation: options.installation,
    runtime: await findRewardRuntime(options.nodePath),
    log,
  });
  try {
    const row = { ...columns, prompt, answer };
    const { outcomes } = await pool.score([{ prompt, answer, completions: [...completions], row }], timeout);
    const said = completions.map((_, index) =>
      Object.fromEntries(names.map((name) => [name, outcomes[name]![0]![index]!])),
    );
    const perFunction = said.map((one) => scoresOf(names.map((name) => one[name]!)));
    return { names, weights, outcomes: said, totals: rewardSums(perFunction, weights) };
  } finally {
    pool.close();
    judges.close();
    scratch.remove();
  }
}
