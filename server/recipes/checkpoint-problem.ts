/** What is wrong with the folder that a recipe names as its checkpoint, by the names in it, and what to do. */
import { basename, dirname, join } from "node:path";
import { hubCache } from "../files/hub-cache";
import { hubNameOf, isHub } from "../shared/hub-name";
import { isGguf } from "./resolve-from";
import { nearestWord } from "../shared/nearest-word";

export interface Names {
  readonly exists: (path: string) => boolean;
  /** Names in a folder; null: it is none. */
  readonly namesIn: (folder: string) => readonly string[] | null;
}

const python = (lines: string): string => `In Python: ${lines}`;

/** `NAME/NAME`: how models are named on the Hugging Face Hub. */
const hubName = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

function missingFolder(written: string, folder: string, { exists, namesIn }: Names): string {
  if (exists(folder)) return `${folder} is a file. Name its folder, with config.json and tokenizer.json beside it.`;
  const near = nearestWord(basename(folder), namesIn(dirname(folder)) ?? []);
  if (near !== null) return `There is no folder ${folder}. Did you mean ${join(dirname(folder), near)}?`;
  const hub = hubName.test(written) ? ` If this is a name on the Hugging Face Hub, write hf:${written}.` : "";
  return `There is no folder ${folder}.${hub}`;
}

function missingConfig(folder: string, names: readonly string[]): string {
  const has = (name: string): boolean => names.includes(name);
  if (has("adapter_config.json"))
    return `${folder} holds a LoRA adapter, not a whole model. Merge it into its base model first. ${python("AutoPeftModelForCausalLM.from_pretrained(folder).merge_and_unload().save_pretrained(merged), and the tokenizer beside it.")}`;
  if (has("run.json")) return `${folder} is a run. Name one of its checkpoints, in ${join(folder, "checkpoints")}.`;
  if (has("snapshots"))
    return `${folder} is a folder of the Hub's cache. Name the folder within ${join(folder, "snapshots")}.`;
  const steps = names.filter((name) => /^checkpoint-\d+$/.test(name));
  if (steps.length > 0) return `${folder} is not a checkpoint itself. Name one within it: ${steps.join(", ")}.`;
  const file = names.find((name) => name.endsWith(".gguf"));
  if (file !== undefined) return `${folder} holds GGUF. Name the file: ${join(folder, file)}.`;
  return `The checkpoint has no ${join(folder, "config.json")}.`;
}

const whole = ["model.safetensors", "model.safetensors.index.json"];

function missingWeights(folder: string, names: readonly string[]): string {
  const said = `The checkpoint has no ${join(folder, whole[0]!)}`;
  const other = names.find((name) => /\.(?:bin|pt|pth|ckpt|msgpack|h5)$/.test(name));
  if (other === undefined) return `${said}.`;
  const convert = "AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder, safe_serialization=True).";
  return `${said}; its weights are in ${other}. Save them as safetensors. ${python(convert)}`;
}

function missingTokenizer(folder: string, names: readonly string[]): string {
  const said = `The checkpoint has no ${join(folder, "tokenizer.json")}`;
  const other = names.find((name) => ["tokenizer.model", "vocab.json", "merges.txt", "spiece.model"].includes(name));
  if (other === undefined) return `${said}. Copy it from the model that this one was trained from.`;
  return `${said}; its tokenizer is in ${other}. ${python("AutoTokenizer.from_pretrained(folder, use_fast=True).save_pretrained(folder).")}`;
}

function ggufProblem(file: string, { exists, namesIn }: Names): string | null {
  if (namesIn(file) !== null) return `${file} is a folder. Name the GGUF file in it.`;
  if (exists(file)) return null;
  const near = nearestWord(basename(file), namesIn(dirname(file)) ?? []);
  return `There is no file ${file}.${near === null ? "" : ` Did you mean ${join(dirname(file), near)}?`}`;
}

/** Whether it is a model of the Hub that is not on this machine. */
export const isMissingFromCache = (written: string, folder: string, { namesIn }: Names): boolean =>
  hubNameOf(written) !== null && namesIn(folder) === null;

/** `written`: as the recipe has it. Null: every file that is needed is there. */
export function checkpointProblem(written: string, folder: string, around: Names): string | null {
  if (isGguf(written)) return ggufProblem(folder, around);
  if (isHub(written) && hubNameOf(written) === null)
    return `"${written}" is no name of the Hub: write hf:ORG/NAME, or hf:ORG/NAME@REVISION.`;
  if (isMissingFromCache(written, folder, around))
    return `${written} is not on this machine. Get it: "Reasoning Lab: Get a Model…", or reasoning-lab get-model ${written}. It goes to ${hubCache()}, where Python's libraries find it, too.`;
  const names = around.namesIn(folder);
  if (names === null) return missingFolder(written, folder, around);
  const has = (name: string): boolean => around.exists(join(folder, name));
  if (!has("config.json")) return missingConfig(folder, names);
  if (!whole.some(has)) return missingWeights(folder, names);
  if (!has("tokenizer.json")) return missingTokenizer(folder, names);
  return has("tokenizer_config.json") ? null : `The checkpoint has no ${join(folder, "tokenizer_config.json")}.`;
}
