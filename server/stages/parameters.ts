import { join } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { newModelConfig, parseModelConfig } from "../models/config";
import { parameterCountOf } from "../models/model-size";
import { resolveFrom } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";
import type { PipelinePaths } from "./pipeline";

/** Symbols that a new model is counted with: its tokenizer is not made yet, and a few more or less change little. */
const symbols = 64;

/** Numbers of a recipe's model, before it is loaded: what the choice of an engine goes by. 0 when the checkpoint's `config.json` cannot be read. */
export function parametersOf({ model }: Recipe, { recipeFolder }: PipelinePaths): number {
  const config = configOf(model, recipeFolder);
  if (!config) return 0;
  return parameterCountOf(config);
}

function configOf(model: Recipe["model"], folder: string): ReturnType<typeof newModelConfig> | null {
  if (!("checkpoint" in model)) return newModelConfig(model, { size: symbols, eos: 1, pad: 0 });
  const file = join(resolveFrom(folder, model.checkpoint), "config.json");
  try {
    return parseModelConfig(parseBoundedJson(readText(file, sizeLimits.model)), file);
  } catch {
    // Loading the checkpoint says what is wrong with it.
    return null;
  }
}
