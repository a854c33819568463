/** Adapters as `peft` keeps them: `adapter_config.json` and `adapter_model.safetensors`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readTextSoon, sizeLimits } from "../files/workspace-file";
import type { FileContent } from "../shared/file-content";
import { UserError } from "../shared/user-error";
import { parseFields, parseJson } from "./json-file";
import { adapterShapes, createAdapter, linearModules, type Adapter, type AdapterSettings } from "./lora";
import type { Policy } from "./policy";
import { readSafetensors, writeSafetensors } from "./safetensors";
import { toWritten } from "./weights";

export const adapterConfigFile = "adapter_config.json";
const weightsFile = "adapter_model.safetensors";
/** What stands before a tensor's name there. */
const prefix = "base_model.model.";

export const holdsAdapter = (folder: string): boolean => existsSync(join(folder, adapterConfigFile));

/** `base`: where the model lies that it was trained beside, for `peft` to find. */
export function adapterFiles(
  { config }: Pick<Policy, "config">,
  { settings, weights }: Adapter,
  base: string | null,
): Record<string, FileContent> {
  const { rank, alpha, use_rslora, target_modules, dropout } = settings;
  const fields = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    use_rslora,
    target_modules: [...target_modules],
    lora_dropout: dropout,
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
  };
  const tensors = new Map(toWritten(weights, adapterShapes(config, settings), prefix));
  return {
    [adapterConfigFile]: `${JSON.stringify(fields, null, 2)}\n`,
    [weightsFile]: writeSafetensors(tensors),
  };
}

const none = (what: string) =>
  z
    .unknown()
    .refine(
      (value) =>
        value == null ||
        value === false ||
        value === 0 ||
        (typeof value === "object" && Object.keys(value).length === 0),
      what,
    );

const configSchema = z.object({
  peft_type: z.literal("LORA", "must be LORA: other adapters are not supported"),
  r: z.int().min(1).max(65_536),
  lora_alpha: z.number().positive(),
  use_rslora: z.boolean().default(false),
  lora_dropout: z.number().min(0).lt(1, "must be below 1: nothing would be left").default(0),
  target_modules: z.union([z.literal("all-linear").transform(() => [...linearModules]), z.array(z.string())]),
  bias: z.literal("none", 'must be "none": trained biases are not supported').default("none"),
  fan_in_fan_out: z.literal(false, "must be false").default(false),
  use_dora: none("DoRA is not supported").optional(),
  modules_to_save: none("whole modules beside the adapter are not supported").optional(),
  rank_pattern: none("ranks by layer are not supported").optional(),
  alpha_pattern: none("alphas by layer are not supported").optional(),
  layers_to_transform: none("adapters on some layers only are not supported").optional(),
});

/** The adapter of a folder, for a model. Throws, naming the file, where it is of another model or of a kind that is not supported. */
export async function readAdapter(folder: string, { config }: Pick<Policy, "config">): Promise<Adapter> {
  const path = join(folder, adapterConfigFile);
  const fields = parseFields(configSchema, parseJson(await readTextSoon(path, sizeLimits.model), path), path);
  // peft writes layers by their last names or by their whole ones; which layers there are the tensors say.
  const modules = [...new Set(fields.target_modules.map((name) => name.split(".").at(-1)!))];
  const other = modules.find((name) => !linearModules.some((known) => known === name));
  if (other !== undefined)
    throw new UserError(
      `${path}: target_modules: ${other} is none of the layers that can have an adapter here: ${linearModules.join(", ")}.`,
    );
  const settings: AdapterSettings = {
    rank: fields.r,
    alpha: fields.lora_alpha,
    use_rslora: fields.use_rslora,
    dropout: fields.lora_dropout,
    target_modules: linearModules.filter((name) => modules.includes(name)),
  };
  const file = join(folder, weightsFile);
  const tensors = await readSafetensors(file);
  const shapes = new Map(adapterShapes(config, settings).map(({ name, shape }) => [prefix + name, shape]));
  for (const [name, { shape }] of tensors) {
    const own = shapes.get(name);
    if (!own) throw new UserError(`${file} has a tensor ${name}, which an adapter of this model does not have.`);
    if (own.join() !== shape.join())
      throw new UserError(
        `The tensor ${name} of ${file} has the shape [${shape.join(", ")}]; for this model it is [${own.join(", ")}].`,
      );
  }
  const missing = [...shapes.keys()].find((name) => !tensors.has(name));
  if (missing !== undefined)
    throw new UserError(`${file} has no tensor ${missing}, which ${adapterConfigFile} says it holds.`);
  return createAdapter(
    config,
    settings,
    new Map([...tensors].map(([name, { values }]) => [name.slice(prefix.length), values])),
  );
}
