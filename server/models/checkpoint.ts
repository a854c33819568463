/** Checkpoints: the files that `transformers` loads, and beside them the trainer's own state. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { OptimizerState } from "../engine/optimizer";
import { restoreOptimizer } from "../engine/optimizer";
import { parseModelConfig, toConfigJson } from "./config";
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
});
type TrainerPosition = Pick<z.infer<typeof trainerSchema>, "stage" | "step" | "tokens">;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function named(policy: Policy, weights: Weights, prefix = ""): [string, NamedTensor][] {
  const arrays = toArrays(weights);
  return weightShapes(policy.config).map(({ name, shape }) => [prefix + name, { shape, values: arrays.get(name)! }]);
}

/** Files of a checkpoint at a position of a stage. */
export function checkpointFiles(policy: Policy, optimizer: OptimizerState, position: TrainerPosition): CheckpointFiles {
  const { eos_token_id, pad_token_id } = policy.config;
  const moments = new Map([...named(policy, optimizer.m, "m."), ...named(policy, optimizer.v, "v.")]);
  return {
    "config.json": json(toConfigJson(policy.config)),
    "generation_config.json": json({ eos_token_id, pad_token_id, do_sample: true, temperature: 1 }),
    "model.safetensors": writeSafetensors(new Map(named(policy, policy.weights))),
    "tokenizer.json": policy.tokenizer.files.tokenizer,
    "tokenizer_config.json": policy.tokenizer.files.config,
    "trainer.safetensors": writeSafetensors(moments),
    "trainer.json": json({ format: 1, ...position, updates: optimizer.updates }),
  };
}

async function read(folder: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, file));
  } catch (error) {
    throw new Error(`The checkpoint ${folder} has no ${file} that can be read.`, { cause: error });
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${file} is not JSON.`, { cause: error });
  }
}

const values = (tensors: ReadonlyMap<string, NamedTensor>, prefix = ""): Map<string, Float32Array> =>
  new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor.values]] : [],
    ),
  );

/** Loads the model of a checkpoint folder in Hugging Face format. Throws with the file and what is wrong with it. */
export async function loadPolicy(folder: string): Promise<Policy> {
  // One after the other, so that of several missing files the first is named, the same each time.
  const configFile = await read(folder, "config.json");
  const weights = await read(folder, "model.safetensors");
  const tokenizer = await read(folder, "tokenizer.json");
  const tokenizerConfig = await read(folder, "tokenizer_config.json");
  const path = join(folder, "config.json");
  const config = parseModelConfig(parseJson(text(configFile), path), path);
  const files = { tokenizer: text(tokenizer), config: text(tokenizerConfig) };
  const ids = { eos: config.eos_token_id, pad: config.pad_token_id };
  return createPolicy(
    config,
    values(readSafetensors(weights, join(folder, "model.safetensors"))),
    createTokenizer(files, ids, folder),
  );
}

/** Where a stage stood at a checkpoint, and its optimizer. */
export async function loadTrainerState(
  folder: string,
  policy: Policy,
): Promise<{ readonly step: number; readonly tokens: number; readonly optimizer: OptimizerState }> {
  const path = join(folder, "trainer.json");
  const parsed = trainerSchema.safeParse(parseJson(text(await read(folder, "trainer.json")), path));
  if (!parsed.success) throw new Error(`${path} is damaged: ${parsed.error.issues[0]!.message}`);
  const moments = readSafetensors(await read(folder, "trainer.safetensors"), join(folder, "trainer.safetensors"));
  const optimizer = restoreOptimizer(policy.weights, values(moments, "m."), values(moments, "v."), parsed.data.updates);
  return { step: parsed.data.step, tokens: parsed.data.tokens, optimizer };
}
