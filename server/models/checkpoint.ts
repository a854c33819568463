/** Checkpoints: the files that `transformers` loads, and beside them the trainer's own state. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import type { OptimizerState } from "../engine/optimizer";
import { restoreOptimizer } from "../engine/optimizer";
import { parseModelConfig, toConfigJson } from "./config";
import type { ModelConfig } from "./config";
import { parseFields, parseJson } from "./json-file";
import { createPolicy } from "./policy";
import type { Policy } from "./policy";
import { readSafetensors, writeSafetensors } from "./safetensors";
import type { NamedTensor } from "./safetensors";
import { createTokenizer } from "./tokenizer";
import { toArrays, weightShapes } from "./weights";
import type { Weights } from "./weights";

export type CheckpointFiles = Record<string, string | Uint8Array>;

/** What `trainer.json` says. Random numbers and data positions follow from the step, so that it is all there is to keep. */
const trainerSchema = z.object({
  format: z.literal(1),
  stage: z.string(),
  step: z.int().nonnegative(),
  /** Tokens trained on or sampled so far. */
  tokens: z.number().nonnegative(),
  updates: z.int().nonnegative(),
  /** Files of the stage beside the policy and its optimizer: without one of them it would go on otherwise than it was. */
  extras: z.array(z.string()).default([]),
});
type TrainerPosition = Pick<z.infer<typeof trainerSchema>, "stage" | "step" | "tokens">;

/** What a stage keeps beside the policy and its optimizer, so that a resume goes on exactly. */
export interface StageExtras {
  /** `stage.json`; null: nothing. */
  readonly state: object | null;
  /** `<name>.safetensors` by name. */
  readonly arrays: Readonly<Record<string, ReadonlyMap<string, Float32Array>>>;
}

export const noExtras: StageExtras = { state: null, arrays: {} };

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function named(policy: Policy, weights: Weights, prefix = ""): [string, NamedTensor][] {
  const arrays = toArrays(weights);
  return weightShapes(policy.config).map(({ name, shape }) => [prefix + name, { shape, values: arrays.get(name)! }]);
}

/** Files of a checkpoint at a position of a stage. What was loaded with the model and does not change is saved as it was. */
export function checkpointFiles(
  policy: Policy,
  optimizer: OptimizerState,
  position: TrainerPosition,
  { state, arrays }: StageExtras = noExtras,
): CheckpointFiles {
  const flat = (tensors: ReadonlyMap<string, Float32Array>): Uint8Array =>
    writeSafetensors(
      new Map([...tensors].map(([name, numbers]) => [name, { shape: [numbers.length], values: numbers }])),
    );
  const { stops, pad, files } = policy.tokenizer;
  const moments = new Map([...named(policy, optimizer.m, "m."), ...named(policy, optimizer.v, "v.")]);
  const eos_token_id = stops.length > 1 ? stops : stops[0];
  const generation = { eos_token_id, pad_token_id: pad, do_sample: true, temperature: 1 };
  const template = files["chat_template.jinja"];
  const extras = {
    ...(state === null ? {} : { "stage.json": json(state) }),
    ...Object.fromEntries(Object.entries(arrays).map(([name, tensors]) => [`${name}.safetensors`, flat(tensors)])),
  };
  return {
    "config.json": json(toConfigJson(policy.config)),
    "generation_config.json": files["generation_config.json"] ?? json(generation),
    "model.safetensors": writeSafetensors(new Map(named(policy, policy.weights))),
    "tokenizer.json": files["tokenizer.json"],
    "tokenizer_config.json": files["tokenizer_config.json"],
    ...(template === null ? {} : { "chat_template.jinja": template }),
    "trainer.safetensors": writeSafetensors(moments),
    "trainer.json": json({ format: 1, ...position, updates: optimizer.updates, extras: Object.keys(extras) }),
    ...extras,
  };
}

const unreadable = (folder: string, file: string, cause: unknown): Error =>
  new Error(`The checkpoint ${folder} has no ${file} that can be read.`, { cause });

async function read(folder: string, file: string): Promise<string> {
  try {
    return await readFile(join(folder, file), "utf8");
  } catch (error) {
    throw unreadable(folder, file, error);
  }
}

async function readTensors(folder: string, file: string): Promise<Map<string, NamedTensor>> {
  try {
    return await readSafetensors(join(folder, file));
  } catch (error) {
    // The system's errors have a code, ours say what is wrong.
    throw error instanceof Error && "code" in error ? unreadable(folder, file, error) : error;
  }
}

/** Null when there is no such file. */
const readOptional = (folder: string, file: string): Promise<string | null> =>
  existsSync(join(folder, file)) ? read(folder, file) : Promise.resolve(null);

const parseFile = <T>(schema: z.ZodType<T>, content: string, file: string): T =>
  parseFields(schema, parseJson(content, file), file);

const values = (tensors: ReadonlyMap<string, NamedTensor>, prefix = ""): Map<string, Float32Array> =>
  new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor.values]] : [],
    ),
  );

const tokenId = z.int().nonnegative();
const generationSchema = z.object({ eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish() });

export interface LoadOptions {
  /** Prompts are wrapped in the checkpoint's chat template. */
  readonly chatTemplate: boolean;
}

