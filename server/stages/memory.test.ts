import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { beforeAll, expect, test } from "vitest";
import { randomInteger, randomStream } from "../shared/random";
import { useFusedOperations } from "../engine/fused-operations";
import { newOptimizer } from "../engine/optimizer";
import { startSimd } from "../engine/simd/start";
import { testKernels } from "../engine/simd/kernels.testing";
import { newPolicy } from "../models/policy";
import { reasoningRlSchema } from "../recipes/stages";
import { generate } from "../rollouts/generate";
import { whole } from "./micro-batches";
import { updatePolicy } from "./rl/rl-step";
import { withAdvantages } from "./rl/advantages.testing";

const built = testKernels();
beforeAll(() => {
  tf.enableProdMode();
});

test("a thousand steps of sampling and updating take no more memory than the first hundred, and leave no tensors", async () => {
  const { operations, backend } = await startSimd(built.file, 2);
  useFusedOperations(operations);
  const policy = newPolicy(
    {
      num_hidden_layers: 1,
      hidden_size: 8,
      num_attention_heads: 2,
      intermediate_size: 8,
      qk_norm: true,
      max_position_embeddings: 64,
      rope_theta: 10_000,
    },
    Array.from("abc="),
    1,
  );
  const optimizer = newOptimizer(policy.weights);
  const stage = reasoningRlSchema.parse({ kind: "reasoning-rl", max_completion_length: 8 });
  const random = randomStream("memory");
  /** The largest steps first, then prompts of another number and length in each. */
  const step = (index: number): void => {
    const large = index < 100;
    const prompts = Array.from({ length: large ? 4 : randomInteger(random, 1, 4) }, () =>
      Array.from({ length: large ? 12 : randomInteger(random, 1, 12) }, () => randomInteger(random, 7, 10)),
    );
    const rollouts = generate(policy, prompts, {
      ...stage,
      num_generations: 3,
      random: (group, sample) => randomStream("memory", index, group, sample),
    });
    const tokens = rollouts.reduce((sum, { completion }) => sum + completion.length, 0);
    updatePolicy(
      { stage, policy, critic: null, optimizer, parts: whole },
      withAdvantages(
        rollouts,
        rollouts.map((_, sample) => (sample % 3) - 1),
      ),
      { beta: 0, entropyCoef: 0, totals: { completions: rollouts.length, tokens, max_completion_length: 8 } },
      { learning_rate: 1e-4, random: () => random },
    );
  };
  for (let index = 0; index < 100; index++) step(index);
  const [memory, tensors] = [backend.pool.reserved(), tf.memory().numTensors];
  for (let index = 100; index < 1000; index++) step(index);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(backend.pool.reserved()).toBeLessThanOrEqual(memory);
});
