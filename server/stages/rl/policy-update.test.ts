import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { randomStream } from "../../shared/random";
import { newOptimizer, type OptimizerState } from "../../engine/optimizer";
import { testEngine } from "../../engine/engine.testing";
import { completionLogProbs, disposePacked, packSequences } from "../../models/packing";
import { createPolicy, newPolicy } from "../../models/policy";
import type { Policy } from "../../models/policy";
import { toArrays } from "../../models/weights";
import { reasoningRlSchema } from "../../recipes/stages";
import type { RlSpec } from "../../recipes/stages";
import { generate, plainSampling } from "../../rollouts/generate";
import type { Rollout } from "../../rollouts/generate";
import { whole } from "../micro-batches";
import { updatePolicy } from "./rl-step";
import { klMetrics, ratioMetrics } from "./step-diagnostics";
import { withAdvantages } from "./advantages.testing";
import { updateResult, type UpdateResult } from "./update-result";

const model = {
  num_hidden_layers: 1,
  hidden_size: 16,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  intermediate_size: 24,
  qk_norm: true,
  max_position_embeddings: 40,
  rope_theta: 10_000,
};
const learning_rate = 1e-3;
const common = { num_generations: 2, max_completion_length: 12, temperature: 1 };

function stageOf(settings: Partial<RlSpec>): RlSpec {
  return reasoningRlSchema.parse({ kind: "reasoning-rl", ...common, ...settings });
}

/** A policy with the same numbers each time, and rollouts that it sampled. */
function sampled(temperature = 1): { policy: Policy; rollouts: Rollout[] } {
  const policy = newPolicy(model, Array.from("abc0123456789+-=;"), 3);
  const prompts = ["a6b+4=", "a1=", "a5b-2c+9="].map((text) => policy.tokenizer.encode(text));
  const random = (group: number, sample: number) => randomStream("update", group, sample);
  return { policy, rollouts: generate(policy, prompts, { ...plainSampling, ...common, temperature, random }) };
}

const copyOf = (policy: Policy): Policy => createPolicy(policy.config, toArrays(policy.weights), policy.tokenizer);

const tokensOf = (rollouts: readonly Rollout[]): number =>
  rollouts.reduce((sum, { completion }) => sum + completion.length, 0);

interface Given {
  readonly policy: Policy;
  readonly rollouts: readonly Rollout[];
  readonly advantages: readonly number[];
  readonly reference?: Policy;
  readonly optimizer?: OptimizerState;
  readonly learning_rate?: number;
  readonly totals?: { readonly completions: number; readonly tokens: number };
}

function update(stage: RlSpec, given: Given): UpdateResult {
  const { policy, rollouts, advantages } = given;
  const updates = updatePolicy(
    { stage, policy, critic: null, optimizer: given.optimizer ?? newOptimizer(policy.weights), parts: whole },
    withAdvantages(rollouts, advantages, given.reference, stage.temperature),
    {
      beta: stage.beta,
      entropyCoef: 0,
      totals: {
        ...(given.totals ?? { completions: rollouts.length, tokens: tokensOf(rollouts) }),
        max_completion_length: stage.max_completion_length,
      },
    },
    { learning_rate: given.learning_rate ?? learning_rate, random: () => randomStream("update") },
  );
  return updateResult(stage, updates, stage.beta)!;
}

/** Shares of clipped tokens, and the mean KL, as the stage reports them. */
const ratiosOf = ({ records }: UpdateResult, rollouts: readonly Rollout[], tokens = tokensOf(rollouts)) =>
  ratioMetrics(
    rollouts.map((rollout) => ({ rollout })),
    { records },
    tokens,
  );
const klOf = ({ records }: UpdateResult, rollouts: readonly Rollout[], reference: Policy): number => {
  const none = rollouts.map(() => 0);
  return klMetrics(stageOf({}), withAdvantages(rollouts, none, reference), records)["kl"]!;
};

/** Σ log π of each rollout's completion. */
function logLikelihoods(policy: Policy, rollouts: readonly Rollout[], temperature = 1): number[] {
  return rollouts.map((rollout) => {
    const packed = packSequences([rollout]);
    const logprobs = tf.tidy(() => completionLogProbs(policy, packed, temperature).logprobs.arraySync());
    disposePacked(packed);
    return logprobs.reduce((sum, value) => sum + value, 0);
  });
}

testEngine("cpu");
afterEach(() => tf.disposeVariables());

test("a completion with a positive advantage becomes likelier, one with a negative advantage less likely", () => {
  for (const index of [0, 3, 5]) {
    for (const advantage of [1, -1]) {
      const { policy, rollouts } = sampled();
      const advantages = rollouts.map((_, other) => (other === index ? advantage : 0));
      const before = logLikelihoods(policy, rollouts);
      update(stageOf({}), { policy, rollouts, advantages });
      const after = logLikelihoods(policy, rollouts);
      expect(Math.sign(after[index]! - before[index]!)).toBe(advantage);
    }
  }
});

