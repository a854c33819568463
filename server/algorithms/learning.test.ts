/**
 * Every loss and advantage solves what it must be able to solve: a bandit of ten arms, and copying four tokens, with tabular softmax policies, on
 * each of five seeds.
 */
import { describe, expect, test } from "vitest";
import { advantageEstimators, estimateAdvantages, type AdvantageEstimator } from "./advantage-estimators";
import { generalisedAdvantages, tokenRewards } from "./generalised-advantage";
import { ktoLoss } from "./kto-loss";
import { eachCompletion } from "./packed";
import { policyLoss, type ImportanceSamplingLevel, type PolicyLossOptions } from "./policy-loss";
import { valueLoss } from "./ppo";
import { preferenceLoss, type Completions, type PreferenceLossType } from "./preference-loss";
import { randomStream } from "../shared/random";
import { lossTypes } from "../protocol/loss-types";
import { plainLoss } from "./plain-loss.testing";
import { whiten } from "./whiten";

const seeds = [0, 1, 2, 3, 4];

/** Prompts of `length` symbols; symbol t of the answer is drawn from a row of logits for (t, symbol t of the prompt). */
interface Task {
  readonly symbols: number;
  readonly length: number;
  readonly prompts: readonly (readonly number[])[];
  /** In [0, 1]. */
  reward(prompt: readonly number[], answer: readonly number[]): number;
}

const bandit: Task = {
  symbols: 10,
  length: 1,
  prompts: [[0], [0], [0], [0]],
  // Near the best there is a good one.
  reward: (_, [arm]) => (arm === 7 ? 1 : arm === 2 ? 0.6 : 0),
};
const copying: Task = {
  symbols: 4,
  length: 4,
  prompts: Array.from({ length: 8 }, (_, prompt) => [0, 1, 2, 3].map((place) => (prompt * (place + 1) + place) % 4)),
  reward: (prompt, answer) => answer.filter((symbol, place) => symbol === prompt[place]).length / 4,
};

const groupSize = 8;

interface Rollouts {
  readonly lengths: number[];
  readonly rewards: number[];
  /** `[tokens]` which row of logits each token was drawn from, and which symbol it is. */
  readonly rows: number[];
  readonly tokens: number[];
  readonly logprobs: Float64Array;
}

/** `[rows × symbols]` softmax of each row of logits. */
function probabilitiesOf(logits: Float64Array, symbols: number): Float64Array {
  const result = logits.map(Math.exp);
  for (let row = 0; row < result.length; row += symbols) {
    let total = 0;
    for (let symbol = 0; symbol < symbols; symbol++) total += result[row + symbol]!;
    for (let symbol = 0; symbol < symbols; symbol++) result[row + symbol]! /= total;
  }
  return result;
}

const logprobsOf = (
  probabilities: Float64Array,
  { rows, tokens }: Pick<Rollouts, "rows" | "tokens">,
  symbols: number,
): Float64Array => Float64Array.from(tokens, (token, at) => Math.log(probabilities[rows[at]! * symbols + token]!));

function rollOut(task: Task, logits: Float64Array, random: () => number): Rollouts {
  const probabilities = probabilitiesOf(logits, task.symbols);
  const [rows, tokens, rewards]: [number[], number[], number[]] = [[], [], []];
  for (const prompt of task.prompts) {
    for (let sample = 0; sample < groupSize; sample++) {
      const answer = prompt.map((symbol, place) => {
        const row = place * task.symbols + symbol;
        let left = random();
        rows.push(row);
        let drawn = 0;
        while (drawn < task.symbols - 1 && (left -= probabilities[row * task.symbols + drawn]!) >= 0) drawn++;
        return drawn;
      });
      tokens.push(...answer);
      rewards.push(task.reward(prompt, answer));
    }
  }
  const logprobs = logprobsOf(probabilities, { rows, tokens }, task.symbols);
  return { lengths: rewards.map(() => task.length), rewards, rows, tokens, logprobs };
}

/** Steps of Adam. */
function adam(size: number, rate: number): (parameters: Float64Array, gradient: Float64Array) => void {
  const [first, second] = [new Float64Array(size), new Float64Array(size)];
  let step = 0;
  return (parameters, gradient) => {
    step++;
    gradient.forEach((slope, index) => {
      first[index] = 0.9 * first[index]! + 0.1 * slope;
      second[index] = 0.99 * second[index]! + 0.01 * slope ** 2;
      const scale = Math.sqrt(second[index] / (1 - 0.99 ** step)) + 1e-8;
      parameters[index]! -= (rate * first[index]) / (1 - 0.9 ** step) / scale;
    });
  };
}

