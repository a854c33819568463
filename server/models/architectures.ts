/** The architectures that are computed here, each as `transformers` 5 does: the one list of them, for readers of files, messages and documents. */
import { nearestWord } from "../shared/nearest-word";

export const architectures = {
  llama: { model: "Llama", known: "Llama 2 and 3.x, SmolLM, SmolLM2" },
  mistral: { model: "Mistral", known: "Mistral 7B" },
  qwen2: { model: "Qwen2", known: "Qwen2, Qwen2.5" },
  qwen3: { model: "Qwen3", known: "Qwen3 up to 32B" },
  smollm3: { model: "SmolLM3", known: "SmolLM3" },
  olmo2: { model: "Olmo2", known: "OLMo 2" },
  gemma3_text: { model: "Gemma3", known: "Gemma 3 270M and 1B" },
} as const;
export type Architecture = keyof typeof architectures;

export const architectureNames = Object.keys(architectures) as [Architecture, ...Architecture[]];

/** `llama (Llama 2 and 3.x, …), mistral (…), …` */
export const supportedText = (): string =>
  architectureNames.map((name) => `${name} (${architectures[name].known})`).join(", ");

/** What is said of some that are not computed here, before what is. */
const others: Readonly<Record<string, string>> = {
  gemma3: "It reads images too; the text models of Gemma 3 (270M, 1B) are gemma3_text.",
  gemma3n: "It reads images and sound too.",
  mllama: "It reads images too; the text models of Llama 3.2 (1B, 3B) are llama.",
  mixtral: "It is a mixture of experts.",
  qwen2_moe: "It is a mixture of experts; qwen2 is the architecture without.",
  qwen3_moe: "It is a mixture of experts; qwen3 is the architecture without.",
  gpt_oss: "It is a mixture of experts.",
  deepseek_v3: "It is a mixture of experts.",
};

/** Why a `model_type` cannot be used, and which can. */
export function unsupportedText(type: unknown): string {
  if (typeof type !== "string") return `must be one of the architectures that are supported: ${supportedText()}`;
  const near = nearestWord(type, architectureNames);
  const about = Object.hasOwn(others, type) ? ` ${others[type]!}` : near === null ? "" : ` Did you mean ${near}?`;
  return `the architecture ${JSON.stringify(type)} is not supported.${about} Supported: ${supportedText()}`;
}