test("the gradient is that of Σ −A · weight · log π, computed completion by completion", () => {
  const advantages = [1, -1, 0.5, -0.25, 2, -0.7];
  for (const loss_type of ["grpo", "dapo"] as const) {
    const { policy, rollouts } = sampled();
    const tokens = tokensOf(rollouts);
    const { value, grads } = tf.variableGrads(
      () =>
        tf.addN(
          rollouts.map((rollout, index) => {
            const { logprobs } = completionLogProbs(policy, packSequences([rollout]), 1);
            const weight = loss_type === "grpo" ? 1 / (rollouts.length * rollout.completion.length) : 1 / tokens;
            return tf.mul(tf.sum(logprobs), -advantages[index]! * weight);
          }),
        ),
      [...policy.weights.values()],
    );
    const norm = Math.sqrt(
      Object.values(grads).reduce((sum, gradient) => sum + tf.sum(tf.square(gradient)).dataSync()[0]!, 0),
    );
    value.dispose();
    const result = update(stageOf({ loss_type }), { policy, rollouts, advantages });
    expect(result.gradNorm).toBeCloseTo(norm, 4);
    const loss = rollouts.reduce(
      (sum, { completion }, index) =>
        sum - advantages[index]! * (loss_type === "grpo" ? 1 / rollouts.length : completion.length / tokens),
      0,
    );
    expect(result.loss).toBeCloseTo(loss, 4);
  }
});

test("leaving out rollouts without advantage gives the update of the whole batch", () => {
  const whole = sampled();
  const advantages = [1, -1, 0, 0, 0.5, -0.5];
  update(stageOf({ num_iterations: 2 }), { ...whole, advantages });
  const part = sampled();
  const kept = [0, 1, 4, 5];
  update(stageOf({ num_iterations: 2 }), {
    policy: part.policy,
    rollouts: kept.map((index) => part.rollouts[index]!),
    advantages: kept.map((index) => advantages[index]!),
    totals: { completions: part.rollouts.length, tokens: tokensOf(part.rollouts) },
  });
  const expected = toArrays(whole.policy.weights);
  for (const [name, values] of toArrays(part.policy.weights)) {
    values.forEach((value, index) => expect(value).toBeCloseTo(expected.get(name)![index]!, 4));
  }
});

test("the records of each rollout are its own: log-probabilities as sampled, ratio 1 while on-policy", () => {
  for (const temperature of [1, 0.7]) {
    const { policy, rollouts } = sampled(temperature);
    const result = update(stageOf({ temperature }), {
      policy,
      rollouts,
      advantages: [1, -1, 1, -1, 1, -1],
    });
    rollouts.forEach(({ logprobs }, index) => {
      const record = result.records[index]!;
      expect(record.logprobs).toHaveLength(logprobs.length);
      record.logprobs!.forEach((value, token) => expect(value).toBeCloseTo(logprobs[token]!, 4));
      expect(new Set(record.ratio)).toEqual(new Set([1]));
    });
    expect(ratiosOf(result, rollouts)).toMatchObject({ "clip_ratio/low_mean": 0, "clip_ratio/high_mean": 0 });
  }
});

test("further passes are off-policy: the ratio is to the policy that sampled, and the clip bounds it", () => {
  const { policy, rollouts } = sampled();
  const advantages = [1, -1, 1, -1, 1, -1];
  const result = update(stageOf({ num_iterations: 8, epsilon: 0.05 }), {
    policy,
    rollouts,
    advantages,
    learning_rate: 5e-3,
  });
  const { records } = result;
  const ratios = records.flatMap(({ ratio }) => Array.from(ratio!));
  expect(ratios.some((ratio) => Math.abs(ratio - 1) > 0.05)).toBe(true);
  const expected = records.map(({ ratio }, index) =>
    Array.from(ratio!, (value) => ((advantages[index]! > 0 ? value > 1.05 : value < 0.95) ? 1 : 0)),
  );
  expect(records.map(({ clipped }) => Array.from(clipped!))).toEqual(expected);
  const clipped = expected.flat().filter((value) => value === 1).length;
  expect(clipped).toBeGreaterThan(0);
  expect(ratiosOf(result, rollouts)["clip_ratio/region_mean"]! * ratios.length).toBeCloseTo(clipped, 6);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  expect(ratiosOf(result, rollouts)).toMatchObject({ "ratio/min": least, "ratio/max": most });
  // Of the policy before the update, not of the last pass.
  records.forEach(({ logprobs }, index) =>
    logprobs!.forEach((value, token) => expect(value).toBeCloseTo(rollouts[index]!.logprobs[token]!, 4)),
  );
});

