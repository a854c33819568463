/** Checkpoints: the files that `transformers` loads, and beside them the trainer's own state. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { isFile, readTextSoon, sizeLimits, UnusableFile } from "../files/workspace-file";
import type { OptimizerState } from "../engine/optimizer";
import { newOptimizer, restoreOptimizer } from "../engine/optimizer";
import { readsVariable } from "./chat";
import { checksumFile, checksumsOf, verifyChecksums } from "./checksums";
import { parseModelConfig, toConfigJson } from "./config";
import type { ModelConfig } from "./config";
import { openGgufCheckpoint } from "./gguf-checkpoint";
import { parseFields, parseJson } from "./json-file";
import { refuseTooLarge } from "./model-size";
import { adapterShapes } from "./lora";
import { lacksMoments, momentsFile } from "./moments";
import { adapterFiles, holdsAdapter, readAdapter } from "./peft-adapter";
import { createPolicy, withAdapter } from "./policy";
import type { Policy } from "./policy";
import { readSafetensors, readShapes, writeSafetensors } from "./safetensors";
import type { NamedTensor, WrittenTensor } from "./safetensors";
import { createTokenizer } from "./tokenizer";
import type { ChatSettings, TokenIds, Tokenizer, TokenizerFiles } from "./tokenizer";
import { toWritten, weightShapes } from "./weights";
import type { Weights } from "./weights";
import type { FileContent } from "../shared/file-content";
import { UserError } from "../shared/user-error";

export type CheckpointFiles = Record<string, FileContent>;

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
  /** How prompts became text; missing in checkpoints of earlier versions. */
  prompts: z
    .object({
      chatTemplate: z.union([z.boolean(), z.string()]),
      chatTemplateKwargs: z.record(z.string(), z.unknown()),
    })
    .optional(),
});
type TrainerPosition = Pick<z.infer<typeof trainerSchema>, "stage" | "step" | "tokens">;

/** What a stage keeps beside the policy and its optimizer, so that a resume goes on exactly. */
export interface StageExtras {
  /** `stage.json`; null: nothing. */
  readonly state: object | null;
  /** `trainer/<name>.tensors` by name. */
  readonly arrays: Readonly<Record<string, ReadonlyMap<string, Float32Array>>>;
}

const noExtras: StageExtras = { state: null, arrays: {} };

/**
 * Numbers that are no weights, in the format of safetensors. Neither their place nor their ending is one by which loaders of models find weights: they
 * take every `*.safetensors`.
 */
const tensorsFile = (name: string): string => `trainer/${name}.tensors`;
/** Where they were in checkpoints of earlier versions. */
const earlierFile = (name: string): string => (name === "optimizer" ? "trainer.safetensors" : `${name}.safetensors`);
/** Files of the trainer, the others are the model. */
const isTrainers = (name: string): boolean => /^trainer[/.]|^stage\.json$/.test(name);

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const named = ({ config, adapter }: Policy, weights: Weights, prefix = ""): [string, WrittenTensor][] =>
  toWritten(weights, adapter ? adapterShapes(config, adapter.settings) : weightShapes(config), prefix);

/** Files of a checkpoint at a position of a stage, with their checksums. */
export const checkpointFiles = (...given: Parameters<typeof checkpointContents>): CheckpointFiles =>
  withChecksums(checkpointContents(...given));

export const withChecksums = (files: CheckpointFiles): CheckpointFiles => ({
  ...files,
  [checksumFile]: checksumsOf(files),
});

