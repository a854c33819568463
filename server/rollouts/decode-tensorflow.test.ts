import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { describe, expect, test } from "vitest";
import { randomStream } from "../shared/random";
import { fused, useFusedOperations } from "../engine/fused-operations";
import { startTensorflow } from "../engine/tensorflow/start";
import { decoderOf } from "../models/decoder";
import { newPolicy } from "../models/policy";
import { withBiases } from "../models/policy.testing";
import { decodeStepwise } from "./decode-stepwise";
import { decodedBy } from "./decode.testing";
import { plainSampling } from "./generate";
import { disposeReadPrompts, readPrompts } from "./read-prompts";

const binding = process.env["REASONING_LAB_TENSORFLOW"];

describe.skipIf(binding === undefined)("TensorFlow", () => {
  test.each([
    ["grouped-query heads with norms", { num_attention_heads: 4, num_key_value_heads: 2, qk_norm: true }],
    ["as many key heads", { num_attention_heads: 2, qk_norm: false }],
    ["biases", { num_attention_heads: 4, num_key_value_heads: 2, qk_norm: false }],
  ])("decoding draws what the model draws token by token: %s", async (name, spec) => {
    tf.enableProdMode();
    // Without the embedded kernel: its own decoding.
    useFusedOperations((await startTensorflow(binding!)).operations);
    const plain = newPolicy(
      {
        num_hidden_layers: 2,
        hidden_size: 16,
        intermediate_size: 24,
        max_position_embeddings: 64,
        rope_theta: 10_000,
        ...spec,
      },
      Array.from("abc0123456789+-=;"),
      5,
    );
    const policy = name === "biases" ? withBiases(plain, 5) : plain;
    const ids = ["a6b+4=", "a", "a1b+2c-3=", "b9"].map((prompt) => policy.tokenizer.encode(prompt));
    const random = randomStream("decode");
    const request = {
      ...plainSampling,
      samples: 6,
      max_completion_length: 44,
      stops: policy.tokenizer.stops,
      uniforms: Float64Array.from({ length: ids.length * 6 * 44 }, () => random()),
    };
    const read = readPrompts(policy, ids);
    const expected = decodedBy(decodeStepwise(policy, read, request));
    const before = tf.memory().numTensors;
    const begin = () => fused().decode(decoderOf(policy), read, request);
    const actual = decodedBy(begin());
    // Constants that it keeps aside, it leaves no tensors behind.
    decodedBy(begin(), [1, 3, 50]);
    const kept = tf.memory().numTensors;
    expect(decodedBy(begin(), [7])).toEqual(actual);
    // One that is given up leaves nothing behind either.
    const givenUp = begin()!;
    givenUp.advance(9);
    givenUp.dispose();
    expect(tf.memory().numTensors).toBe(kept);
    expect(kept - before).toBeLessThan(200);
    expect(Array.from(actual.lengths)).toEqual(Array.from(expected.lengths));
    expect(new Set(actual.lengths).size).toBeGreaterThan(2);
    actual.lengths.forEach((length, sequence) => {
      for (let at = sequence * 44; at < sequence * 44 + length; at++) {
        expect(actual.tokens[at]).toBe(expected.tokens[at]);
        expect(actual.logprobs[at]).toBeCloseTo(expected.logprobs[at]!, 4);
        expect(actual.entropy[at]).toBeCloseTo(expected.entropy[at]!, 4);
      }
    });
    disposeReadPrompts(read);
  });
});
