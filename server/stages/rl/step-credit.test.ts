import { expect, test } from "vitest";
import { createTokenizer, newTokenizerFiles } from "../../models/tokenizer";
import type { RewardOutcome } from "../../protocol/traces";
import { reasoningRlSchema } from "../../recipes/stages";
import { completionSteps } from "../../shared/steps";
import { stepAdvantages } from "./step-advantages";
import { stepCredit } from "./step-credit";
import { stepMetrics } from "./step-metrics";

const tokenizer = createTokenizer(newTokenizerFiles(Array.from("0123456789abc+-=;")), { eos: [1], pad: 0 });
const texts = ["<think>1+2=3;3+1=4</think><answer>4</answer>", "<think>1+2=4;4+1=5</think><answer>5</answer>"];
const prompt = tokenizer.encode("a1b+2c+1=");
const rollouts = texts.map((text, sample) => {
  const completion = Int32Array.from(tokenizer.encode(text));
  return {
    group: 0,
    sample,
    prompt,
    completion,
    logprobs: new Float32Array(completion.length),
    entropy: new Float32Array(completion.length),
    finishReason: "stop" as const,
  };
});
const given = (score: number, steps?: readonly number[]): RewardOutcome => ({
  kind: "score",
  score,
  extras: {},
  ...(steps ? { steps: [...steps] } : {}),
});
const scored = (outcomes: Readonly<Record<string, readonly RewardOutcome[]>>, weights: readonly number[]) => {
  const scores = texts.map((_, sample) =>
    Object.values(outcomes).map((samples) => {
      const one = samples[sample]!;
      return one.kind === "score" ? one.score : null;
    }),
  );
  return {
    rollouts,
    completions: texts,
    outcomes,
    scores,
    weights,
    rewards: scores.map((row) => row.reduce<number>((sum, score, index) => sum + (score ?? 0) * weights[index]!, 0)),
    kept: [true],
  };
};

test("steps are weighted as their rewards are, and end at the token that ends their text", () => {
  expect(completionSteps(texts[0]!).map(({ text }) => text)).toEqual(["1+2=3;", "3+1=4"]);
  const outcomes = { a: [given(1, [1, 0.5]), given(0, [0, 1])], b: [given(0, [1, 1]), given(0)] };
  // <think>, six tokens of the first step, five of the second.
  expect(stepCredit(scored(outcomes, [2, 0.1]) as never, tokenizer)).toEqual([
    { scores: [2.1, 1.1], ends: [7, 12] },
    { scores: [0, 2], ends: [7, 12] },
  ]);
  expect(stepCredit(scored({ a: [given(1), given(0)] }, [1]) as never, tokenizer)).toEqual([null, null]);
});

test("a token's advantage is its outcome's beside that of the steps that follow it", () => {
  const stage = (settings: object) =>
    reasoningRlSchema.parse({ kind: "reasoning-rl", num_generations: 2, prompts_per_step: 1, ...settings });
  const outcomes = { a: [given(1, [1, 1]), given(0, [0, 1])] };
  const of = (settings: object) =>
    stepAdvantages(
      {
        stage: stage(settings),
        policy: { tokenizer },
        reference: null,
        critic: null,
        parts: (all: unknown) => [all],
      } as never,
      scored(outcomes, [1]) as never,
      0,
    );
  const plain = of({});
  expect(plain.steps).toBeNull();
  const outcome = plain.perSample[0]!;
  // Scores 1, 1, 0 and 1: mean 0.75, sample std 0.5.
  const unit = (score: number): number => (score - 0.75) / (0.5 + 1e-4);
  const [right, wrong] = of({ process_weight: 0.5 }).rollouts.map(({ advantages }) => advantages);
  expect(right![0]).toBeCloseTo(outcome + 0.5 * 2 * unit(1), 9);
  expect(right![7]).toBeCloseTo(outcome + 0.5 * unit(1), 9);
  expect(right!.at(-1)).toBeCloseTo(outcome, 9);
  expect(wrong![0]).toBeCloseTo(-outcome + 0.5 * (unit(0) + unit(1)), 9);
  expect(wrong![7]).toBeCloseTo(-outcome + 0.5 * unit(1), 9);
  const alone = of({ process_weight: 1, outcome_weight: 0, process_credit: "min" }).rollouts[1]!.advantages;
  expect([alone[0], alone[7], alone.at(-1)]).toEqual([unit(0), unit(1), 0]);
});

test("what rewards give to steps is told step by step", () => {
  expect(stepMetrics([{ scores: [1, 0], ends: [1, 2] }, null])).toEqual({
    "process/scored": 0.5,
    "process/steps": 2,
    "process/reward": 0.5,
    "process/reward_std": Math.SQRT1_2,
    "process/least_reward": 0,
  });
});