/** The same without checksums. What was loaded with the model and does not change is saved as it was; numbers are read when they are written. */
export function checkpointContents(
  policy: Policy,
  optimizer: OptimizerState,
  position: TrainerPosition,
  { state, arrays }: StageExtras = noExtras,
): CheckpointFiles {
  const flat = (tensors: ReadonlyMap<string, Float32Array>): Iterable<Uint8Array> =>
    writeSafetensors(
      new Map([...tensors].map(([name, numbers]) => [name, { shape: [numbers.length], values: numbers }])),
    );
  const { tokenizer, chat } = policy;
  const moments = new Map([...named(policy, optimizer.m, "m."), ...named(policy, optimizer.v, "v.")]);
  const extras = {
    ...(state === null ? {} : { "stage.json": json(state) }),
    ...Object.fromEntries(Object.entries(arrays).map(([name, tensors]) => [tensorsFile(name), flat(tensors)])),
  };
  const trainer: z.input<typeof trainerSchema> = {
    format: 1,
    ...position,
    updates: optimizer.updates,
    extras: Object.keys(extras),
    prompts: {
      chatTemplate: chat ? (tokenizer.chatTemplateName ?? true) : false,
      chatTemplateKwargs: tokenizer.chatTemplateKwargs,
    },
  };
  return {
    ...modelFiles(policy),
    [momentsFile]: writeSafetensors(moments),
    "trainer.json": json(trainer),
    ...extras,
  };
}

/** The model, or its adapter, with its tokenizer: what other tools read of a checkpoint. */
export function modelFiles(policy: Policy): CheckpointFiles {
  const { tokenizer } = policy;
  const { files } = tokenizer;
  const template = files["chat_template.jinja"];
  return {
    ...(policy.adapter
      ? adapterFiles(policy, policy.adapter, policy.base)
      : {
          "config.json": json(toConfigJson(policy.config, tokenizer.stops)),
          "model.safetensors": writeSafetensors(new Map(named(policy, policy.weights))),
        }),
    "generation_config.json": generationConfig(tokenizer),
    "tokenizer.json": files["tokenizer.json"],
    "tokenizer_config.json": files["tokenizer_config.json"],
    ...(template === null ? {} : { "chat_template.jinja": template }),
    ...Object.fromEntries(
      Object.entries(files.additionalTemplates ?? {}).map(([name, text]) => [
        `${additionalFolder}/${name}.jinja`,
        text,
      ]),
    ),
  };
}

/** How the model samples, as it was; but it ends with what completions of the run end with, and pads with a token that there is. */
function generationConfig({ stops, pad, files }: Tokenizer): string {
  const ends = { eos_token_id: stops.length > 1 ? stops : stops[0], pad_token_id: pad };
  const before = files["generation_config.json"];
  if (before === null) return json({ ...ends, do_sample: true, temperature: 1 });
  const { eos_token_id, pad_token_id } = generationSchema.parse(JSON.parse(before));
  const same = eos_token_id != null && [eos_token_id].flat().join() === stops.join() && pad_token_id === pad;
  return same ? before : json({ ...(JSON.parse(before) as object), ...ends });
}

/** Where transformers keeps further templates, by name. */
const additionalFolder = "additional_chat_templates";

const unreadable = (folder: string, file: string, cause: unknown): Error =>
  new UserError(`The checkpoint ${folder} has no ${file} that can be read.`, { cause });

async function read(folder: string, file: string): Promise<string> {
  try {
    return await readTextSoon(join(folder, file), sizeLimits.model);
  } catch (error) {
    if (error instanceof UnusableFile) throw error;
    throw unreadable(folder, file, error);
  }
}

/** Runs a reader of a file; a file that cannot be read is named. */
async function reading<T>(folder: string, file: string, reader: (path: string) => Promise<T>): Promise<T> {
  try {
    return await reader(join(folder, file));
  } catch (error) {
    // The system's errors have a code, ours say what is wrong.
    throw error instanceof Error && "code" in error ? unreadable(folder, file, error) : error;
  }
}

const readTensors = (
  folder: string,
  file: string,
  wanted?: (name: string) => boolean,
): Promise<Map<string, NamedTensor>> => reading(folder, file, (path) => readSafetensors(path, wanted));

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
const generationSchema = z.object({
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  pad_token_id: z.int().nullish(),
});

export interface LoadOptions {
  /** Prompts are wrapped in the checkpoint's chat template: the default one, or one by its name. */
  readonly chatTemplate: boolean | string;
  /** Variables that the template reads beside the messages. */
  readonly chatTemplateKwargs?: Readonly<Record<string, unknown>>;
  /** What an adapter is beside: a checkpoint's path, or a policy that holds its weights and lends them. Unset: there are no adapters to be loaded. */
  readonly base?: string | Policy;
  /** An adapter will be trained beside the weights. */
  readonly frozen?: boolean;
}

