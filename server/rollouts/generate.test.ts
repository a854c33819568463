import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { randomStream } from "../shared/random";
import type { Random } from "../shared/random";
import { testEngine } from "../engine/engine.testing";
import { completionLogProbs, disposePacked, packSequences } from "../models/packing";
import { newPolicy } from "../models/policy";
import type { Policy } from "../models/policy";
import { generate, plainSampling } from "./generate";
import type { Rollout } from "./generate";

let policy: Policy;
let prompts: number[][];

testEngine("cpu");
beforeAll(() => {
  policy = newPolicy(
    {
      num_hidden_layers: 2,
      hidden_size: 16,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      intermediate_size: 24,
      qk_norm: true,
      max_position_embeddings: 40,
      rope_theta: 10_000,
    },
    Array.from("abc0123456789+-=;"),
    5,
  );
  // Lengths that differ, one of a single token: positions and cache rows of a prompt depend on its own length alone.
  prompts = ["a6b+4=", "a", "a1b+2c-3=", "b9"].map((text) => policy.tokenizer.encode(text));
});

const common = { ...plainSampling, num_generations: 3, max_completion_length: 24 };
const byIndex = (group: number, sample: number): Random => randomStream("generate", group, sample);

/** Of each rollout by one forward pass over the whole sequences, as the update makes it. */
function scored(rollouts: readonly Rollout[], temperature: number): { logprobs: number[]; entropy: number[] }[] {
  const packed = packSequences(rollouts);
  const [logprobs, entropies] = tf.tidy(() => {
    const of = completionLogProbs(policy, packed, temperature);
    return [of.logprobs.arraySync(), of.entropies.arraySync()];
  });
  disposePacked(packed);
  let start = 0;
  return rollouts.map(({ completion }) => {
    const end = start + completion.length;
    const slice = { logprobs: logprobs.slice(start, end), entropy: entropies.slice(start, end) };
    start = end;
    return slice;
  });
}

test.each([1, 0.7])(
  "the log-probabilities recorded while sampling are those of the update's forward pass (temperature %d)",
  (temperature) => {
    const rollouts = generate(policy, prompts, { ...common, temperature, random: byIndex });
    const expected = scored(rollouts, temperature);
    rollouts.forEach(({ completion, logprobs, entropy }, index) => {
      expect(logprobs).toHaveLength(completion.length);
      expect(entropy).toHaveLength(completion.length);
      logprobs.forEach((value, token) => expect(value).toBeCloseTo(expected[index]!.logprobs[token]!, 4));
      entropy.forEach((value, token) => expect(value).toBeCloseTo(expected[index]!.entropy[token]!, 4));
    });
  },
);

test("what a sample draws does not depend on what else is in the batch", () => {
  const together = generate(policy, prompts, { ...common, random: byIndex });
  prompts.forEach((prompt, group) => {
    for (let sample = 0; sample < common.num_generations; sample++) {
      const [alone] = generate(policy, [prompt], {
        ...common,
        num_generations: 1,
        random: () => byIndex(group, sample),
      });
      const inBatch = together[group * common.num_generations + sample]!;
      expect(inBatch).toMatchObject({ group, sample, prompt });
      expect(Array.from(inBatch.completion)).toEqual(Array.from(alone!.completion));
      expect(inBatch.finishReason).toBe(alone!.finishReason);
    }
  });
});

test("the samples of a group differ; the same streams give the same rollouts", () => {
  const first = generate(policy, prompts, { ...common, random: byIndex });
  expect(generate(policy, prompts, { ...common, random: byIndex })).toEqual(first);
  const [one, other] = first;
  expect(Array.from(one!.completion)).not.toEqual(Array.from(other!.completion));
});

test("a completion ends with its first end-of-sequence token, or at the longest length", () => {
  const rollouts = generate(policy, prompts, { ...common, num_generations: 24, random: byIndex });
  for (const { completion, finishReason } of rollouts) {
    const end = completion.indexOf(policy.tokenizer.eos);
    expect(finishReason).toBe(end < 0 ? "length" : "stop");
    expect(completion).toHaveLength(end < 0 ? common.max_completion_length : end + 1);
  }
  expect(new Set(rollouts.map(({ finishReason }) => finishReason))).toEqual(new Set(["length", "stop"]));
});

test("each of several tokens ends a completion", () => {
  const stops = [policy.tokenizer.eos, policy.tokenizer.encode("a")[0]!, policy.tokenizer.encode("7")[0]!];
  const several = { ...policy, tokenizer: { ...policy.tokenizer, stops } };
  const rollouts = generate(several, prompts, { ...common, num_generations: 24, random: byIndex });
  for (const { completion, finishReason } of rollouts) {
    const end = completion.findIndex((token) => stops.includes(token));
    expect(finishReason).toBe(end < 0 ? "length" : "stop");
    expect(completion).toHaveLength(end < 0 ? common.max_completion_length : end + 1);
  }
  for (const stop of stops) expect(rollouts.some(({ completion }) => completion.at(-1) === stop)).toBe(true);
});

test("greedy takes the likeliest token of the whole sequence at every place", () => {
  const rollouts = generate(policy, prompts, {
    ...common,
    num_generations: 1,
    max_completion_length: 6,
    random: null,
  });
  for (const { prompt, completion, logprobs } of rollouts) {
    completion.forEach((token, at) => {
      const context = [...prompt, ...completion.slice(0, at)];
      const rows = Array.from({ length: policy.tokenizer.size }, (_, id) => ({ prompt: context, completion: [id] }));
      const packed = packSequences(rows);
      const all = tf.tidy(() => completionLogProbs(policy, packed, 1).logprobs.arraySync());
      disposePacked(packed);
      expect(all[token]).toBeCloseTo(Math.max(...all), 5);
      expect(logprobs[at]).toBeCloseTo(all[token]!, 4);
    });
  }
});

test("what does not fit into the model's positions is said before anything is sampled", () => {
  expect(() => generate(policy, prompts, { ...common, max_completion_length: 40, random: null })).toThrow(
    /prompt of 9 tokens and a completion of up to 40 do not fit into the model's 40 positions/,
  );
});

test("sampling leaves no tensors behind", () => {
  const before = tf.memory().numTensors;
  generate(policy, prompts, { ...common, random: byIndex });
  expect(tf.memory().numTensors).toBe(before);
});

test("a completion ends with the token that completes a stop string, as if sampling had stopped there", () => {
  const { tokenizer } = policy;
  const free = generate(policy, prompts, { ...common, random: byIndex });
  const text = ({ completion }: Rollout): string => tokenizer.decode(completion);
  // One that a single token makes, one that takes two, and one that never comes.
  const pair = free
    .map(text)
    .find((each) => each.length > 6)!
    .slice(3, 5);
  const stop_strings = ["=", pair, "abcabcabcabc"];
  const stopped = generate(policy, prompts, { ...common, stop_strings, random: byIndex });
  let cut = 0;
  stopped.forEach((rollout, index) => {
    const whole = free[index]!;
    const ends = [...whole.completion.keys()].find((token) =>
      stop_strings.some((stop) => tokenizer.decode(whole.completion.slice(0, token + 1)).includes(stop)),
    );
    const length = ends === undefined ? whole.completion.length : ends + 1;
    expect(rollout.completion).toEqual(whole.completion.slice(0, length));
    expect(rollout.logprobs).toEqual(whole.logprobs.slice(0, length));
    expect(rollout.finishReason).toBe(ends === undefined ? whole.finishReason : "stop");
    if (length < whole.completion.length) cut++;
  });
  expect(cut).toBeGreaterThan(2);
});
