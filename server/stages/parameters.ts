import { join } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import { parseBoundedJson } from "../shared/bounded-json";
import { newModelConfig, parseModelConfig, type ModelConfig } from "../models/config";
import { openGgufCheckpoint } from "../models/gguf-checkpoint";
import { parameterCountOf } from "../models/model-size";
import { checkpointPath, isGguf } from "../recipes/resolve-from";
import type { Recipe } from "../recipes/schema";

/** Symbols that a new model is counted with: its tokenizer is not made yet, and a few more or less change little. */
const symbols = 64;

/** Numbers of a recipe's model, before it is loaded: what the choice of an engine goes by. 0 when the checkpoint's `config.json` cannot be read. */
export async function parametersOf({ model }: Recipe, recipeFolder: string): Promise<number> {
  const config = await configOf(model, recipeFolder);
  if (!config) return 0;
  return parameterCountOf(config);
}

async function configOf(model: Recipe["model"], folder: string): Promise<ModelConfig | null> {
  if (!("checkpoint" in model)) return newModelConfig(model, { size: symbols, eos: 1, pad: 0 });
  const path = checkpointPath(folder, model.checkpoint);
  const file = join(path, "config.json");
  try {
    if (isGguf(model.checkpoint)) return (await openGgufCheckpoint(path)).config;
    return parseModelConfig(parseBoundedJson(readText(file, sizeLimits.model)), file);
  } catch {
    // Loading the checkpoint says what is wrong with it.
    return null;
  }
}