/** A checkpoint that holds an adapter alone, with the model that it is beside. */
async function loadWithAdapter(folder: string, options: LoadOptions): Promise<Policy> {
  await verifyChecksums(folder, (name) => !isTrainers(name));
  const { base, ...rest } = options;
  if (base === undefined)
    throw new UserError(
      `${folder} holds a LoRA adapter, not a whole model, and nothing says which model it is beside. Merge it into its base model first.`,
    );
  if (typeof base !== "string") return withAdapter(base, await readAdapter(folder, base), true);
  const policy = await loadPolicy(base, { ...rest, frozen: true });
  return withAdapter({ ...policy, base }, await readAdapter(folder, policy));
}

/**
 * Loads the model of a checkpoint folder in Hugging Face format; `model.safetensors` may be in shards. Throws with the file and what is wrong
 * with it.
 */
export async function loadPolicy(folder: string, options: LoadOptions = { chatTemplate: false }): Promise<Policy> {
  // The only kind of checkpoint that is one file.
  if (isFile(folder)) return loadGguf(folder, options);
  if (holdsAdapter(folder)) return loadWithAdapter(folder, options);
  await verifyChecksums(folder, (name) => !isTrainers(name));
  const path = join(folder, "config.json");
  // One after the other, so that of several missing files the first is named, the same each time.
  const said = parseModelConfig(parseJson(await read(folder, "config.json"), path), path);
  const files: TokenizerFiles = {
    "tokenizer.json": await read(folder, "tokenizer.json"),
    "tokenizer_config.json": await read(folder, "tokenizer_config.json"),
    "chat_template.jinja": await readOptional(folder, "chat_template.jinja"),
    "generation_config.json": await readOptional(folder, "generation_config.json"),
    additionalTemplates: await readAdditionalTemplates(folder),
  };
  // Shapes before numbers: what config.json says is taken at its word only where the tensors agree.
  const parts = await weightParts(folder);
  checkTensors(said, new Map(parts.flatMap(({ shapes }) => [...shapes])), folder);
  refuseTooLarge(`The model of ${folder}`, said);
  const generation = files["generation_config.json"];
  const { eos_token_id } =
    generation === null ? {} : parseFile(generationSchema, generation, join(folder, "generation_config.json"));
  const tokenizer = policyTokenizer(files, folder, options, {
    // What generation stops at comes before what the architecture was configured with, as in transformers.
    eos: eos_token_id == null ? said.eos_token_ids : [eos_token_id].flat(),
    pad: said.pad_token_id,
    vocabulary: said.vocab_size,
  });
  const tensors = new Map<string, NamedTensor>();
  for (const { file, shapes } of parts)
    for (const [name, tensor] of await readTensors(folder, file, (name) => shapes.has(name) && !derived.test(name)))
      tensors.set(name, tensor);
  const { config, arrays } = withOutputLayer(said, values(tensors));
  return createPolicy(config, arrays, tokenizer, options.chatTemplate !== false, options.frozen);
}

/** The model of a GGUF file, its numbers dequantised: from then on it is as any other. */
async function loadGguf(path: string, options: LoadOptions): Promise<Policy> {
  const { config: said, files, shapes, tensors } = await openGgufCheckpoint(path);
  checkTensors(said, shapes, path);
  refuseTooLarge(`The model of ${path}`, said);
  const ids = { eos: said.eos_token_ids, pad: said.pad_token_id, vocabulary: said.vocab_size };
  const tokenizer = policyTokenizer(files, path, options, ids);
  const { config, arrays } = withOutputLayer(said, values(await tensors()));
  return createPolicy(config, arrays, tokenizer, options.chatTemplate !== false, options.frozen);
}

/** The tokenizer; throws when prompts are to go through a chat template and cannot. */
function policyTokenizer(files: TokenizerFiles, folder: string, options: LoadOptions, ids: TokenIds): Tokenizer {
  const { chatTemplate, chatTemplateKwargs } = options;
  if (chatTemplate === false) return createTokenizer(files, ids, folder);
  const chat: ChatSettings = {
    ...(typeof chatTemplate === "string" ? { template: chatTemplate } : {}),
    ...(chatTemplateKwargs ? { kwargs: chatTemplateKwargs } : {}),
  };
  const tokenizer = createTokenizer(files, ids, folder, chat);
  checkTemplate(tokenizer, folder);
  return tokenizer;
}

