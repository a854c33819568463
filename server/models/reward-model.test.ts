import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { newPolicy } from "./policy";
import { newRewardModel, rewardsOf, rewardsOfTexts, rewardsWithin } from "./reward-model";

const spec = {
  num_hidden_layers: 1,
  hidden_size: 8,
  num_attention_heads: 2,
  intermediate_size: 12,
  qk_norm: true,
  max_position_embeddings: 10,
  rope_theta: 10_000,
};

testEngine("cpu");

test("what is longer than the model's positions has no reward, and changes none of the others", () => {
  const model = newRewardModel(newPolicy(spec, ["a", "b"], 3));
  model.head.get("score.weight")!.assign(tf.tensor2d([[1, -2, 3, 1, 2, -1, 1, 4]]));
  const sequence = (length: number) => ({ prompt: [4, 5], completion: Array<number>(length - 2).fill(4) });
  const [short, full, long] = [sequence(5), sequence(10), sequence(11)];
  const rewards = rewardsWithin(model, [short, long, full]);
  expect(rewards[1]).toBeNull();
  expect([rewards[0], rewards[2]]).toEqual([...rewardsOf(model, [short, full])]);
  expect(rewards[0]).not.toBe(rewards[2]);
  expect(() => rewardsOf(model, [short, long])).toThrow(/position of a token is 10, outside of the model's positions/);
  const texts = ["a", "abababababab"].map((completion) => ({ prompt: "b", completion }));
  expect(rewardsOfTexts(model, texts)).toEqual([expect.any(Number), null]);
});
