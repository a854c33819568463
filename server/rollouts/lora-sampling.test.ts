import { beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { mergedWeights } from "../models/lora";
import { createPolicy, disposePolicy, newPolicy, withAdapter, type Policy } from "../models/policy";
import { adapterWithNumbers } from "../models/policy.testing";
import { toArrays } from "../models/weights";
import { randomStream } from "../shared/random";
import { generate, plainSampling } from "./generate";

describe.each(["cpu", "simd"] as const)("on %s", (engine) => {
  testEngine(engine);
  let policy: Policy;
  beforeAll(() => {
    const plain = newPolicy(
      {
        num_hidden_layers: 2,
        hidden_size: 16,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        intermediate_size: 24,
        qk_norm: true,
        max_position_embeddings: 64,
        rope_theta: 10_000,
      },
      Array.from("0123456789abcdefg"),
      3,
    );
    const settings = {
      rank: 4,
      alpha: 24,
      use_rslora: false,
      dropout: 0,
      target_modules: ["q_proj", "v_proj", "o_proj", "up_proj"],
    };
    const adapter = adapterWithNumbers(plain.config, settings, 1);
    policy = withAdapter(plain, adapter);
  });

  test("sampling with an adapter draws what the model with merged weights draws, and not what the model alone does", () => {
    const { config, tokenizer, adapter, weights } = policy;
    const merged = mergedWeights(weights, adapter!);
    const whole = createPolicy(
      config,
      new Map([...merged.weights].map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())])),
      tokenizer,
    );
    merged.dispose();
    const alone = createPolicy(config, toArrays(weights), tokenizer);
    const draw = (of: Policy): { completion: number[]; logprobs: number[] }[] =>
      generate(of, [[3, 7, 9, 12]], {
        ...plainSampling,
        num_generations: 4,
        max_completion_length: 10,
        random: (_, sample) => randomStream("lora", sample),
      }).map(({ completion, logprobs }) => ({ completion: [...completion], logprobs: [...logprobs] }));
    const [ofAdapter, ofWhole, ofAlone] = [draw(policy), draw(whole), draw(alone)];
    expect(ofAdapter.map(({ completion }) => completion)).toEqual(ofWhole.map(({ completion }) => completion));
    for (const [index, { logprobs }] of ofAdapter.entries())
      for (const [at, value] of logprobs.entries()) expect(value).toBeCloseTo(ofWhole[index]!.logprobs[at]!, 4);
    expect(ofAdapter.map(({ completion }) => completion)).not.toEqual(ofAlone.map(({ completion }) => completion));
    disposePolicy(whole);
    disposePolicy(alone);
  });
});
