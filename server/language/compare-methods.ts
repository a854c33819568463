/** The `lab/compare/…` methods: what can be compared, and the comparison. */
import { fileURLToPath } from "node:url";
import * as z from "zod";
import * as methods from "../protocol/editor";
import type { CompareOffersResult, CompareProgress, CompareResult } from "../protocol/editor";
import { algorithms, presets } from "../recipes/presets";
import { compareAlgorithms, defaultTokens } from "../supervisor/compare";
import { readRecipe } from "../supervisor/read-recipe";
import type { RunHandlers, RunOptions } from "../supervisor/run";
import { folderOf, needTrust, touchesOf, type Workspace } from "./request-guards";

export interface CompareState extends Workspace {
  readonly options: () => RunOptions;
  readonly handlers: RunHandlers;
  readonly progress: (progress: CompareProgress) => void;
}

type Handler = (params: unknown, signal: AbortSignal) => unknown;

const recipeParams = z.object({ recipeUri: z.string() });
const compareParams = recipeParams.extend({
  stage: z.string(),
  algorithms: z.array(z.enum(algorithms)).min(1),
  seeds: z.array(z.int().min(0)).min(1),
  tokens: z.int().positive(),
});
/** Held-out pass@1 that the table says when was reached. */
const target = 0.9;

/** Handlers by method name. */
export function compareMethods(state: CompareState): Readonly<Record<string, Handler>> {
  return {
    [methods.compareOffers]: (params): CompareOffersResult => {
      const { recipe } = readRecipe(fileURLToPath(recipeParams.parse(params).recipeUri), touchesOf(state));
      return {
        stages: recipe.stages.flatMap((stage) =>
          stage.kind === "reasoning-rl" ? [{ name: stage.name, tokens: defaultTokens(stage) }] : [],
        ),
        algorithms: algorithms.map((name) => ({ name, about: presets[name].about })),
      };
    },
    [methods.compare]: async (params, signal): Promise<CompareResult> => {
      const { recipeUri, stage, algorithms: chosen, seeds, tokens } = compareParams.parse(params);
      needTrust(state, "A comparison");
      const recipeFile = fileURLToPath(recipeUri);
      const command = `reasoning-lab compare RECIPE --stage ${stage} --algorithms ${chosen.join(",")} --seeds ${seeds.join(",")} --tokens ${tokens}`;
      const { report } = await compareAlgorithms(
        {
          ...{ ...state.options(), workspaceFolder: folderOf(state, recipeFile), recipeFile, stage, seeds, tokens },
          ...{ algorithms: chosen, target, out: null, command },
        },
        { ...state.handlers, run: (what, done, all) => state.progress({ what, done, all }) },
        signal,
      );
      return { report };
    },
  };
}
