import { describe, expect, test } from "vitest";
import { parseModelConfig } from "./config";
import { planMemory, planText, type PlannedWork } from "./memory-plan";
import { parameterCountOf } from "./model-size";

/** SmolLM2-135M's. */
const config = parseModelConfig(
  {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    hidden_act: "silu",
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    rms_norm_eps: 1e-5,
    rope_theta: 100_000,
    max_position_embeddings: 8192,
    vocab_size: 49_152,
    tie_word_embeddings: true,
    eos_token_id: 2,
    bos_token_id: 1,
    pad_token_id: 2,
  },
  "config.json",
);
const addressable = 2 ** 32;
const sft: PlannedWork = {
  config,
  adapter: null,
  trained: 1,
  asked: 0,
  engine: "simd",
  threads: 2,
  batch: { tokens: 32 * 96, longest: 96 },
  together: null,
  sampling: null,
  evaluation: null,
  limit: addressable,
  machine: 2 * addressable,
};
const adapter = 4_884_480;
const drawing = { prompts: 8, samples: 8, promptTokens: 64, completionTokens: 128 };

/** What `simd` reserved in two steps each on two threads, GB: `docs/speed.md` says how it is measured. */
describe("SmolLM2-135M within 15 % of what the kernels took", () => {
  test.each([
    ["SFT of 32 × 96 tokens", sft, 3.3],
    ["the same by LoRA", { ...sft, adapter }, 1.8],
    [
      "GRPO by LoRA, 8 × 8 of 64 + 128 tokens",
      { ...sft, adapter, batch: { tokens: 64 * 192, longest: 192 }, sampling: drawing },
      2.0,
    ],
  ])("%s", (_, work, gigabytes) => {
    const { peak } = planMemory(work);
    expect(peak / 1e9).toBeGreaterThan(0.85 * gigabytes);
    expect(peak / 1e9).toBeLessThan(1.15 * gigabytes);
  });
});

/** What the process of a trainer came to hold (`VmHWM`) in three steps, GB; the copy of the last checkpoint added 0.1 at most. TensorFlow 2.21, two cores. */
describe("SmolLM2-135M within 15 % of what TensorFlow took", () => {
  const tensorflow = { ...sft, engine: "tensorflow", limit: 20.8e9, machine: 20.8e9 } as const;
  const asked = { prompts: 2, samples: 1, promptTokens: 44, completionTokens: 8 };
  test.each([
    ["SFT of 8 × 127 tokens", { ...tensorflow, batch: { tokens: 1016, longest: 127 }, evaluation: asked }, 6.95],
    ["SFT of 32 × 127", { ...tensorflow, batch: { tokens: 4064, longest: 127 }, evaluation: asked }, 7.36],
    [
      "an evaluation by LoRA, before the first step",
      { ...tensorflow, batch: { tokens: 1, longest: 1 }, adapter: 9_768_960, evaluation: asked },
      2.61,
    ],
  ])("%s", (_, work, gigabytes) => {
    const { peak } = planMemory(work);
    expect(peak / 1e9).toBeGreaterThan(0.85 * gigabytes);
    expect(peak / 1e9).toBeLessThan(1.15 * gigabytes);
  });
});

test("what fits stays whole; what does not is cut; where parts would be too small, layers are computed again", () => {
  const small = { ...sft, batch: { tokens: 960, longest: 96 } };
  expect(planMemory(small)).toMatchObject({ part: null, recompute: false });
  expect(planMemory(sft)).toMatchObject({ part: 1024, recompute: false });
  expect(planMemory({ ...sft, limit: null })).toMatchObject({ part: 1024, recompute: false });
  const long = { ...sft, batch: { tokens: 4 * 4000, longest: 4000 } };
  expect(planMemory(long)).toMatchObject({ part: 4000, recompute: true });
  expect(planMemory({ ...sft, together: 4 })).toMatchObject({ part: 384, recompute: false });
  expect(planMemory({ ...sft, together: 32 })).toMatchObject({ part: null, recompute: true });
  for (const work of [small, sft, long]) {
    const plan = planMemory(work);
    const { weights, gradients, moments, activations, logits, peak } = plan;
    expect(peak).toBe(weights + gradients + moments + activations + logits);
    expect(peak).toBeLessThan(addressable);
  }
});

test("a copy of a checkpoint is planned beside the rest where it is worth one and the machine has room", () => {
  const copy = 3 * 4 * parameterCountOf(config);
  expect(planMemory(sft).saving).toBe(copy);
  expect(planMemory({ ...sft, machine: addressable }).saving).toBe(0);
  expect(planMemory({ ...sft, adapter }).saving).toBe(0);
});

test("an adapter's gradients and moments are its own, and drawing takes the model once more as it is read, with the adapter merged", () => {
  const plan = planMemory({ ...sft, adapter, sampling: drawing });
  const model = 4 * parameterCountOf(config);
  expect(plan.moments).toBe(8 * adapter);
  expect(plan.gradients).toBe(4 * adapter);
  expect(plan.weights).toBe(model + 4 * adapter);
  const alone = planMemory({ ...sft, sampling: drawing, limit: null });
  expect(plan.sampling).toBeGreaterThan(model);
  expect(plan.sampling - alone.sampling).toBe(4 * config.hidden_size * config.intermediate_size);
  expect(planText(plan)).toMatch(/^[\d.]+ GB at its peak \(weights 558 MB, .*sampling [\d.]+ [GM]B\)$/);
});

test.each([
  ["a sequence that is too long", { batch: { tokens: 30_000, longest: 30_000 } }, /Set max_length to at most [\d,]+/],
  [
    "a completion that is too long",
    { batch: { tokens: 30_000, longest: 30_000 }, sampling: { ...drawing, completionTokens: 29_000 } },
    /Set max_completion_length to at most [\d,]+\./,
  ],
  [
    "too many together",
    { together: 300, batch: { tokens: 600 * 96, longest: 96 } },
    /Set micro_batch_size to at most \d+/,
  ],
  ["a model that is too large", { trained: 4 }, /A LoRA adapter/],
  [
    "an evaluation that is too long",
    { evaluation: { ...drawing, completionTokens: 100_000 } },
    /Set evaluation.max_completion_length to at most [\d,]+\./,
  ],
  ["even with an adapter", { limit: 5e8, adapter }, /Use a smaller model/],
])("%s is refused with what would fit", (_, change, expected) => {
  expect(() => planMemory({ ...sft, ...change })).toThrow(expected);
  expect(() => planMemory({ ...sft, ...change })).not.toThrow("hidden_size");
});

test("the number that would fit fits", () => {
  const work = { ...sft, batch: { tokens: 30_000, longest: 30_000 } };
  const refused = (longest: number): number | null => {
    try {
      planMemory({ ...sft, batch: { tokens: longest, longest } });
      return null;
    } catch (error) {
      return Number(/at most ([\d,]+)/.exec(String(error))![1]!.replaceAll(",", ""));
    }
  };
  const most = refused(work.batch.longest)!;
  expect(refused(most)).toBeNull();
  expect(refused(most + 50)).toBe(most);
});