/**
 * Loads the model of a checkpoint folder in Hugging Face format; `model.safetensors` may be in shards. Throws with the file and what is wrong
 * with it.
 */
export async function loadPolicy(folder: string, options: LoadOptions = { chatTemplate: false }): Promise<Policy> {
  const path = join(folder, "config.json");
  // One after the other, so that of several missing files the first is named, the same each time.
  const config = parseModelConfig(parseJson(await read(folder, "config.json"), path), path);
  const files = {
    "tokenizer.json": await read(folder, "tokenizer.json"),
    "tokenizer_config.json": await read(folder, "tokenizer_config.json"),
    "chat_template.jinja": await readOptional(folder, "chat_template.jinja"),
    "generation_config.json": await readOptional(folder, "generation_config.json"),
  };
  const generation = files["generation_config.json"];
  const { eos_token_id } =
    generation === null ? {} : parseFile(generationSchema, generation, join(folder, "generation_config.json"));
  const ids = {
    // What generation stops at comes before what the architecture was configured with, as in transformers.
    eos: eos_token_id == null ? config.eos_token_ids : [eos_token_id].flat(),
    pad: config.pad_token_id,
    vocabulary: config.vocab_size,
  };
  const tokenizer = createTokenizer(files, ids, folder);
  if (options.chatTemplate && tokenizer.chatTemplate === null) {
    throw new Error(
      `The recipe wants prompts in the chat template of ${folder}, which has none: neither chat_template.jinja nor chat_template in ` +
        'tokenizer_config.json. Set "chat_template" of the recipe\'s model to false.',
    );
  }
  const tensors = await readWeights(folder);
  checkTensors(config, tensors, folder);
  return createPolicy(config, values(tensors), tokenizer, options.chatTemplate);
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
const single = "model.safetensors";
const index = "model.safetensors.index.json";

/** The tensors of `model.safetensors`, or of the shards that its index names. */
async function readWeights(folder: string): Promise<Map<string, NamedTensor>> {
  if (existsSync(join(folder, single)) || !existsSync(join(folder, index))) return readTensors(folder, single);
  const { weight_map } = parseFile(indexSchema, await read(folder, index), join(folder, index));
  const tensors = new Map<string, NamedTensor>();
  for (const shard of new Set(Object.values(weight_map))) {
    if (basename(shard) !== shard)
      throw new Error(`${join(folder, index)}: ${shard} is not the name of a file beside it.`);
    for (const [name, tensor] of await readTensors(folder, shard))
      if (weight_map[name] === shard) tensors.set(name, tensor);
  }
  const missing = Object.entries(weight_map).find(([name]) => !tensors.has(name));
  if (missing)
    throw new Error(`${join(folder, missing[1])} has no tensor ${missing[0]}, which ${index} says it holds.`);
  return tensors;
}

/** Buffers that old checkpoints hold beside the parameters; they follow from the configuration. */
const derived = /\.rotary_emb\.inv_freq$/;

/** Throws at the first tensor that is missing, has another shape or is none of the architecture's: the model would compute something else. */
function checkTensors(config: ModelConfig, tensors: ReadonlyMap<string, NamedTensor>, folder: string): void {
  const shapes = weightShapes(config);
  for (const { name, shape } of shapes) {
    const found = tensors.get(name)?.shape;
    if (!found) throw new Error(`The checkpoint ${folder} has no tensor ${name}, which config.json asks for.`);
    if (found.join() === shape.join()) continue;
    throw new Error(
      `The tensor ${name} of ${folder} has the shape [${found.join(", ")}]; by config.json it is [${shape.join(", ")}].`,
    );
  }
  const known = new Set(shapes.map(({ name }) => name));
  // With tied embeddings the output layer is the embedding, whatever else the file holds.
  if (config.tie_word_embeddings) known.add("lm_head.weight");
  const other = [...tensors.keys()].find((name) => !known.has(name) && !derived.test(name));
  if (other !== undefined) {
    throw new Error(
      `The checkpoint ${folder} has a tensor ${other}, which a ${config.model_type} model of its config.json does not have.`,
    );
  }
}

/** `stage.json` of a checkpoint, null when it has none. */
export async function loadStageState<T>(folder: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readOptional(folder, "stage.json");
  return text === null ? null : parseFile(schema, text, join(folder, "stage.json"));
}

/** `<name>.safetensors` of a checkpoint's extras, null when it has none. */
export const loadStageArrays = async (folder: string, name: string): Promise<Map<string, Float32Array> | null> =>
  existsSync(join(folder, `${name}.safetensors`)) ? values(await readTensors(folder, `${name}.safetensors`)) : null;

/** Where a stage stood at a checkpoint, and its optimizer. Throws when a file that the stage goes on with is missing. */
export async function loadTrainerState(
  folder: string,
  policy: Policy,
): Promise<{ readonly step: number; readonly tokens: number; readonly optimizer: OptimizerState }> {
  const path = join(folder, "trainer.json");
  const { step, tokens, updates, extras } = parseFile(trainerSchema, await read(folder, "trainer.json"), path);
  for (const file of extras) if (!existsSync(join(folder, file))) throw unreadable(folder, file, null);
  const moments = await readTensors(folder, "trainer.safetensors");
  return {
    step,
    tokens,
    optimizer: restoreOptimizer(policy.weights, values(moments, "m."), values(moments, "v."), updates),
  };
}