/** Throws when the recipe asks for a template that there is not, or sets what the template does not read. */
function checkTemplate(tokenizer: Tokenizer, folder: string): void {
  const { chatTemplate, chatTemplates, chatTemplateName, chatTemplateKwargs } = tokenizer;
  if (chatTemplate === null) {
    if (chatTemplates.length > 0)
      throw new UserError(
        `The recipe wants prompts in the chat template ${chatTemplateName === null ? "" : `"${chatTemplateName}" `}of ${folder}, ` +
          `which has ${chatTemplateName === null ? "none by default, but these by name" : "these"}: ${chatTemplates.join(", ")}. ` +
          'Set "chat_template" of the recipe\'s model to one of them.',
      );
    throw new UserError(
      `The recipe wants prompts in the chat template of ${folder}, which has none: neither chat_template.jinja nor chat_template in ` +
        'tokenizer_config.json. Set "chat_template" of the recipe\'s model to false.',
    );
  }
  const unread = Object.keys(chatTemplateKwargs).find((name) => !readsVariable(chatTemplate, name));
  if (unread !== undefined)
    throw new UserError(
      `"chat_template_kwargs" of the recipe's model sets "${unread}", which the chat template of ${folder} does not read: it would change nothing.`,
    );
}

/** Templates beside the default one. Null-prototype names and paths have no part in it: a name is a file's. */
async function readAdditionalTemplates(folder: string): Promise<Record<string, string>> {
  const place = join(folder, additionalFolder);
  if (!existsSync(place)) return {};
  const names = (await readdir(place)).filter((name) => /^[\w.-]+\.jinja$/.test(name)).sort();
  const texts: [string, string][] = [];
  for (const name of names) texts.push([name.slice(0, -".jinja".length), await read(place, name)]);
  return Object.fromEntries(texts);
}

const outputLayer = "lm_head.weight";
const embedding = "model.embed_tokens.weight";

/**
 * The output layer, as transformers 5 loads it: tied embeddings are tied only when the file does not hold two different ones, and whichever it holds
 * is both.
 */
