import { beforeAll, expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { encodePrompt, newPolicy, type Policy } from "../models/policy";
import { alternativesTold, type PlayAnswer, type PlaySettings, type PlayToken } from "../protocol/playground";
import { generate, plainSampling } from "../rollouts/generate";
import { randomStream } from "../shared/random";
import { drawAnswers, readAnswer, type DrawRequest } from "./draw-answers";
import { likelyTokens } from "../rollouts/likely";

let policy: Policy;

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
});

const settings: PlaySettings = {
  samples: 3,
  temperature: 0.8,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  max_completion_length: 12,
  seed: 7,
};
const asked = { prompt: "a6b+4=" };

async function drawn(
  change: Partial<DrawRequest> = {},
  stopped: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<PlayAnswer[]> {
  const tokens: PlayToken[][] = [];
  let last: readonly PlayAnswer[] = [];
  const request = { asked, prefix: [], settings, stop_strings: [], ...change };
  for await (last of drawAnswers(policy, request, stopped))
    for (const [index, answer] of last.entries()) (tokens[index] ??= []).push(...answer.tokens);
  return last.map((answer, index) => ({ ...answer, tokens: tokens[index] ?? [] }));
}

const idsOf = ({ tokens }: PlayAnswer): number[] => tokens.map(({ id }) => id);

test("answers are those that sampling for training draws, with its numbers", async () => {
  const answers = await drawn();
  const rollouts = generate(policy, [encodePrompt(policy, asked)], {
    ...plainSampling,
    ...settings,
    num_generations: 3,
    random: (_, sample) => randomStream(7, "playground", sample),
  });
  expect(answers.map(idsOf)).toEqual(rollouts.map(({ completion }) => [...completion]));
  expect(answers.map(({ end }) => end)).toEqual(rollouts.map(({ finishReason }) => finishReason));
  for (const [index, { tokens, completion }] of answers.entries()) {
    const rollout = rollouts[index]!;
    expect(completion).toBe(policy.tokenizer.decode(rollout.completion));
    for (const [at, token] of tokens.entries()) {
      expect(token.logprob).toBeCloseTo(rollout.logprobs[at]!, 5);
      expect(token.entropy).toBeCloseTo(rollout.entropy[at]!, 5);
      expect(token.text).toBe(policy.tokenizer.texts[token.id]);
      expect(token.given).toBe(false);
    }
  }
});

test("what is drawn behind another answer's beginning keeps it, and what would have followed is among the alternatives", async () => {
  const first = (await drawn()).toSorted((a, b) => b.tokens.length - a.tokens.length)[0];
  const prefix = idsOf(first!).slice(0, 4);
  expect(first!.tokens.length).toBeGreaterThan(4);
  const again = await drawn({ prefix, settings: { ...settings, seed: 8, max_completion_length: 5 } });
  for (const answer of again) {
    expect(idsOf(answer).slice(0, 4)).toEqual(prefix);
    expect(answer.tokens.map(({ given }) => given).slice(0, 5)).toEqual([true, true, true, true, false]);
    for (const at of [0, 1, 2, 3]) {
      const [kept, drawnBefore] = [answer.tokens[at]!, first!.tokens[at]!];
      expect(kept.logprob).toBeCloseTo(drawnBefore.logprob, 4);
      expect(kept.alternatives.map(({ id }) => id)).toEqual(drawnBefore.alternatives.map(({ id }) => id));
    }
  }
  // A token that ends an answer, chosen by hand.
  const ended = await drawn({ prefix: [...prefix, policy.tokenizer.eos] });
  expect(ended.map(({ end, tokens }) => [end, tokens.length])).toEqual([0, 1, 2].map(() => ["stop", 5]));
  await expect(drawn({ prefix: [9999] })).rejects.toThrow(/no token 9999: this answer is of another checkpoint/);
});

test("at temperature 0 the likeliest token is taken, and numbers are those of temperature 1", async () => {
  const [one, other] = await drawn({ settings: { ...settings, temperature: 0 } });
  expect(idsOf(one!)).toEqual(idsOf(other!));
  for (const { id, logprob, alternatives } of one!.tokens) {
    expect(alternatives[0]).toMatchObject({ id, logprob });
    expect(logprob).toBeLessThan(0);
  }
});

test("an answer ends at a stop string of several tokens, and where it is stopped", async () => {
  const [plain] = await drawn({ settings: { ...settings, samples: 1 } });
  const text = plain!.completion.slice(1, 3);
  const [stoppedAt] = await drawn({ settings: { ...settings, samples: 1 }, stop_strings: [text] });
  expect(stoppedAt!.completion).toBe(plain!.completion.slice(0, plain!.completion.indexOf(text) + text.length));
  expect(stoppedAt!.end).toBe("stop");
  let asking = 0;
  const cancelled = await drawn({}, () => Promise.resolve(++asking === 3));
  expect(cancelled.map(({ end, tokens }) => [end, tokens.length])).toContainEqual(["cancelled", 3]);
});

test("a written answer has the model's numbers, its end token among them", async () => {
  const [answer] = await drawn({ settings: { ...settings, temperature: 1, samples: 1 } });
  const written = readAnswer(policy, asked, answer!.completion);
  const own = policy.tokenizer.encode(answer!.completion);
  expect(idsOf(written)).toEqual([...own, policy.tokenizer.eos]);
  for (const [at, id] of own.entries()) {
    if (answer!.tokens[at]!.id !== id) break;
    expect(written.tokens[at]!.logprob).toBeCloseTo(answer!.tokens[at]!.logprob, 4);
  }
  expect(() => readAnswer(policy, asked, "1".repeat(60))).toThrow(/the model has 40 positions/);
});

test("probabilities are those of a softmax at the temperature; equals stand in the order of their ids", () => {
  const logits = Float32Array.of(0, 0, 1, 3, 2, 3, 0, -Infinity, 1, 0.5, 7);
  const { logprob, entropy, alternatives } = likelyTokens(logits, 0, 10, 2, 4, alternativesTold);
  const weights = Array.from(logits.subarray(0, 10), (logit) => Math.exp(logit / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  expect(logprob).toBeCloseTo(Math.log(weights[4]! / total), 6);
  expect(alternatives.map(({ id }) => id)).toEqual([3, 5, 4, 2, 8, 9, 0, 1]);
  expect(Math.exp(alternatives[0]!.logprob)).toBeCloseTo(weights[3]! / total, 6);
  const shares = weights.filter((weight) => weight > 0).map((weight) => weight / total);
  expect(entropy).toBeCloseTo(-shares.reduce((sum, share) => sum + share * Math.log(share), 0), 6);
  // The row behind it.
  expect(likelyTokens(logits, 0, 11, 1, 10, alternativesTold).alternatives[0]!.id).toBe(10);
});
