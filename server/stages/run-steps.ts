/**
 * The loop of every stage that trains: its steps in order, from where a checkpoint left off to the last step, the end of a budget or a stop. Evaluation, metrics,
 * progress, saving, and what becomes of a step that cannot be made are the same for all of them; what a step does, the stage says.
 */
import { learningRate, type ScheduleSettings } from "../engine/optimizer";
import { beginNoise } from "../models/adapter-dropout";
import type { StageExtras } from "../models/checkpoint";
import type { Policy } from "../models/policy";
import type { DrawingProgress } from "../protocol/drawing";
import type { RolloutRecord } from "../protocol/traces";
import type { TrainerProgress } from "../protocol/trainer";
import { openSaves, stepTimer, type StageSaves } from "./checkpointing";
import { RunPaused, skipAdvice, StoppedAmid, type StageContext, type StageEnd, type StageStart } from "./context";
import { evaluateHeldOut } from "./held-out";
import { emptyWindow, keptWindow, meansOf, withStep } from "./metrics-window";
import { NonFiniteStep } from "./non-finite";
import { amount } from "../shared/amount";

export interface LoopSettings extends ScheduleSettings {
  readonly name: string;
  readonly save_steps: number;
  readonly save_total_limit: number;
  readonly keep_moments: "all" | "newest";
  readonly metric_for_best_model?: string | undefined;
  /** A row of metrics every so many steps, of their means. Unset: a row of each step. */
  readonly logging_steps?: number;
  /** The stage ends with the first step that reaches so many tokens. */
  readonly max_generated_tokens?: number | undefined;
  /** What becomes of a step whose numbers are not finite. Unset: the run pauses. */
  readonly on_non_finite?: "pause" | "skip";
}

export interface StepAt {
  /** 1-based. */
  readonly step: number;
  readonly learning_rate: number;
  /** Whether what keeps the step from being made is gone past, as the run was resumed to do once. */
  readonly skip: () => boolean;
  /** Tokens that the step before made; null: none was, or it is not known any more. */
  readonly tokensBefore: number | null;
  /** Says how far the drawing of the step's completions is. */
  readonly tellDrawing: (progress: DrawingProgress) => void;
}

/** A row of metrics, but for what the loop itself knows. */
export type StepMetrics = Readonly<Record<string, number | string | null>>;

/** What a step made. */
export interface StepMade<S> {
  /** Numbers of each step where the stage logs their means. */
  readonly metrics: StepMetrics;
  /** Tokens trained on, or sampled. */
  readonly tokens: number;
  readonly headline: TrainerProgress["headline"];
  readonly rollouts?: readonly RolloutRecord[];
  /** The number for which nothing was applied, or no more; its metrics are those of a step without an update. */
  readonly nonFinite?: NonFiniteStep | null;
  /** Why the run pauses behind the step. */
  readonly pause?: RunPaused | null;
  /** What the stage carries to the next step; asked for when the run goes on behind this one. Unset: what it carried before. */
  readonly next?: () => S;
}

/** What a stage does in its steps. */
export interface Steps<S extends object> {
  readonly count: number;
  /** What the stage carries from step to step, as its checkpoints keep it. */
  readonly state: S;
  /**
   * Makes a step. What it throws before it applies anything leaves the stage as the step before did, {@link NonFiniteStep} and {@link StoppedAmid} among
   * them.
   */
  readonly step: (at: StepAt, state: S) => StepMade<S> | Promise<StepMade<S>>;
  readonly heldOut: {
    /** Measures every so many steps; 0: never. */
    readonly every: number;
    /** What answers held-out prompts, except at the end, when the pipeline asks it more; null: it gives no answers. */
    readonly policy: Policy | null;
    /** Further numbers, at the end too. */
    readonly measure?: () => Readonly<Record<string, number>>;
  };
  /** What a checkpoint keeps beside policy and state. */
  readonly arrays?: () => StageExtras["arrays"];
}

const isDue = (step: number, every: number): boolean => every > 0 && step % every === 0;

const pausedAt = (stage: string, step: number, { message }: NonFiniteStep): RunPaused =>
  new RunPaused(`Stage ${stage}, step ${step}: ${message}. The update was not applied; the last checkpoint is good.`, {
    advice: `Lower learning_rate or max_grad_norm and resume, or ${skipAdvice}`,
    resumeWays: ["as-is", "skip-batch"],
  });

export async function runSteps<S extends object>(
  context: StageContext,
  stage: LoopSettings,
  start: StageStart,
  steps: Steps<S>,
): Promise<StageEnd> {
  const saves = openSaves(context, stage, start);
  try {
    return await stepsInOrder(context, stage, start, steps, saves);
  } finally {
    // However it ended: the last checkpoint is on the disk, or what kept it from there is told.
    await saves.settle();
  }
}

