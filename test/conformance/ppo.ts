/**
 * `trl/ppo.json`: rewards, advantages, losses and gradients of PPO, as the statements of TRL 1.12's PPOTrainer give them in float64. TRL gives
 * the score to the position behind the last token, where the critic's value counts too: the completions here are one position longer.
 */
import * as z from "zod";
import { generalisedAdvantages } from "../../server/algorithms/generalised-advantage";
import { klEstimate } from "../../server/algorithms/kl";
import { eachCompletion } from "../../server/algorithms/packed";
import { policyLoss } from "../../server/algorithms/policy-loss";
import { valueLoss } from "../../server/algorithms/ppo";
import { whiten } from "../../server/algorithms/whiten";
import { readCases, runCases } from "./case-file";
import type { FileResult, Mismatch } from "./case-file";
import { compare } from "./compare";
import { plainLoss } from "../../server/algorithms/plain-loss.testing";

const rowsSchema = z.array(z.array(z.number()));
const caseSchema = z.object({
  id: z.string(),
  config: z.object({
    kl_coef: z.number(),
    kl_estimator: z.enum(["k1", "k3"]),
    gamma: z.number(),
    lam: z.number(),
    whiten_rewards: z.boolean(),
    cliprange: z.number(),
    cliprange_value: z.number(),
    vf_coef: z.number(),
    missing_eos_penalty: z.number().nullable(),
    eos_token_id: z.number(),
  }),
  inputs: z.object({
    responses: rowsSchema,
    sequence_lengths: z.array(z.int()),
    logprobs: rowsSchema,
    ref_logprobs: rowsSchema,
    values: rowsSchema,
    scores: z.array(z.number()),
    new_logprobs: rowsSchema,
    vpred: rowsSchema,
    micro_batch_inds: z.array(z.int()),
  }),
  expected: z.object({
    rewards: rowsSchema,
    returns: rowsSchema,
    advantages: rowsSchema,
    pg_loss: z.number(),
    vf_loss: z.number(),
    loss: z.number(),
    d_loss_d_new_logprobs: rowsSchema,
    d_loss_d_vpred: rowsSchema,
    stats: z.record(z.string(), z.number()),
  }),
});
type Case = z.infer<typeof caseSchema>;

const exact = { relative: 1e-8, absolute: 1e-11 };
const shares = { relative: 1e-6, absolute: 1e-7 };

function check({ config, inputs, expected }: Case): Mismatch[] {
  const width = inputs.responses[0]!.length;
  const real = inputs.sequence_lengths.map((last) => last + 1);
  const longer = real.map((length) => Math.min(length + 1, width));
  const pack = (rows: readonly (readonly number[])[], lengths: readonly number[]): Float64Array =>
    Float64Array.from(rows.flatMap((row, index) => row.slice(0, lengths[index])));
  const unpack = (values: ArrayLike<number>, lengths: readonly number[]): number[][] => {
    let at = 0;
    return lengths.map((length) => Array.from({ length: width }, (_, token) => (token < length ? values[at++]! : 0)));
  };
  // Positions that are no token: everything there is masked.
  const masked = (rows: readonly (readonly number[])[], lengths: readonly number[]): number[][] =>
    rows.map((row, index) => row.map((value, token) => (token < lengths[index]! ? value : 0)));

  const scores = inputs.scores.map((score, index) => {
    const ended = inputs.responses[index]!.includes(config.eos_token_id);
    return config.missing_eos_penalty === null || ended ? score : score - config.missing_eos_penalty;
  });
  const logprobs = masked(inputs.logprobs, real);
  const reference = masked(inputs.ref_logprobs, real);
  const penalties = logprobs.map((row, index) =>
    row.map((logprob, token) => config.kl_coef * klEstimate(config.kl_estimator, logprob, reference[index]![token]!)),
  );
  const rewards = Float64Array.from(pack(penalties, longer), (penalty) => -penalty);
  eachCompletion(longer, (_, end, index) => (rewards[end - 1]! += scores[index]!));
  const paid = config.whiten_rewards ? whiten(rewards, false) : rewards;
  const values = pack(inputs.values, longer);
  const { advantages, returns } = generalisedAdvantages(longer, paid, values, config);
  const perToken = whiten(pack(unpack(advantages, longer), real));

  const batch = inputs.micro_batch_inds;
  const [lengths, lengthsLonger] = [batch.map((index) => real[index]!), batch.map((index) => longer[index]!)];
  const chosen = (values: ArrayLike<number>, all: readonly number[], some: readonly number[]): Float64Array => {
    const rows = unpack(values, all);
    return pack(
      batch.map((index) => rows[index]!),
      some,
    );
  };
  const rowsOf = (rows: readonly (readonly number[])[]): (readonly number[])[] => batch.map((index) => rows[index]!);
  /** Gradients of all rows: 0 for those that are not in the batch. */
  const scattered = (rows: readonly number[][]): number[][] =>
    inputs.responses.map((_, index) => rows[batch.indexOf(index)] ?? Array<number>(width).fill(0));
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const policy = policyLoss(
    {
      lengths,
      logprobs: pack(rowsOf(inputs.new_logprobs), lengths),
      oldLogprobs: pack(rowsOf(inputs.logprobs), lengths),
      referenceLogprobs: null,
      entropies: null,
      importanceRatios: null,
      entropyCoef: 0,
      advantages: chosen(perToken, real, lengths),
      totals: { completions: batch.length, tokens, max_completion_length: width },
    },
    { ...plainLoss, epsilon: config.cliprange, epsilon_high: config.cliprange },
  );
  const critic = valueLoss(
    pack(rowsOf(inputs.vpred), lengthsLonger),
    chosen(values, longer, lengthsLonger),
    chosen(returns, longer, lengthsLonger),
    config.cliprange_value,
  );
  return [
    ...compare(
      {
        ...expected,
        rewards: masked(expected.rewards, longer),
        returns: masked(expected.returns, longer),
        stats: undefined,
      },
      {
        rewards: unpack(paid, longer),
        returns: unpack(returns, longer),
        advantages: unpack(perToken, real),
        pg_loss: policy.loss,
        vf_loss: critic.loss,
        loss: policy.loss + config.vf_coef * critic.loss,
        d_loss_d_new_logprobs: scattered(unpack(policy.gradient, lengths)),
        d_loss_d_vpred: scattered(
          unpack(
            critic.gradient.map((value) => value * config.vf_coef),
            lengthsLonger,
          ),
        ),
      },
      exact,
    ),
    ...compare(expected.stats, { vf_clipfrac: critic.clipFraction }, shares),
  ];
}

export function runPpo(file: string): Promise<FileResult> {
  const { cases } = readCases(file, z.object({ cases: z.array(caseSchema) }));
  return runCases(cases, () => null, check);
}
