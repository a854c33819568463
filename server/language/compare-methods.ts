/** Answers about comparisons: what can be compared, and the comparison. */
import * as z from "zod";
import { comparableStages } from "../comparison/variant";
import type { CompareProgress } from "../protocol/editor";
import type { Handlers } from "../protocol/methods";
import { algorithms, presets } from "../recipes/presets";
import { compareAlgorithms, defaultTokens } from "../comparison/compare";
import { readRecipe } from "../launch/read-recipe";
import type { RunHandlers, RunOptions } from "../launch/run";
import { folderOf, needTrust, touchesOf, type Workspace } from "./request-guards";
import { pathOfUri } from "../files/path-of-uri";

export interface CompareState extends Workspace {
  readonly options: () => RunOptions;
  readonly handlers: RunHandlers;
  readonly progress: (progress: CompareProgress) => void;
}

const chosenAlgorithms = z.array(z.enum(algorithms));
/** Held-out pass@1 that the table says when was reached. */
const target = 0.9;

export function compareMethods(state: CompareState): Handlers<"compareOffers" | "compare"> {
  return {
    compareOffers: ({ recipeUri }) => {
      const { recipe } = readRecipe(pathOfUri(recipeUri), touchesOf(state));
      return {
        stages: comparableStages(recipe).map((stage) => ({ name: stage.name, tokens: defaultTokens(stage) })),
        algorithms: algorithms.map((name) => ({ name, about: presets[name].about })),
      };
    },
    compare: async ({ recipeUri, stage, algorithms: named, seeds, tokens }, signal) => {
      const chosen = chosenAlgorithms.parse(named);
      needTrust(state, "A comparison");
      const recipeFile = pathOfUri(recipeUri);
      const command = `reasoning-lab compare RECIPE --stage ${stage} --algorithms ${chosen.join(",")} --seeds ${seeds.join(",")} --tokens ${tokens}`;
      const { report } = await compareAlgorithms(
        {
          ...state.options(),
          workspaceFolder: folderOf(state, recipeFile),
          recipeFile,
          stage,
          seeds,
          tokens,
          algorithms: chosen,
          target,
          out: null,
          command,
        },
        { ...state.handlers, run: (what, done, all) => state.progress({ what, done, all }) },
        signal,
      );
      return { report };
    },
  };
}