async function stepsInOrder<S extends object>(
  context: StageContext,
  stage: LoopSettings,
  start: StageStart,
  { count, step: makeStep, heldOut, arrays, ...steps }: Steps<S>,
  saves: StageSaves,
): Promise<StageEnd> {
  const { run, recipe } = context;
  const { name } = stage;
  const budget = stage.max_generated_tokens ?? Infinity;
  const timer = stepTimer();
  let { tokens } = start;
  let { state } = steps;
  let window = stage.logging_steps === undefined ? null : await keptWindow(start);
  let maySkip = context.skipBatch;
  const skip = (): boolean => {
    const may = maySkip;
    maySkip = false;
    return may;
  };
  let saved = start.step;
  const save = async (step: number): Promise<void> => {
    if (step === saved) return;
    await saves.save({ step, tokens }, { state: { ...state, ...(window && { window }) }, arrays: arrays?.() ?? {} });
    saved = step;
  };
  // A stage with a budget of tokens ends when it is spent, at about as many a step as so far.
  const stepsLeft = (step: number): number =>
    step === 0 || budget === Infinity
      ? count - step
      : Math.min(count - step, Math.ceil(Math.max(0, budget - tokens) / (tokens / step)));
  let headline: TrainerProgress["headline"] = null;
  let tokensBefore: number | null = null;
  const append = (step: number, row: StepMetrics): void =>
    run.appendMetrics({ stage: name, step, time: Date.now(), ...row });

  for (let step = start.step + 1; step <= count && tokens < budget; step++) {
    // Ahead of the next step, so that a run that stopped or died behind a step makes up for its evaluation when it goes on.
    const done = step - 1;
    if (heldOut.policy && done > 0 && isDue(done, heldOut.every)) {
      const moment = { stage: name, step: done, steps: count, tokens };
      if (!(await evaluateHeldOut(context, heldOut.policy, recipe.evaluation.during_prompts, moment))) {
        await save(done);
        return "stopped";
      }
    }

    const began = performance.now();
    const learning_rate = learningRate(stage, step, count);
    const { updates } = start.optimizer;
    /** What the steps so far have learned is kept, unless the step has begun to change it. */
    const keep = async (): Promise<void> => {
      if (start.optimizer.updates === updates) await save(done);
    };
    const tellDrawing = (drawing: DrawingProgress): void => {
      const elapsed = (performance.now() - began) / 1000;
      const left = stepsLeft(done);
      const others = timer.left(left - 1);
      // The step takes as long as one does, and no less than what is left to be drawn.
      const own = Math.max(drawing.secondsLeft, (timer.left(1) ?? 0) - elapsed);
      const secondsLeft = others === null ? null : own + others;
      context.progress({
        stage: name,
        phase: "training",
        step: done,
        steps: done + left,
        secondsLeft,
        headline,
        drawing,
      });
    };
    let made: StepMade<S>;
    try {
      beginNoise(recipe.seed, name, step);
      made = await makeStep({ step, learning_rate, skip, tokensBefore, tellDrawing }, state);
    } catch (error) {
      if (!(error instanceof NonFiniteStep)) {
        await keep();
        if (error instanceof StoppedAmid) {
          context.lost(
            `Step ${step} of ${name} was being drawn: its ${amount(error.tokens)} tokens so far are lost, and a resume draws it again.`,
          );
          return "stopped";
        }
        throw error;
      }
      made = { metrics: {}, tokens: 0, headline: null, nonFinite: error };
    }
    const step_time = (performance.now() - began) / 1000;

    const { nonFinite = null, metrics, pause = null } = made;
    const pauses = nonFinite && stage.on_non_finite !== "skip" && !skip();
    const num_tokens = tokens + made.tokens;
    const skipped = nonFinite && !pauses ? { skipped: 1 } : {};
    if (made.rollouts) run.recordRollouts(made.rollouts);
    if (!window) append(step, { ...metrics, ...skipped, learning_rate, num_tokens, step_time });
    else if (!nonFinite) window = withStep(window, { ...metrics, step_time });
    else if (!pauses) append(step, skipped);
    if (pauses) {
      await keep();
      throw pausedAt(name, step, nonFinite);
    }

    tokens = num_tokens;
    tokensBefore = made.tokens;
    headline = made.headline ?? headline;
    state = made.next?.() ?? state;
    const last = step === count || tokens >= budget;
    if (window && window.steps > 0 && (last || isDue(step, stage.logging_steps ?? 0))) {
      append(step, { ...meansOf(window), learning_rate, num_tokens });
      window = emptyWindow;
    }
    const measured =
      heldOut.measure && (last || isDue(step, heldOut.every)) && heldOut.every > 0 ? heldOut.measure() : {};
    if (Object.keys(measured).length > 0) append(step, measured);

    timer.add((performance.now() - began) / 1000);
    const left = stepsLeft(step);
    context.progress({
      stage: name,
      phase: "training",
      step,
      steps: step + left,
      secondsLeft: timer.left(left),
      headline: made.headline,
    });
    const stopping = await context.stopRequested();
    saves.check();
    if (isDue(step, stage.save_steps) || last || stopping || pause) await save(step);
    if (pause) throw pause;
    if (stopping && !last) return "stopped";
  }
  return "completed";
}