test("clip ratios are shares of all tokens of the step, as in TRL", () => {
  const run = (totals: number): number => {
    const { policy, rollouts } = sampled();
    const result = update(stageOf({ num_iterations: 8, epsilon: 0.05 }), {
      policy,
      rollouts,
      advantages: [1, -1, 1, -1, 1, -1],
      learning_rate: 5e-3,
    });
    return (
      result.records.flatMap(({ clipped }) => Array.from(clipped!)).filter(Boolean).length /
      ratiosOf(result, rollouts, totals * tokensOf(rollouts))["clip_ratio/region_mean"]!
    );
  };
  const { rollouts } = sampled();
  expect(run(2)).toBeCloseTo(2 * tokensOf(rollouts), 3);
});

test("the KL to the reference is 0 on it and pulls a policy that moved back to it", () => {
  const { policy, rollouts } = sampled();
  const reference = copyOf(policy);
  const optimizer = newOptimizer(policy.weights);
  const none = rollouts.map(() => 0);
  const on = update(stageOf({ beta: 0.1 }), { policy, reference, rollouts, advantages: none, optimizer });
  expect(klOf(on, rollouts, reference)).toBeCloseTo(0, 6);
  on.records.forEach(({ logprobs, referenceLogprobs }) =>
    referenceLogprobs!.forEach((value, token) => expect(value).toBeCloseTo(logprobs![token]!, 4)),
  );

  update(stageOf({ num_iterations: 10 }), {
    policy,
    rollouts,
    advantages: [1, 1, 1, 1, 1, 1],
    optimizer,
    learning_rate: 5e-3,
  });
  const kls: number[] = [];
  for (let step = 0; step < 10; step++) {
    const result = update(stageOf({ beta: 1 }), {
      policy,
      reference,
      rollouts,
      advantages: none,
      optimizer: newOptimizer(policy.weights),
    });
    kls.push(klOf(result, rollouts, reference));
  }
  expect(kls[0]).toBeGreaterThan(1e-3);
  expect(kls.at(-1)).toBeLessThan(kls[0]! / 2);
});

test("an update leaves no tensors behind", () => {
  const { policy, rollouts } = sampled();
  const optimizer = newOptimizer(policy.weights);
  const reference = copyOf(policy);
  const input = { policy, reference, rollouts, advantages: [1, -1, 1, -1, 1, -1], optimizer };
  update(stageOf({ beta: 0.1, num_iterations: 2 }), input);
  const before = tf.memory().numTensors;
  update(stageOf({ beta: 0.1, num_iterations: 2 }), input);
  expect(tf.memory().numTensors).toBe(before);
});

test("tokens that were inserted move nothing: the update is that of the completion's other tokens", () => {
  const { policy, rollouts } = sampled();
  const advantages = [1, -1, 0.5, -0.25, 2, -0.7];
  const long = rollouts.findIndex(({ completion }) => completion.length > 6);
  const learnt = Array.from(rollouts[long]!.completion, (_, token) => token < 2 || token > 4);
  const marked = rollouts.map((rollout, index) => (index === long ? { ...rollout, learnt } : rollout));
  const stage = stageOf({ loss_type: "dapo", num_iterations: 2, beta: 0.1 });
  const reference = newPolicy(model, Array.from("abc0123456789+-=;"), 4);
  const learning = copyOf(policy);
  const { records } = update(stage, { policy: learning, rollouts: marked, advantages, reference });
  expect(records[long]!.logprobs).toHaveLength(learnt.filter(Boolean).length);

  // Numbers of those tokens that nobody may read.
  const other = marked.map((rollout, index) =>
    index === long
      ? { ...rollout, logprobs: rollout.logprobs.map((value, token) => (learnt[token] ? value : -77)) }
      : rollout,
  );
  const again = copyOf(policy);
  expect(update(stage, { policy: again, rollouts: other, advantages, reference }).records).toEqual(records);
  expect(toArrays(again.weights)).toEqual(toArrays(learning.weights));
  const unmarked = copyOf(policy);
  update(stage, { policy: unmarked, rollouts, advantages, reference });
  expect(toArrays(unmarked.weights)).not.toEqual(toArrays(learning.weights));

  // Their gradients: of log π of the learnt tokens alone.
  const packed = packSequences([marked[long]!]);
  const whole = packSequences([rollouts[long]!]);
  const said = tf.tidy(() => completionLogProbs(policy, packed, 1).logprobs.arraySync());
  const all = tf.tidy(() => completionLogProbs(policy, whole, 1).logprobs.arraySync());
  disposePacked(packed);
  disposePacked(whole);
  expect(said).toEqual(all.filter((_, token) => learnt[token]));
});
