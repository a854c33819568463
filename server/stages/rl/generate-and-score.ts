/** The rollouts of a step, scored: one round, or with `dynamic_sampling` as many as it takes until every group teaches. */
import { equalRewards, rewardSums } from "../../algorithms/advantages";
import { randomStream } from "../../shared/random";
import { completionText } from "../../models/begun";
import { joinCounts, type JudgeCounts } from "../../protocol/judges";
import type { RewardOutcome, TopLogprobs } from "../../protocol/traces";
import type { Scored } from "../../protocol/trainer";
import { rewardNames } from "../../recipes/reward-names";
import type { RlSpec } from "../../recipes/stages";
import { generateWhile, type Rollout } from "../../rollouts/generate";
import { keepingWeights } from "../../rollouts/keep-weights";
import { topLogprobs } from "../../rollouts/read-completions";
import { checkAnswers } from "../check-answers";
import { StoppedAmid } from "../context";
import type { StepAt } from "../run-steps";
import { scoreGroupOf } from "../score-group";
import { scoreByModels } from "./model-rewards";
import type { RlContext } from "./rl-context";
import type { RlState } from "./rl-state";
import { punishmentOf, scoresOf } from "./sample-scores";
import { encodeFitting, stagePrompts } from "../prompt-lengths";
import { watchDrawing, type DrawingWatch } from "../watch-drawing";
import { stepPrompts, type StepPrompt } from "./step-prompts";

/** All `[samples]`, groups one after the other, unless said otherwise. */
export interface ScoredRollouts {
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
  /** Weighted sums of the scores; null where no function scored the sample. */
  readonly rewards: readonly (number | null)[];
  /** `[groups]` whether all rewards of the group are equal, so that it teaches nothing. */
  readonly zeroStd: readonly boolean[];
  /** Whether the completion ended by itself with a correct answer; null where nothing can be said. */
  readonly correct: readonly (boolean | null)[];
  /** `[groups]` whether the group takes part in the update: all of them do without `dynamic_sampling`. */
  readonly kept: readonly boolean[];
  /** The likeliest tokens of each place; null where the stage stores none. */
  readonly top: readonly (TopLogprobs | null)[];
  readonly rewardHash: string;
  /** By name of the reward function. */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** Milliseconds of each sample's own call, by name of the reward function, in no order. */
  readonly sampleTimes: Readonly<Record<string, readonly number[]>>;
  /** What judges were asked, by name. */
  readonly judges: Readonly<Record<string, JudgeCounts>>;
  readonly rounds: number;
  /** Milliseconds. */
  readonly times: { readonly generate: number; readonly top: number; readonly score: number };
}

/** One round: all of a step, or what was missing of it. */
type Round = Omit<ScoredRollouts, "kept" | "rounds">;

