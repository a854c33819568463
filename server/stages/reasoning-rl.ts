/** Reasoning RL: GRPO with verifiable rewards (DeepSeekMath, arXiv 2402.03300, algorithm 1), one fresh batch of prompts a step. */
import { groupAdvantages } from "../algorithms/advantages";
import { randomStream } from "../algorithms/random";
import { learningRate } from "../engine/optimizer";
import { disposePolicy, encodePrompt } from "../models/policy";
import type { RewardOutcome } from "../protocol/traces";
import { rewardNames } from "../recipes/reward-names";
import type { ReasoningRlSpec } from "../recipes/schema";
import { generate } from "../rollouts/generate";
import { stepRows } from "../tasks/splits";
import { saveStage, stepTimer } from "./checkpointing";
import { RunPaused } from "./context";
import type { StageContext, StageEnd, StageStart } from "./context";
import { evaluateHeldOut } from "./held-out";
import { updatePolicy } from "./policy-update";
import { completionText, trainRecord } from "./rollout-records";
import { completionMetrics, rewardMetrics, signalMetrics } from "./step-metrics";

export async function reasoningRl(context: StageContext, stage: ReasoningRlSpec, start: StageStart): Promise<StageEnd> {
  const { recipe, task, run } = context;
  const { policy, optimizer } = start;
  const { num_generations } = stage;
  const names = rewardNames(recipe.rewards);
  const weights = recipe.rewards.map(({ weight }) => weight);
  const reference = stage.beta === 0 ? null : await start.origin();
  const timer = stepTimer();
  let num_tokens = start.tokens;

  for (let step = start.step + 1; step <= stage.steps; step++) {
    // Ahead of the next step, so that a run that stopped or died behind a step makes up for its evaluation when it goes on.
    const done = step - 1;
    if (done > 0 && recipe.evaluation.every > 0 && done % recipe.evaluation.every === 0) {
      const moment = { stage: stage.name, step: done, steps: stage.steps };
      if (!(await evaluateHeldOut(context, policy, recipe.evaluation.during_prompts, moment))) {
        saveStage(context, stage, start, { step: done, tokens: num_tokens });
        return "stopped";
      }
    }
    const began = performance.now();

    const rows = stepRows(task, recipe.seed, stage.name, step, stage.prompts_per_step);
    const rollouts = generate(
      policy,
      rows.map(({ prompt }) => encodePrompt(policy, prompt)),
      {
        ...stage,
        random: (group, sample) => randomStream(recipe.seed, stage.name, step, group, sample),
      },
    );
    const completions = rollouts.map((rollout) => completionText(policy, rollout));
    const generated = performance.now();

    const scored = await context
      .score(
        rows.map((row, group) => ({
          prompt: row.prompt,
          answer: row.answer,
          completions: completions.slice(group * num_generations, (group + 1) * num_generations),
          row: { prompt: row.prompt, answer: row.answer, ...row.columns },
        })),
      )
      .catch((error: unknown) => {
        // Nobody scores any more: what the steps so far have learned is kept.
        if (done > start.step) saveStage(context, stage, start, { step: done, tokens: num_tokens });
        throw error;
      });
    const outcomes = Object.fromEntries(names.map((name) => [name, scored.outcomes[name]!.flat()]));
    const errors = Object.values(outcomes)
      .flat()
      .filter(({ kind }) => kind === "error").length;
    const scoredAt = performance.now();

    const advantages = groupAdvantages(
      rollouts.map((_, sample) => scoresOf(names.map((name) => outcomes[name]![sample]!))),
      weights,
      stage,
    );
    const tokens = rollouts.reduce((sum, { completion }) => sum + completion.length, 0);
    num_tokens += tokens;
    const learning_rate = learningRate(stage, step, stage.steps);
    // A rollout without advantage moves nothing unless the KL penalty does; one without a reward is never learned from.
    const learned = rollouts.flatMap((_, sample) => {
      const reward = advantages.rewards[sample];
      return reward !== null && (advantages.advantages[sample] !== 0 || reference) ? [sample] : [];
    });
    const update =
      learned.length === 0
        ? null
        : updatePolicy(stage, {
            policy,
            reference,
            optimizer,
            learning_rate,
            rollouts: learned.map((sample) => rollouts[sample]!),
            advantages: learned.map((sample) => advantages.advantages[sample]!),
            totals: { completions: rollouts.length, tokens },
          });
    const ended = performance.now();

    const recordOf = new Map(learned.map((sample, index) => [sample, update?.records[index]]));
    run.recordRollouts(
      rollouts.map((rollout, sample) =>
        trainRecord(
          { stage: stage.name, step },
          task,
          {
            rollout,
            row: rows[rollout.group]!,
            completion: completions[sample]!,
            rewards: Object.fromEntries(names.map((name) => [name, outcomes[name]![sample]!])),
            reward: advantages.rewards[sample]!,
            advantage: advantages.advantages[sample]!,
            update: recordOf.get(sample) ?? { logprobs: null, referenceLogprobs: null, ratio: null, clipped: null },
          },
          scored.rewardHash,
        ),
      ),
    );
    const signal = signalMetrics(
      advantages,
      rollouts.map(
        ({ finishReason, group }, sample) =>
          finishReason === "stop" && task.extract(completions[sample]!) === rows[group]!.answer,
      ),
    );
    const metrics = {
      ...signal,
      ...rewardMetrics(outcomes, scored.milliseconds),
      ...completionMetrics(rollouts),
      loss: update?.loss ?? 0,
      grad_norm: update?.grad_norm ?? 0,
      ...(update?.kl == null ? {} : { kl: update.kl }),
      "clip_ratio/low_mean": update?.clip_ratio.low ?? 0,
      "clip_ratio/high_mean": update?.clip_ratio.high ?? 0,
      learning_rate,
      num_tokens,
      step_time: (ended - began) / 1000,
      "time/generate": (generated - began) / 1000,
      "time/score": (scoredAt - generated) / 1000,
      "time/update": (ended - scoredAt) / 1000,
      "memory/peak_mb": process.resourceUsage().maxRSS / 1024,
    };
    run.appendMetrics({ stage: stage.name, step, time: Date.now(), reward_hash: scored.rewardHash, ...metrics });
    if (update && !(Number.isFinite(update.loss) && Number.isFinite(update.grad_norm))) {
      throw new Error(
        `Stage ${stage.name}, step ${step}: ${Number.isFinite(update.loss) ? "the gradient norm" : "the loss"} is not a finite number. The ` +
          "update was not applied; the last checkpoint is good. Lower learning_rate or max_grad_norm and resume.",
      );
    }

    timer.add((performance.now() - began) / 1000);
    context.progress({
      stage: stage.name,
      phase: "training",
      step,
      steps: stage.steps,
      secondsLeft: timer.left(stage.steps - step),
      headline: signal.reward === null ? null : { name: "reward", value: signal.reward },
    });
    const tooManyErrors = errors > stage.max_reward_errors;
    const stopping = await context.stopRequested();
    if (step % stage.save_steps === 0 || step === stage.steps || stopping || tooManyErrors) {
      saveStage(context, stage, start, { step, tokens: num_tokens });
    }
    if (tooManyErrors) throw new RunPaused(errorMessage(stage, step, errors, outcomes));
    if (stopping && step < stage.steps) return "stopped";
  }
  if (reference) disposePolicy(reference);
  return "completed";
}

/** `[functions]` scores of a sample. One error leaves the sample out as a whole: a sum without that function would be another reward. */
function scoresOf(outcomes: readonly RewardOutcome[]): (number | null)[] {
  const failed = outcomes.some(({ kind }) => kind === "error");
  return outcomes.map((outcome) => (outcome.kind === "score" && !failed ? outcome.score : null));
}

function errorMessage(
  stage: ReasoningRlSpec,
  step: number,
  errors: number,
  outcomes: Readonly<Record<string, readonly RewardOutcome[]>>,
): string {
  for (const [name, samples] of Object.entries(outcomes)) {
    for (const outcome of samples) {
      if (outcome.kind !== "error") continue;
      const at = outcome.file === null ? "" : ` at ${outcome.file}${outcome.line === null ? "" : `:${outcome.line}`}`;
      return (
        `Step ${step} of ${stage.name} had ${errors} reward errors, more than max_reward_errors (${stage.max_reward_errors}). ` +
        `The first: ${name}${at}: ${outcome.message}. Fix the reward and resume.`
      );
    }
  }
  return `Step ${step} of ${stage.name} had ${errors} reward errors.`;
}
