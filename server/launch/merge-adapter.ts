/** Makes one whole model of a run's checkpoint that holds an adapter, for programs that read no adapters. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { startEngine } from "../engine/start-engine";
import { writeProblem } from "../files/write-problem";
import { loadPolicy, loadPromptOptions, modelFiles } from "../models/checkpoint";
import { mergedWeights } from "../models/lora";
import { holdsAdapter } from "../models/peft-adapter";
import { createPolicy, disposePolicy } from "../models/policy";
import { toArrays } from "../models/weights";
import { adapterBase } from "../recipes/resolve-from";
import { usesChatTemplate } from "../recipes/schema";
import { writeDurably } from "../runs/atomic-file";
import { checkpointsFolder, recipeFileOf } from "../runs/paths";
import { readRecord } from "../runs/record";
import { UserError } from "../shared/user-error";
import { planEvaluation, type EvaluateRequest } from "./evaluate-checkpoint";

export interface Merged {
  /** Folder of the whole model. */
  readonly path: string;
  /** The adapter's checkpoint. */
  readonly checkpoint: string;
  /** What it was beside. */
  readonly base: string;
}

/**
 * Writes the model with its adapter added into a folder that is new. Throws a UserError where the checkpoint holds a whole model already, the model that the
 * adapter is beside is gone, or the folder cannot be written; then nothing is left of it.
 */
export async function mergeAdapter(
  { folder, checkpoint: wanted }: Pick<EvaluateRequest, "folder" | "checkpoint">,
  to: string,
): Promise<Merged> {
  const { recipe, checkpoint } = planEvaluation({ folder, checkpoint: wanted, samples: null });
  const adapter = join(checkpointsFolder(folder), checkpoint);
  const base = adapterBase(dirname(recipeFileOf(folder, readRecord(folder))), recipe.model);
  if (base === undefined || !holdsAdapter(adapter))
    throw new UserError(`${adapter} holds a whole model: there is no adapter to merge.`);
  if (!existsSync(base))
    throw new UserError(`${base} is gone, which the adapter of ${adapter} is beside. Bring it back, and try again.`);
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new UserError(`${to} is there, and holds something. Name a folder that is new.`);
  await startEngine("cpu", { kernels: "", tensorflow: null });
  const options = (await loadPromptOptions(adapter)) ?? { chatTemplate: usesChatTemplate(recipe.model) };
  const policy = await loadPolicy(adapter, { ...options, base });
  const { config, tokenizer, chat } = policy;
  const merged = mergedWeights(policy.weights, policy.adapter!);
  const arrays = toArrays(merged.weights);
  merged.dispose();
  disposePolicy(policy);
  const unfinished = join(dirname(to), `.${basename(to)}.unfinished`);
  try {
    rmSync(unfinished, { recursive: true, force: true });
    for (const [name, content] of Object.entries(modelFiles(createPolicy(config, arrays, tokenizer, chat, true)))) {
      mkdirSync(dirname(join(unfinished, name)), { recursive: true });
      writeDurably(join(unfinished, name), content);
    }
    rmSync(to, { recursive: true, force: true });
    renameSync(unfinished, to);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new UserError(`The merged model was not written to ${to}: ${writeProblem(to, error)}.`, { cause: error });
  }
  return { path: to, checkpoint: adapter, base };
}
