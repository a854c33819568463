/** What a reward model says of completions whose prompts are known by their text only, as labels know them. */
import { dirname } from "node:path";
import { loadRewardModel, rewardsOfTexts } from "../../models/reward-model";
import { adapterBase } from "../../recipes/resolve-from";
import { recipeSchema, type Recipe } from "../../recipes/schema";
import { recipeFileOf } from "../../runs/paths";
import { readRecord } from "../../runs/record";
import { createTasks } from "../../tasks/create-tasks";
import { askedAs } from "../../tasks/system-prompt";

interface JudgedText {
  readonly prompt: string;
  readonly completion: string;
}

export interface LabelledRewards {
  /** `[texts]`; null of a text that is longer than the model's positions. */
  readonly rewards: readonly (number | null)[];
  /** How many prompts no task of the model's recipe asks: they are read without a system message. */
  readonly unknown: number;
}

/** The recipe of the run that trained a reward model, and its folder. */
function sourceOf(checkpoint: string): { readonly recipe: Recipe; readonly folder: string } {
  const run = dirname(dirname(checkpoint));
  const record = readRecord(run);
  return { recipe: recipeSchema.parse(record.recipe), folder: dirname(recipeFileOf(run, record)) };
}

/** Texts are read as those that the model learnt from. Throws an Error for people when the checkpoint is no reward model, or its recipe's data cannot be read. */
export async function labelledRewards(checkpoint: string, texts: readonly JudgedText[]): Promise<LabelledRewards> {
  const { recipe, folder } = sourceOf(checkpoint);
  const base = adapterBase(folder, recipe.model);
  const model = await loadRewardModel(checkpoint, base);
  // With its system message, and its earlier turns.
  const asks = askedAs(createTasks(recipe, folder));
  const asked = new Map(texts.map(({ prompt }) => [prompt, asks(prompt)]));
  const rewards = rewardsOfTexts(
    model,
    texts.map(({ prompt, completion }) => ({ ...(asked.get(prompt) ?? { prompt }), completion })),
  );
  return { rewards, unknown: [...asked.values()].filter((known) => known === null).length };
}
