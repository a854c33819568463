import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { newPolicy, type Policy } from "../models/policy";
import { randomStream } from "../shared/random";
import { generate, plainSampling, type Rollout } from "./generate";
import { eachCompletionToken, topLogprobs } from "./read-completions";

let policy: Policy;
let rollouts: Rollout[];

testEngine("cpu");
beforeAll(() => {
  policy = newPolicy(
    {
      num_hidden_layers: 1,
      hidden_size: 16,
      num_attention_heads: 2,
      intermediate_size: 24,
      qk_norm: true,
      max_position_embeddings: 40,
      rope_theta: 10_000,
    },
    Array.from("abc0123456789+-=;"),
    5,
  );
  const prompts = ["a6b+4=", "a", "b9"].map((text) => policy.tokenizer.encode(text));
  rollouts = generate(policy, prompts, {
    ...plainSampling,
    temperature: 0.7,
    num_generations: 2,
    max_completion_length: 12,
    random: (group, sample) => randomStream("read", group, sample),
  });
});

test("the likeliest tokens are those of the whole distribution, and the one that was drawn has the number it was drawn with", () => {
  const vocabulary = policy.config.vocab_size;
  // As many as there are: each place's add up to 1.
  const all = topLogprobs(policy, rollouts, { temperature: 0.7, top_logprobs: vocabulary });
  expect(all).toHaveLength(rollouts.length);
  all.forEach((top, at) => {
    const { completion, logprobs } = rollouts[at]!;
    expect([top!.count, top!.ids.length]).toEqual([vocabulary, completion.length * vocabulary]);
    completion.forEach((id, token) => {
      const own = top!.logprobs.subarray(token * vocabulary, (token + 1) * vocabulary);
      expect([...own]).toEqual([...own].sort((a, b) => b - a));
      expect(own.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 4);
      const place = top!.ids.subarray(token * vocabulary, (token + 1) * vocabulary).indexOf(id);
      expect(own[place]).toBeCloseTo(logprobs[token]!, 4);
    });
  });
});

test("fewer are the first of them, more than the vocabulary has are the vocabulary, none are none", () => {
  const of = (top_logprobs: number) => topLogprobs(policy, rollouts, { temperature: 0.7, top_logprobs });
  const [three, many] = [of(3)[0]!, of(10_000)[0]!];
  expect(many.count).toBe(policy.config.vocab_size);
  for (let token = 0; token < rollouts[0]!.completion.length; token++)
    expect([...three.ids.subarray(3 * token, 3 * token + 3)]).toEqual([
      ...many.ids.subarray(many.count * token, many.count * token + 3),
    ]);
  expect(of(0)).toEqual(rollouts.map(() => null));
});

test("what goes through the model together changes nothing, completions without tokens stay in their place, and no tensor is left", () => {
  const held = tf.memory().numTensors;
  const empty = { prompt: [1], completion: new Int32Array() };
  const sequences = [empty, ...rollouts, empty];
  const settings = { temperature: 1, top_logprobs: 2 };
  const whole = topLogprobs(policy, sequences, settings);
  const single = topLogprobs(policy, sequences, settings, (all) => all.map((one) => [one]));
  expect(whole[0]!.ids).toHaveLength(0);
  expect(whole.map((top) => top!.ids)).toEqual(single.map((top) => top!.ids));
  const places: string[] = [];
  eachCompletionToken(policy, sequences, (_logits, _row, { sequence, token }) => places.push(`${sequence} ${token}`));
  expect(places).toEqual(
    rollouts.flatMap(({ completion }, at) => Array.from(completion, (_, token) => `${at + 1} ${token}`)),
  );
  expect(tf.memory().numTensors).toBe(held);
});
