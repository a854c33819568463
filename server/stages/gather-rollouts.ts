/** The rollouts of a step, scored: one round, or with `dynamic_sampling` as many as it takes until every group teaches. */
import { groupAdvantages } from "../algorithms/advantages";
import { randomStream } from "../algorithms/random";
import { completionText } from "../models/begun";
import type { Policy } from "../models/policy";
import type { RewardOutcome } from "../protocol/traces";
import type { Scored } from "../protocol/trainer";
import { rewardNames } from "../recipes/reward-names";
import type { RlSpec } from "../recipes/stages";
import { generate, type Rollout } from "../rollouts/generate";
import { softOverlongPunishment } from "../verifiers/format/soft-overlong-punishment";
import type { StageContext } from "./context";
import { judge } from "./judge";
import { scoreByModels, type ModelReward } from "./model-rewards";
import type { RlState } from "./rl-state";
import { encodeFitting, stagePrompts } from "./prompt-lengths";
import { stepPrompts, type StepPrompt } from "./step-prompts";

/** All `[samples]`, groups one after the other, unless said otherwise. */
export interface Gathered {
  /** `[groups]` */
  readonly prompts: readonly StepPrompt[];
  readonly rollouts: readonly Rollout[];
  readonly completions: readonly string[];
  /** By name of the reward function, or of the stage that trained the reward model. */
  readonly outcomes: Readonly<Record<string, readonly RewardOutcome[]>>;
  /** `[samples][functions]`; null where a function did not score. The last is the soft overlong punishment, where there is one. */
  readonly scores: readonly (readonly (number | null)[])[];
  /** `[functions]` */
  readonly weights: readonly number[];
  /** Whether the completion ended by itself with a right answer; null where nothing can be said. */
  readonly right: readonly (boolean | null)[];
  /** `[groups]` whether the group takes part in the update: all of them do without `dynamic_sampling`. */
  readonly kept: readonly boolean[];
  readonly rewardHash: string;
  /** By name of the reward function. */
  readonly milliseconds: Readonly<Record<string, number>>;
  readonly rounds: number;
  /** Milliseconds. */
  readonly times: { readonly generate: number; readonly score: number };
}

/** Whether two rewards of each group differ: `[groups]`. */
function withSignal({ scores, weights }: Pick<Gathered, "scores" | "weights">, size: number): boolean[] {
  const options = { num_generations: size, scale_rewards: "none" } as const;
  return groupAdvantages(scores, weights, options).zeroStd.map((zero) => !zero);
}

/** Rejects when the rewards cannot run. */
export async function gatherRollouts(
  context: StageContext,
  stage: RlSpec,
  {
    policy,
    step,
    state,
    models,
  }: {
    readonly policy: Policy;
    readonly step: number;
    readonly state: RlState;
    readonly models: readonly ModelReward[];
  },
): Promise<Gathered> {
  const rounds: Omit<Gathered, "kept" | "rounds">[] = [];
  const kept: boolean[] = [];
  const most = stage.dynamic_sampling ? stage.max_generation_rounds : 1;
  for (let round = 0; round < most; round++) {
    const missing = stage.prompts_per_step - kept.filter(Boolean).length;
    if (missing === 0) break;
    const prompts = stepPrompts(context, stage, { step, round, count: missing, state });
    const gathered = await oneRound(context, stage, { policy, step, prompts, models, firstGroup: kept.length });
    kept.push(...(stage.dynamic_sampling ? withSignal(gathered, stage.num_generations) : prompts.map(() => true)));
    rounds.push(gathered);
  }
  const [first] = rounds;
  if (!first) throw new Error("A step has at least one round.");
  const sums = (of: (round: (typeof rounds)[number]) => number): number =>
    rounds.reduce((sum, round) => sum + of(round), 0);
  return {
    prompts: rounds.flatMap(({ prompts }) => prompts),
    rollouts: rounds.flatMap(({ rollouts }) => rollouts),
    completions: rounds.flatMap(({ completions }) => completions),
    outcomes: Object.fromEntries(
      Object.keys(first.outcomes).map((name) => [name, rounds.flatMap(({ outcomes }) => outcomes[name]!)]),
    ),
    scores: rounds.flatMap(({ scores }) => scores),
    weights: first.weights,
    right: rounds.flatMap(({ right }) => right),
    kept,
    rewardHash: rounds.at(-1)!.rewardHash,
    milliseconds: Object.fromEntries(
      Object.keys(first.milliseconds).map((name) => [name, sums(({ milliseconds }) => milliseconds[name] ?? 0)]),
    ),
    rounds: rounds.length,
    times: { generate: sums(({ times }) => times.generate), score: sums(({ times }) => times.score) },
  };
}

/** What is sampled together, and scored while the next part is sampled. */
interface Part {
  readonly rollouts: readonly Rollout[];
  readonly completions: readonly string[];
  readonly scored: Promise<Scored>;
}