function withOutputLayer(
  config: ModelConfig,
  arrays: ReadonlyMap<string, Float32Array>,
): { readonly config: ModelConfig; readonly arrays: ReadonlyMap<string, Float32Array> } {
  const [head, embedded] = [arrays.get(outputLayer), arrays.get(embedding)];
  if (!config.tie_word_embeddings || !head) return { config, arrays };
  if (!embedded) return { config, arrays: new Map([...arrays, [embedding, head]]) };
  const isSame = head.every((value, index) => value === embedded[index]);
  return { config: { ...config, tie_word_embeddings: isSame }, arrays };
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
const single = "model.safetensors";
const index = "model.safetensors.index.json";

interface WeightPart {
  readonly file: string;
  /** Of the tensors that are taken from it. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** `model.safetensors`, or the shards that its index names. */
async function weightParts(folder: string): Promise<WeightPart[]> {
  if (existsSync(join(folder, single)) || !existsSync(join(folder, index)))
    return [{ file: single, shapes: await reading(folder, single, readShapes) }];
  const { weight_map } = parseFile(indexSchema, await read(folder, index), join(folder, index));
  const parts: WeightPart[] = [];
  for (const shard of new Set(Object.values(weight_map))) {
    if (basename(shard) !== shard)
      throw new UserError(`${join(folder, index)}: ${shard} is not the name of a file beside it.`);
    const found = await reading(folder, shard, readShapes);
    const missing = Object.entries(weight_map).find(([name, file]) => file === shard && !found.has(name));
    if (missing)
      throw new UserError(`${join(folder, shard)} has no tensor ${missing[0]}, which ${index} says it holds.`);
    parts.push({ file: shard, shapes: new Map([...found].filter(([name]) => weight_map[name] === shard)) });
  }
  return parts;
}

/** Buffers that old checkpoints hold beside the parameters; they follow from the configuration. */
const derived = /\.rotary_emb\.inv_freq$/;

/** Throws at the first tensor that is missing, has another shape or is none of the architecture's: the model would compute something else. */
function checkTensors(config: ModelConfig, found: ReadonlyMap<string, readonly number[]>, folder: string): void {
  const shapes = weightShapes(config);
  // With tied embeddings either may stand for both.
  const { tie_word_embeddings: isTied, vocab_size, hidden_size } = config;
  const output = { name: outputLayer, shape: [vocab_size, hidden_size] };
  for (const { name, shape } of isTied && found.has(outputLayer) ? [...shapes, output] : shapes) {
    const own = found.get(name);
    if (!own && isTied && name === embedding && found.has(outputLayer)) continue;
    if (!own)
      throw new UserError(
        `The checkpoint ${folder} has no tensor ${name}, which config.json asks for.` +
          (name === outputLayer
            ? " If the output layer is the embedding, set tie_word_embeddings to true there: transformers would make up random numbers."
            : ""),
      );
    if (own.join() === shape.join()) continue;
    throw new UserError(
      `The tensor ${name} of ${folder} has the shape [${own.join(", ")}]; by config.json it is [${shape.join(", ")}].`,
    );
  }
  const known = new Set([...shapes.map(({ name }) => name), ...(isTied ? [outputLayer] : [])]);
  const other = [...found.keys()].find((name) => !known.has(name) && !derived.test(name));
  if (other !== undefined) {
    throw new UserError(
      `The checkpoint ${folder} has a tensor ${other}, which a ${config.model_type} model of its config.json does not have.`,
    );
  }
}

/** `stage.json` of a checkpoint, null when it has none. */
export async function loadStageState<T>(folder: string, schema: z.ZodType<T>): Promise<T | null> {
  await verifyChecksums(folder, (name) => name === "stage.json");
  const text = await readOptional(folder, "stage.json");
  return text === null ? null : parseFile(schema, text, join(folder, "stage.json"));
}

/** Arrays of a checkpoint's extras by their name, null when it has none. */
export async function loadStageArrays(folder: string, name: string): Promise<Map<string, Float32Array> | null> {
  const file = trainerFile(folder, name);
  if (!existsSync(join(folder, file))) return null;
  await verifyChecksums(folder, (other) => other === file);
  return values(await readTensors(folder, file));
}

/** Where a checkpoint has numbers of the trainer. A file by the earlier name beside the present one is somebody else's: no checksum is of it. */
function trainerFile(folder: string, name: string): string {
  const has = (file: string): boolean => existsSync(join(folder, file));
  return !has(tensorsFile(name)) && has(earlierFile(name)) ? earlierFile(name) : tensorsFile(name);
}

/** How the prompts became text that the model of a checkpoint was trained on; null: it does not say. */
export async function loadPromptOptions(folder: string): Promise<LoadOptions | null> {
  if (!existsSync(join(folder, "trainer.json"))) return null;
  await verifyChecksums(folder, (name) => name === "trainer.json");
  return parseFile(trainerSchema, await read(folder, "trainer.json"), join(folder, "trainer.json")).prompts ?? null;
}

/**
 * Where a stage stood at a checkpoint, and its optimizer: a new one (`afresh`) where the checkpoint was left without moments. Throws when a file that the stage
 * goes on with is missing, or is not what was written.
 */
export async function loadTrainerState(
  folder: string,
  policy: Policy,
): Promise<{
  readonly step: number;
  readonly tokens: number;
  readonly optimizer: OptimizerState;
  readonly afresh: boolean;
}> {
  await verifyChecksums(folder, isTrainers);
  const path = join(folder, "trainer.json");
  const { step, tokens, updates, extras } = parseFile(trainerSchema, await read(folder, "trainer.json"), path);
  for (const file of extras) if (!existsSync(join(folder, file))) throw unreadable(folder, file, null);
  if (lacksMoments(folder)) return { step, tokens, optimizer: newOptimizer(policy.trained), afresh: true };
  const moments = await readTensors(folder, trainerFile(folder, "optimizer"));
  return {
    step,
    tokens,
    afresh: false,
    optimizer: restoreOptimizer(policy.trained, values(moments, "m."), values(moments, "v."), updates),
  };
}