/** Rejects when the rewards cannot run, and with a {@link StoppedAmid} when the run is asked to stop before all is drawn. */
export async function generateAndScore(
  rl: RlContext,
  { step, tokensBefore, tellDrawing }: Pick<StepAt, "step" | "tokensBefore" | "tellDrawing">,
  state: RlState,
): Promise<ScoredRollouts> {
  const { context, stage } = rl;
  const watch = watchDrawing(context, {
    stage: stage.name,
    step,
    purpose: "train",
    policy: rl.policy,
    sequences: stage.prompts_per_step * stage.num_generations,
    expected: tokensBefore,
    tell: tellDrawing,
  });
  const rounds: Round[] = [];
  const kept: boolean[] = [];
  const most = stage.dynamic_sampling ? stage.max_generation_rounds : 1;
  for (let round = 0; round < most; round++) {
    const missing = stage.prompts_per_step - kept.filter(Boolean).length;
    if (missing === 0) break;
    const prompts = stepPrompts(context, stage, { step, round, count: missing, state });
    const scored = await oneRound(rl, step, prompts, kept.length, watch);
    kept.push(...scored.zeroStd.map((equal) => !stage.dynamic_sampling || !equal));
    rounds.push(scored);
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
    rewards: rounds.flatMap(({ rewards }) => rewards),
    zeroStd: rounds.flatMap(({ zeroStd }) => zeroStd),
    correct: rounds.flatMap(({ correct }) => correct),
    kept,
    top: rounds.flatMap(({ top }) => top),
    rewardHash: rounds.at(-1)!.rewardHash,
    milliseconds: Object.fromEntries(
      Object.keys(first.milliseconds).map((name) => [name, sums(({ milliseconds }) => milliseconds[name] ?? 0)]),
    ),
    sampleTimes: joinTimes(rounds.map(({ sampleTimes }) => sampleTimes)),
    judges: joinCounts(rounds.map(({ judges }) => judges)),
    rounds: rounds.length,
    times: {
      generate: sums(({ times }) => times.generate),
      top: sums(({ times }) => times.top),
      score: sums(({ times }) => times.score),
    },
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

/** `num_generations` completions of each prompt, groups one after the other. Their numbers follow from step, group and sample alone. */
async function sampleGroups(
  { context: { recipe }, stage, policy }: RlContext,
  step: number,
  prompts: readonly StepPrompt[],
  firstGroup: number,
  watch: DrawingWatch,
): Promise<Pick<Part, "rollouts" | "completions">> {
  const encoded = prompts.map(({ row }) => encodeFitting(policy, row, stagePrompts(stage)));
  const together = { encoded, prompts: prompts.map(({ row }) => row.prompt), firstGroup };
  const drawn = await generateWhile(
    policy,
    encoded,
    { ...stage, random: (group, sample) => randomStream(recipe.seed, stage.name, step, firstGroup + group, sample) },
    (drawing) => watch.between(together, drawing),
  );
  if (!drawn) throw new StoppedAmid(watch.tokens());
  watch.drawn(drawn);
  const rollouts = drawn.map((rollout) => ({ ...rollout, group: firstGroup + rollout.group }));
  return { rollouts, completions: rollouts.map((rollout) => completionText(policy.tokenizer, rollout)) };
}

/** What the recipe's rewards say of groups. */
function scoreGroups(
  { context, stage: { num_generations: size } }: RlContext,
  prompts: readonly StepPrompt[],
  { rollouts, completions }: Pick<Part, "rollouts" | "completions">,
): Promise<Scored> {
  return context.score(
    prompts.map(({ row, general }, group) => {
      const [first, end] = [group * size, (group + 1) * size];
      const scored = scoreGroupOf(row, completions.slice(first, end), rollouts.slice(first, end));
      return general ? { ...scored, general } : scored;
    }),
  );
}

/** Generates and scores a round, a part of it while the part before is scored; then by the reward models, and by the task's own verdict. */
async function oneRound(
  rl: RlContext,
  step: number,
  prompts: readonly StepPrompt[],
  firstGroup: number,
  watch: DrawingWatch,
): Promise<Round> {
  const { context, stage, models } = rl;
  const { recipe } = context;
  const began = performance.now();
  const parts: Part[] = [];
  const each = Math.ceil(prompts.length / stage.scoring_parts);
  await keepingWeights(async () => {
    for (let start = 0; start < prompts.length; start += each) {
      const some = prompts.slice(start, start + each);
      const sampled = await sampleGroups(rl, step, some, firstGroup + start, watch);
      const scored = scoreGroups(rl, some, sampled);
      // Waited for below; until then nobody else looks whether it failed.
      scored.catch(() => undefined);
      parts.push({ ...sampled, scored });
      await breathe();
    }
  });
  const generated = performance.now();
  const rollouts = parts.flatMap((part) => part.rollouts);
  const completions = parts.flatMap((part) => part.completions);
  // While the last part is scored.
  const top = topLogprobs(rl.policy, rollouts, stage, rl.parts);
  const looked = performance.now();
  const scored = joined(await Promise.all(parts.map((part) => part.scored)));
  const names = rewardNames(recipe.rewards);
  const promptOf = ({ group }: Rollout): StepPrompt => prompts[group - firstGroup]!;
  const outcomes: Record<string, RewardOutcome[]> = {
    ...Object.fromEntries(names.map((name) => [name, scored.outcomes[name]!.flat()])),
    ...scoreByModels(models, rollouts, promptOf),
  };
  const functions = [...names, ...models.map(({ name }) => name)];
  const correct = await checkAnswers(
    context,
    rollouts.map((rollout, sample) => ({ ...promptOf(rollout), completion: completions[sample]! })),
  );
  const punished = stage.soft_punish_cache > 0;
  const scores = rollouts.map((rollout, sample) => {
    const own = scoresOf(functions.map((name) => outcomes[name]![sample]!));
    return punished ? [...own, punishmentOf(stage, rollout.completion.length, own)] : own;
  });
  const weights = [...[...recipe.rewards, ...models].map(({ weight }) => weight), ...(punished ? [1] : [])];
  const rewards = rewardSums(scores, weights);
  return {
    prompts,
    rollouts,
    completions,
    outcomes,
    scores,
    weights,
    rewards,
    zeroStd: equalRewards(rewards, stage.num_generations),
    correct: rollouts.map(({ finishReason }, sample) => (finishReason === "stop" ? correct[sample]! : false)),
    top,
    rewardHash: scored.rewardHash,
    milliseconds: scored.milliseconds,
    sampleTimes: scored.times ?? {},
    judges: scored.judges ?? {},
    times: { generate: generated - began, top: looked - generated, score: performance.now() - looked },
  };
}

const joinTimes = (parts: readonly Readonly<Record<string, readonly number[]>>[]): Record<string, number[]> =>
  Object.fromEntries(
    [...new Set(parts.flatMap((part) => Object.keys(part)))].map((name) => [
      name,
      parts.flatMap((part) => part[name] ?? []),
    ]),
  );

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
    times: joinTimes(parts.map(({ times = {} }) => times)),
    judges: joinCounts(parts.map(({ judges = {} }) => judges)),
  };
}

/** Prompts whose groups passed at `no_resampling_pass_rate` or above. */
export function solvedPrompts(
  { prompts, correct }: Pick<ScoredRollouts, "prompts" | "correct">,
  { no_resampling_pass_rate: rate, num_generations: size }: RlSpec,
): string[] {
  if (rate === undefined) return [];
  return prompts.flatMap(({ row: { prompt } }, group) => {
    const passed = correct.slice(group * size, (group + 1) * size).filter(Boolean).length;
    return passed / size >= rate ? [prompt] : [];
  });
}