/** Lets messages leave before the next part keeps this thread busy. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function oneRound(
  context: StageContext,
  stage: RlSpec,
  at: {
    readonly policy: Policy;
    readonly step: number;
    readonly prompts: readonly StepPrompt[];
    readonly models: readonly ModelReward[];
    readonly firstGroup: number;
  },
): Promise<Omit<Gathered, "kept" | "rounds">> {
  const { recipe } = context;
  const { policy, step, prompts, models, firstGroup } = at;
  const { num_generations: size } = stage;
  const began = performance.now();
  const parts: Part[] = [];
  const each = Math.ceil(prompts.length / stage.scoring_parts);
  for (let start = 0; start < prompts.length; start += each) {
    const some = prompts.slice(start, start + each);
    const rollouts = generate(
      policy,
      some.map(({ row }) => encodeFitting(policy, row, stagePrompts(stage))),
      {
        ...stage,
        random: (group, sample) => randomStream(recipe.seed, stage.name, step, firstGroup + start + group, sample),
      },
    ).map((rollout) => ({ ...rollout, group: firstGroup + start + rollout.group }));
    const completions = rollouts.map((rollout) => completionText(policy.tokenizer, rollout));
    const scored = context.score(
      some.map(({ row, general }, group) => ({
        ...(general ? { general } : {}),
        prompt: row.prompt,
        answer: row.answer,
        completions: completions.slice(group * size, (group + 1) * size),
        completionIds: rollouts.slice(group * size, (group + 1) * size).map(({ completion }) => Array.from(completion)),
        row: { prompt: row.prompt, answer: row.answer, ...row.columns },
      })),
    );
    // Waited for below; until then nobody else looks whether it failed.
    scored.catch(() => undefined);
    parts.push({ rollouts, completions, scored });
    await breathe();
  }
  const generated = performance.now();
  const rollouts = parts.flatMap((part) => part.rollouts);
  const completions = parts.flatMap((part) => part.completions);
  const scored = joined(await Promise.all(parts.map((part) => part.scored)));
  const names = rewardNames(recipe.rewards);
  const promptOf = ({ group }: Rollout): StepPrompt => prompts[group - firstGroup]!;
  const outcomes: Record<string, RewardOutcome[]> = {
    ...Object.fromEntries(names.map((name) => [name, scored.outcomes[name]!.flat()])),
    ...scoreByModels(models, rollouts, promptOf),
  };
  const functions = [...names, ...models.map(({ name }) => name)];
  const right = await judge(
    context,
    rollouts.map((rollout, sample) => ({ ...promptOf(rollout), completion: completions[sample]! })),
  );
  const punished = stage.soft_punish_cache > 0;
  return {
    ...{ prompts, rollouts, completions, outcomes },
    scores: rollouts.map(({ completion }, sample) => {
      const scores = scoresOf(functions.map((name) => outcomes[name]![sample]!));
      if (!punished) return scores;
      const punishment = softOverlongPunishment(completion.length, {
        max_completion_len: stage.max_completion_length,
        soft_punish_cache: stage.soft_punish_cache,
      });
      return [...scores, scores.every((score) => score === null) ? null : punishment];
    }),
    weights: [...[...recipe.rewards, ...models].map(({ weight }) => weight), ...(punished ? [1] : [])],
    right: rollouts.map(({ finishReason }, sample) => (finishReason === "stop" ? right[sample]! : false)),
    ...{ rewardHash: scored.rewardHash, milliseconds: scored.milliseconds },
    times: { generate: generated - began, score: performance.now() - generated },
  };
}

/** Scores of parts as those of the whole. A reward that was edited between them has the newer hash. */
function joined(parts: readonly Scored[]): Scored {
  const names = Object.keys(parts[0]!.outcomes);
  const sums = Object.keys(parts[0]!.milliseconds);
  return {
    rewardHash: parts.at(-1)!.rewardHash,
    outcomes: Object.fromEntries(names.map((name) => [name, parts.flatMap(({ outcomes }) => outcomes[name]!)])),
    milliseconds: Object.fromEntries(
      sums.map((name) => [name, parts.reduce((sum, { milliseconds }) => sum + (milliseconds[name] ?? 0), 0)]),
    ),
  };
}

/** `[functions]` scores of a sample. One error leaves the sample out as a whole: a sum without that function would be another reward. */
function scoresOf(outcomes: readonly RewardOutcome[]): (number | null)[] {
  const failed = outcomes.some(({ kind }) => kind === "error");
  return outcomes.map((outcome) => (outcome.kind === "score" && !failed ? outcome.score : null));
}

/** Prompts whose groups passed at `no_resampling_pass_rate` or above. */
export function solvedPrompts(
  { prompts, right }: Pick<Gathered, "prompts" | "right">,
  { no_resampling_pass_rate: rate, num_generations: size }: RlSpec,
): string[] {
  if (rate === undefined) return [];
  return prompts.flatMap(({ row: { prompt } }, group) => {
    const passed = right.slice(group * size, (group + 1) * size).filter(Boolean).length;
    return passed / size >= rate ? [prompt] : [];
  });
}
