import { expect, test } from "vitest";
import { costText, needsText } from "../protocol/models";
import { isHub } from "../shared/hub-name";
import { knownModels } from "./known-models";
import { hubModelName, modelOffers } from "./model-offers";

const GB = 1e9;
const offer = (name: string, machine = 16 * GB) => modelOffers(machine).find((one) => one.name === name)!;

/** As the models' cards and files say. */
test.each([
  ["hf:HuggingFaceTB/SmolLM2-135M-Instruct", 134_515_008],
  ["hf:HuggingFaceTB/SmolLM2-360M", 361_821_120],
  ["hf:google/gemma-3-270m", 268_098_176],
  ["hf:Qwen/Qwen2.5-0.5B", 494_032_768],
  ["hf:Qwen/Qwen3-0.6B", 596_049_920],
  ["hf:meta-llama/Llama-3.2-1B", 1_235_814_400],
  ["hf:allenai/OLMo-2-0425-1B", 1_484_916_736],
  ["hf:HuggingFaceTB/SmolLM3-3B", 3_075_098_624],
])("%s has %i parameters", (name, parameters) => {
  expect(offer(name).parameters).toBe(parameters);
});

test("every offer has a name that gets it, and what is trained takes more than what is drawn from", () => {
  const names = modelOffers().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, parameters, memory } of modelOffers(64 * GB)) {
    if (isHub(name)) expect(hubModelName(name).repo).not.toBe("");
    else expect(knownModels.find((one) => one.name === name)!.parameters).toBe(parameters);
    expect(memory.sampling.bytes).toBeGreaterThan(4 * parameters);
    expect(memory.whole.bytes).toBeGreaterThan(16 * parameters);
  }
});

test("where a model does not fit is said: into the embedded engine, or into the machine", () => {
  expect(offer("smollm2-135m").memory.lora.engine).toBe("simd");
  expect(offer("hf:Qwen/Qwen3-0.6B", 64 * GB).memory.whole.engine).toBe("tensorflow");
  expect(needsText(offer("hf:Qwen/Qwen3-0.6B", 64 * GB))).toMatch(/training all of it [\d.]+ GB \(TensorFlow\)$/);
  const large = offer("hf:HuggingFaceTB/SmolLM3-3B");
  expect(large.memory).toMatchObject({ sampling: { engine: null }, lora: { engine: null }, whole: { engine: null } });
  expect(needsText(large)).toMatch(/^sampling [\d.]+ GB \(does not fit this machine\), LoRA /);
  expect(costText(offer("hf:meta-llama/Llama-3.2-1B"))).toBe(
    "2.5 GB to download, Llama 3.2 Community License, given to those who have accepted its terms",
  );
  expect(costText(offer("hf:allenai/OLMo-2-0425-1B"))).toBe("Apache-2.0");
});
