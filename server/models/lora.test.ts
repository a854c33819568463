/** LoRA against numbers that peft made: `test-data/make-lora.py`. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { testEngine } from "../engine/engine.testing";
import { applyGradients, lossAndGradients, newOptimizer } from "../engine/optimizer";
import { writeDurably } from "../runs/atomic-file";
import { checkpointFiles, loadPolicy, loadTrainerState, modelFiles } from "./checkpoint";
import { parseModelConfig } from "./config";
import { mergedWeights, newAdapter } from "./lora";
import { completionLogProbs, disposePacked, packSequences } from "./packing";
import { readAdapter } from "./peft-adapter";
import { copyPolicy, createPolicy, disposePolicy, newPolicy, parameterCount, withAdapter, type Policy } from "./policy";
import { createTokenizer, newTokenizerFiles } from "./tokenizer";
import { toArrays } from "./weights";

const data = join(__dirname, "test-data");
const peftAdapter = join(data, "lora");
const base64 = z.record(z.string(), z.string());
const reference = z
  .object({
    weights: base64,
    prompt: z.array(z.int()),
    completion: z.array(z.int()),
    logprobs: z.array(z.number()),
    without: z.array(z.number()),
    loss: z.number(),
    gradients: base64,
  })
  .parse(JSON.parse(readFileSync(join(data, "lora.json"), "utf8")));
const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
const config = parseModelConfig(
  {
    model_type: "llama",
    vocab_size: 24,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-6,
    rope_theta: 10_000,
    tie_word_embeddings: true,
  },
  "config.json",
);
const tokenizer = createTokenizer(newTokenizerFiles(Array.from("0123456789abcdefg")), { eos: [1], pad: 0 });
const base = (): Policy =>
  createPolicy(
    config,
    new Map(Object.entries(reference.weights).map(([name, text]) => [name, floats(text)])),
    tokenizer,
    false,
    true,
  );
const close = (found: ArrayLike<number>, expected: ArrayLike<number>, name: string): void => {
  expect(found.length, name).toBe(expected.length);
  for (let index = 0; index < expected.length; index++)
    expect(Math.abs(found[index]! - expected[index]!), `${name} ${index}`).toBeLessThan(
      2e-5 * Math.max(1, Math.abs(expected[index]!)),
    );
};
const logprobsOf = (policy: Policy): Float32Array => {
  const packed = packSequences([reference]);
  const logprobs = tf.tidy(() => completionLogProbs(policy, packed, 1).logprobs.dataSync<"float32">());
  disposePacked(packed);
  return Float32Array.from(logprobs);
};

describe.each(["cpu", "simd"] as const)("on %s", (engine) => {
  testEngine(engine);

  test("log-probabilities, loss and gradients of A and B are peft's, and the weights themselves get none", async () => {
    const plain = base();
    close(logprobsOf(plain), reference.without, "without the adapter");
    const policy = withAdapter(plain, await readAdapter(peftAdapter, plain));
    close(logprobsOf(policy), reference.logprobs, "with it");
    const packed = packSequences([reference]);
    const { loss, gradients } = lossAndGradients(policy.trained, () =>
      tf.neg(tf.mean(completionLogProbs(policy, packed, 1).logprobs)),
    );
    expect(loss).toBeCloseTo(reference.loss, 5);
    expect([...gradients.keys()].sort()).toEqual(Object.keys(reference.gradients).sort());
    for (const [name, gradient] of gradients) close(gradient.dataSync(), floats(reference.gradients[name]!), name);
    disposePacked(packed);
    tf.dispose([...gradients.values()]);
    disposePolicy(policy);
  });
});

describe("a run's checkpoint", () => {
  testEngine("cpu");
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const model = {
    num_hidden_layers: 2,
    hidden_size: 16,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 24,
    qk_norm: true,
    max_position_embeddings: 40,
    rope_theta: 10_000,
  };
  const settings = { rank: 3, alpha: 6, use_rslora: true, dropout: 0.1, target_modules: ["q_proj", "down_proj"] };
  const optimize = {
    learning_rate: 0.01,
    adam_beta1: 0.9,
    adam_beta2: 0.95,
    adam_epsilon: 1e-8,
    weight_decay: 0.1,
    max_grad_norm: 1,
  };
  function save(files: Readonly<Record<string, Parameters<typeof writeDurably>[1]>>): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-lora-"));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeDurably(join(folder, name), content);
    }
    return folder;
  }
  const position = { stage: "a", step: 2, tokens: 9 };

  test("merged into its base is a whole model, which says what peft's adapter says", async () => {
    const plain = base();
    const adapter = await readAdapter(peftAdapter, plain);
    const sum = mergedWeights(plain.weights, adapter);
    const arrays = toArrays(sum.weights);
    sum.dispose();
    const merged = await loadPolicy(save(modelFiles(createPolicy(config, arrays, tokenizer, false, true))));
    expect(merged.adapter).toBeNull();
    close(logprobsOf(merged), reference.logprobs, "merged");
    // Beside the weights that have none, nothing changed.
    expect(toArrays(merged.weights).get("model.norm.weight")).toEqual(toArrays(plain.weights).get("model.norm.weight"));
  });

  test("holds the adapter alone, as peft keeps one, and goes on beside the same base to the same numbers", async () => {
    const whole = newPolicy(model, Array.from("abc0123456789+-=;"), 1);
    const baseFolder = save(checkpointFiles(whole, newOptimizer(whole.weights), position));
    const frozen = { ...(await loadPolicy(baseFolder, { chatTemplate: false, frozen: true })), base: baseFolder };
    const policy = withAdapter(frozen, newAdapter(frozen.config, settings, 5));
    expect(parameterCount(policy)).toBeGreaterThan(parameterCount(frozen));
    const optimizer = newOptimizer(policy.trained);
    const train = (of: Policy, state: typeof optimizer): number => {
      const packed = packSequences([
        { prompt: of.tokenizer.encode("a1b+2="), completion: of.tokenizer.encode("<answer>3</answer>") },
      ]);
      const { loss, gradients } = lossAndGradients(of.trained, () =>
        tf.neg(tf.mean(completionLogProbs(of, packed, 1).logprobs)),
      );
      applyGradients(of.trained, gradients, state, optimize);
      return loss;
    };
    const before = toArrays(frozen.weights);
    const losses = [train(policy, optimizer), train(policy, optimizer), train(policy, optimizer)];
    expect(losses[2]).toBeLessThan(losses[0]!);
    // Nobody has moved the model itself.
    expect(toArrays(policy.weights)).toEqual(before);

    const files = checkpointFiles(policy, optimizer, position);
    expect(Object.keys(files)).not.toContain("model.safetensors");
    expect(JSON.parse(files["adapter_config.json"] as string)).toMatchObject({
      peft_type: "LORA",
      r: 3,
      lora_alpha: 6,
      use_rslora: true,
      lora_dropout: 0.1,
      target_modules: ["q_proj", "down_proj"],
      base_model_name_or_path: baseFolder,
    });
    const folder = save(files);
    await expect(loadPolicy(folder)).rejects.toThrow(/holds a LoRA adapter, not a whole model/);
    const loaded = await loadPolicy(folder, { chatTemplate: false, base: baseFolder });
    expect(toArrays(loaded.trained)).toEqual(toArrays(policy.trained));
    expect(loaded.adapter!.settings).toEqual(settings);
    const { optimizer: restored } = await loadTrainerState(folder, loaded);
    expect(train(loaded, restored)).toBe(train(policy, optimizer));
    // One that borrows the weights leaves them where they are.
    const borrowing = await loadPolicy(folder, { chatTemplate: false, base: policy });
    expect(borrowing.weights).toBe(policy.weights);
    disposePolicy(borrowing);
    const copy = copyPolicy(policy);
    disposePolicy(copy);
    expect(train(loaded, restored)).toBe(train(policy, optimizer));
  });

  // Python is not needed to work on the product: who has torch, transformers and peft names the interpreter.
  const python = process.env["REASONING_LAB_PYTHON"];
  test.skipIf(python === undefined)(
    "is loaded by peft itself, with our numbers (needs REASONING_LAB_PYTHON, an interpreter with peft)",
    { timeout: 180_000 },
    async () => {
      const whole = newPolicy(model, Array.from("abc0123456789+-=;"), 1);
      const baseFolder = save(modelFiles(whole));
      const frozen = { ...(await loadPolicy(baseFolder, { chatTemplate: false, frozen: true })), base: baseFolder };
      const policy = withAdapter(frozen, newAdapter(frozen.config, settings, 5));
      const asked = {
        prompt: policy.tokenizer.encode("a1b+2="),
        completion: policy.tokenizer.encode("<answer>3</answer>"),
      };
      const scored = (): Float32Array => {
        const packed = packSequences([asked]);
        const found = tf.tidy(() => completionLogProbs(policy, packed, 1).logprobs.dataSync<"float32">());
        disposePacked(packed);
        return Float32Array.from(found);
      };
      const without = scored();
      const optimizer = newOptimizer(policy.trained);
      for (let step = 0; step < 3; step++) {
        const packed = packSequences([asked]);
        const { gradients } = lossAndGradients(policy.trained, () =>
          tf.neg(tf.mean(completionLogProbs(policy, packed, 1).logprobs)),
        );
        applyGradients(policy.trained, gradients, optimizer, optimize);
        disposePacked(packed);
      }
      const adapted = scored();
      const script = join(data, "check-peft.py");
      const answer = execFileSync(python!, [script, save(modelFiles(policy)), JSON.stringify(asked)], {
        encoding: "utf8",
        env: { ...process.env, HF_HUB_OFFLINE: "1" },
      });
      const theirs = z
        .object({ with: z.array(z.number()), without: z.array(z.number()) })
        .parse(JSON.parse(answer.trim().split("\n").at(-1)!));
      close(theirs.with, Array.from(adapted), "with the adapter");
      close(theirs.without, Array.from(without), "without it");
      expect(adapted[0]! - without[0]!).toBeGreaterThan(0.01);
    },
  );

  test.each<[string, (fields: Record<string, unknown>) => object, RegExp]>([
    ["another kind", (fields) => ({ ...fields, peft_type: "IA3" }), /peft_type: must be LORA/],
    ["DoRA", (fields) => ({ ...fields, use_dora: true }), /use_dora: DoRA is not supported/],
    ["nothing that is left", (fields) => ({ ...fields, lora_dropout: 1 }), /lora_dropout: must be below 1/],
    ["trained biases", (fields) => ({ ...fields, bias: "all" }), /bias: must be "none"/],
    [
      "another layer",
      (fields) => ({ ...fields, target_modules: ["lm_head"] }),
      /target_modules: lm_head is none of the layers/,
    ],
    ["another rank", (fields) => ({ ...fields, r: 5 }), /has the shape \[.*4.*\]; for this model it is \[.*5.*\]/],
    [
      "fewer layers",
      (fields) => ({ ...fields, target_modules: ["q_proj"] }),
      /has a tensor base_model\.model\..*, which an adapter of this model does not have/,
    ],
  ])("an adapter of %s is refused by what is wrong with it", async (_, change, message) => {
    const fields = JSON.parse(readFileSync(join(peftAdapter, "adapter_config.json"), "utf8")) as Record<
      string,
      unknown
    >;
    const folder = save({ "adapter_config.json": JSON.stringify(change(fields)) });
    writeFileSync(
      join(folder, "adapter_model.safetensors"),
      readFileSync(join(peftAdapter, "adapter_model.safetensors")),
    );
    await expect(readAdapter(folder, base())).rejects.toThrow(message);
  });
});