/** What the gradient by log-probabilities means for the logits: ∂log π(a) / ∂logit(b) = [a = b] − π(b). */
function byLogits(
  probabilities: Float64Array,
  { rows, tokens }: Rollouts,
  gradient: Float64Array,
  symbols: number,
): Float64Array {
  const result = new Float64Array(probabilities.length);
  for (let at = 0; at < tokens.length; at++) {
    const row = rows[at]! * symbols;
    const slope = gradient[at]!;
    for (let symbol = 0; symbol < symbols; symbol++) result[row + symbol]! -= slope * probabilities[row + symbol]!;
    result[row + tokens[at]!]! += slope;
  }
  return result;
}

/** `[tokens]` d loss / d log π of what was rolled out, at the log-probabilities of now. */
type Gradient = (rollouts: Rollouts, logprobs: Float64Array) => Float64Array;

/** The expected reward of the likeliest answers after `steps`, two updates each. */
function train(task: Task, seed: number, steps: number, gradientOf: Gradient): number {
  const { symbols, length, prompts } = task;
  const logits = new Float64Array(length * symbols * symbols);
  const update = adam(logits.length, 0.1);
  const random = randomStream("learning", seed);
  for (let step = 0; step < steps; step++) {
    const rollouts = rollOut(task, logits, random);
    for (let iteration = 0; iteration < 2; iteration++) {
      const probabilities = probabilitiesOf(logits, symbols);
      const gradient = gradientOf(rollouts, logprobsOf(probabilities, rollouts, symbols));
      update(logits, byLogits(probabilities, rollouts, gradient, symbols));
    }
  }
  const rewards = prompts.map((prompt) => {
    const answer = prompt.map((symbol, place) => {
      const row = (place * symbols + symbol) * symbols;
      const chosen = logits.subarray(row, row + symbols);
      return chosen.indexOf(Math.max(...chosen));
    });
    return task.reward(prompt, answer);
  });
  return rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}

const plain: PolicyLossOptions = { ...plainLoss, epsilon_high: 0.28 };

const lossGradient = (
  { lengths, logprobs: oldLogprobs, tokens }: Rollouts,
  logprobs: Float64Array,
  advantages: ArrayLike<number>,
  options: PolicyLossOptions,
): Float64Array =>
  policyLoss(
    {
      lengths,
      logprobs,
      oldLogprobs,
      advantages,
      referenceLogprobs: logprobs.map(() => -1.5),
      entropies: null,
      importanceRatios: null,
      entropyCoef: 0,
      totals: { completions: lengths.length, tokens: tokens.length, max_completion_length: lengths[0]! },
    },
    options,
  ).gradient;

const withoutCritic =
  (advantage_estimator: AdvantageEstimator, changes: Partial<PolicyLossOptions>): Gradient =>
  (rollouts, logprobs) => {
    const { perToken } = estimateAdvantages(
      rollouts.rewards,
      {
        scores: rollouts.rewards.map((reward) => [reward]),
        weights: [1],
        lengths: rollouts.lengths,
        penalties: null,
      },
      {
        advantage_estimator,
        num_generations: groupSize,
        scale_rewards: "group",
        normalize_advantages: false,
        gamma: 1,
      },
    );
    return lossGradient(rollouts, logprobs, perToken, { ...plain, ...changes });
  };

/** A critic with a value for each row of logits; it makes one step with the policy's. */
function withCritic(task: Task): Gradient {
  const critic = new Float64Array(task.length * task.symbols);
  const update = adam(critic.length, 0.1);
  return (rollouts, logprobs) => {
    const values = Float64Array.from(rollouts.rows, (row) => critic[row]!);
    const paid = tokenRewards(rollouts.lengths, rollouts.rewards, null);
    const { advantages, returns } = generalisedAdvantages(rollouts.lengths, paid, values, { gamma: 1, lam: 0.95 });
    const slopes = new Float64Array(critic.length);
    valueLoss(values, values, returns, 0.2).gradient.forEach((slope, at) => (slopes[rollouts.rows[at]!]! += slope));
    update(critic, slopes);
    return lossGradient(rollouts, logprobs, whiten(advantages), plain);
  };
}

