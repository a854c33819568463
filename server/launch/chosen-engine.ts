/** Which engine a run asks for: the recipe's, and where that is `auto` the user's choice. */
import type { ToTrainer } from "../protocol/trainer";
import type { Recipe } from "../recipes/schema";
import { UserError } from "../shared/user-error";

export interface EngineOptions {
  /** TensorFlow, where it is installed and works. */
  readonly tensorflow?: Extract<ToTrainer, { type: "start" }>["tensorflow"];
  /** Why an installed TensorFlow cannot be used; null: it can, or is not installed. */
  readonly tensorflowProblem?: string | null;
  /** The user's choice, in place of a recipe's `auto`. */
  readonly engine?: Recipe["engine"];
}

/** The recipe with the engine to start. Throws when that one is installed and does not work. */
export function withChosenEngine(recipe: Recipe, { engine, tensorflow, tensorflowProblem }: EngineOptions): Recipe {
  const chosen = recipe.engine === "auto" ? (engine ?? "auto") : recipe.engine;
  if (chosen === "tensorflow" && !tensorflow && tensorflowProblem != null) {
    throw new UserError(
      `The engine "tensorflow" cannot be used. ${tensorflowProblem} To train without it, choose another engine.`,
    );
  }
  return { ...recipe, engine: chosen };
}