/** What the best and the worst answers of each group teach against a policy that knows nothing. */
const fromPairs =
  (loss_type: PreferenceLossType, symbols: number): Gradient =>
  ({ lengths, rewards }, logprobs) => {
    const gradient = new Float64Array(logprobs.length);
    const starts: number[] = [];
    eachCompletion(lengths, (start) => starts.push(start));
    const pairs: { readonly best: number; readonly worst: number }[] = [];
    for (let group = 0; group < rewards.length; group += groupSize) {
      const order = Array.from({ length: groupSize }, (_, at) => group + at).sort((a, b) => rewards[b]! - rewards[a]!);
      const [best, worst] = [order[0]!, order.at(-1)!];
      if (rewards[best]! > rewards[worst]!) pairs.push({ best, worst });
    }
    if (pairs.length === 0) return gradient;
    const sideOf = (samples: readonly number[]): Completions => {
      const tokens = samples.flatMap((sample) => [
        ...logprobs.slice(starts[sample], starts[sample]! + lengths[sample]!),
      ]);
      return {
        lengths: samples.map((sample) => lengths[sample]!),
        logprobs: tokens,
        referenceLogprobs: tokens.map(() => -Math.log(symbols)),
      };
    };
    const [chosen, rejected] = [pairs.map(({ best }) => best), pairs.map(({ worst }) => worst)];
    const result = preferenceLoss(sideOf(chosen), sideOf(rejected), {
      loss_type: [loss_type],
      loss_weights: null,
      beta: 0.1,
      label_smoothing: 0.1,
      discopop_tau: 0.05,
      ld_alpha: null,
      f_divergence_type: "reverse_kl",
      f_alpha_divergence_coef: 0.5,
    });
    const add = (samples: readonly number[], of: Float64Array): void => {
      let at = 0;
      for (const sample of samples) {
        for (let token = 0; token < lengths[sample]!; token++) gradient[starts[sample]! + token]! += of[at++]!;
      }
    };
    add(chosen, result.chosenGradient);
    add(rejected, result.rejectedGradient);
    return gradient;
  };

/** Good answers are desirable, the others not. */
const fromLabels =
  (symbols: number): Gradient =>
  ({ lengths, rewards }, logprobs) => {
    const middle = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    return ktoLoss(
      { lengths, logprobs, referenceLogprobs: logprobs.map(() => -Math.log(symbols)) },
      rewards.map((reward) => reward > middle),
      0,
      { loss_type: "kto", beta: 0.1, desirable_weight: 1, undesirable_weight: 1 },
    ).gradient;
  };

const levelOf = (loss_type: string): ImportanceSamplingLevel => (loss_type === "luspo" ? "sequence" : "token");

type Learner = readonly [name: string, learner: (task: Task) => Gradient];
const learners: readonly Learner[] = [
  ...lossTypes.map((loss_type): Learner => {
    const changes: Partial<PolicyLossOptions> = {
      loss_type,
      importance_sampling_level: levelOf(loss_type),
      // The cap of the ratio itself.
      ...(loss_type === "cispo" ? { epsilon_high: 5 } : {}),
    };
    return [`loss_type ${loss_type}`, () => withoutCritic("group", changes)];
  }),
  ["GSPO", () => withoutCritic("group", { loss_type: "grpo", importance_sampling_level: "sequence" })],
  ["GRPO with delta, dual clip and a KL", () => withoutCritic("group", { delta: 4, dual_clip: 3, beta: 0.01 })],
  ...advantageEstimators.map((name): Learner => [
    `advantage_estimator ${name}`,
    () => withoutCritic(name, { importance_sampling_level: name === "rloo" ? "sequence_sum" : "token" }),
  ]),
  ["PPO", withCritic],
  ...(["sigmoid", "ipo", "hinge", "robust"] as const).map((type): Learner => [
    `DPO ${type} on its own best and worst`,
    ({ symbols }) => fromPairs(type, symbols),
  ]),
  ["KTO on its own answers", ({ symbols }) => fromLabels(symbols)],
];

describe.each(learners)("%s", (_, learner) => {
  test("finds the best arm of a bandit", () => {
    for (const seed of seeds) expect(train(bandit, seed, 60, learner(bandit)), `seed ${seed}`).toBe(1);
  });
  test("learns to copy four tokens", () => {
    for (const seed of seeds) expect(train(copying, seed, 60, learner(copying)), `seed ${seed}`).toBe(1);
  });
});
