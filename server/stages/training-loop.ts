/** The loop of every stage that learns from given examples: update, log, measure, save, until the last step or a stop. */
import * as z from "zod";
import { learningRate, type ScheduleSettings } from "../engine/optimizer";
import { loadStageState, type StageExtras } from "../models/checkpoint";
import type { Policy } from "../models/policy";
import { saveStage, stepTimer } from "./checkpointing";
import type { StageContext, StageEnd, StageStart } from "./context";
import { evaluateHeldOut } from "./held-out";

interface LoopSettings extends ScheduleSettings {
  readonly name: string;
  readonly save_steps: number;
  readonly save_total_limit: number;
  readonly metric_for_best_model?: string | undefined;
  readonly logging_steps: number;
}

/** What one update found. */
export interface Updated {
  /** Means over the batch, logged as means over `logging_steps`; `loss` and `grad_norm` must be finite. */
  readonly numbers: Readonly<Record<"loss" | "grad_norm", number>> & Readonly<Record<string, number>>;
  /** Tokens trained on. */
  readonly tokens: number;
}

export interface Lessons {
  readonly steps: number;
  /** Makes the update of a step, 1-based. */
  update(step: number, learning_rate: number): Updated;
  /** Held-out numbers, every so many steps and at the end; 0: never. */
  readonly every: number;
  measure(): Readonly<Record<string, number>>;
  /** What answers held-out prompts as often, except at the end, when the pipeline asks it more; null: it gives no answers. */
  readonly answering: Policy | null;
  /** What a checkpoint keeps beside the policy. */
  arrays?(): StageExtras["arrays"];
}

/** Sums since the last row of metrics: a run that stopped between two rows goes on with them. */
const windowSchema = z.object({ steps: z.int(), sums: z.record(z.string(), z.number()) });
const stateSchema = z.object({ window: windowSchema });
type Window = z.infer<typeof windowSchema>;

const emptyWindow: Window = { steps: 0, sums: {} };

const added = ({ steps, sums }: Window, numbers: Readonly<Record<string, number>>): Window => ({
  steps: steps + 1,
  sums: Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, (sums[name] ?? 0) + value])),
});

export async function trainInSteps(
  context: StageContext,
  stage: LoopSettings,
  start: StageStart,
  lessons: Lessons,
): Promise<StageEnd> {
  const { run } = context;
  const { steps } = lessons;
  const kept = start.checkpoint === null ? null : await loadStageState(start.checkpoint, stateSchema);
  let window = kept?.window ?? emptyWindow;
  let tokens = start.tokens;
  const timer = stepTimer();
  const save = (step: number): void =>
    saveStage(context, stage, start, { step, tokens }, { state: { window }, arrays: lessons.arrays?.() ?? {} });

  for (let step = start.step + 1; step <= steps; step++) {
    // Ahead of the next step, so that a run that stopped or died behind a step makes up for its evaluation when it goes on.
    const done = step - 1;
    if (lessons.answering && done > 0 && lessons.every > 0 && done % lessons.every === 0) {
      const moment = { stage: stage.name, step: done, steps, tokens };
      if (!(await evaluateHeldOut(context, lessons.answering, context.recipe.evaluation.during_prompts, moment))) {
        save(done);
        return "stopped";
      }
    }
    const began = performance.now();
    const learning_rate = learningRate(stage, step, steps);
    const { numbers, tokens: more } = lessons.update(step, learning_rate);
    tokens += more;
    if (!Number.isFinite(numbers.loss) || !Number.isFinite(numbers.grad_norm)) {
      throw new Error(
        `Stage ${stage.name}, step ${step}: ${Number.isFinite(numbers.loss) ? "the gradient norm" : "the loss"} is not a finite number. The step was ` +
          "not applied; the last checkpoint is good. Lower learning_rate or max_grad_norm and resume.",
      );
    }
    const seconds = (performance.now() - began) / 1000;
    timer.add(seconds);
    window = added(window, { ...numbers, step_time: seconds });
    const last = step === steps;
    if (step % stage.logging_steps === 0 || last) {
      const { steps: count, sums } = window;
      const means = Object.entries(sums).map(([name, sum]) => [name, sum / count] as const);
      run.appendMetrics({
        ...{ stage: stage.name, step, time: Date.now() },
        ...Object.fromEntries(means),
        ...{ learning_rate, num_tokens: tokens },
      });
      window = emptyWindow;
    }
    const found = lessons.every > 0 && (step % lessons.every === 0 || last) ? lessons.measure() : {};
    if (Object.keys(found).length > 0) run.appendMetrics({ stage: stage.name, step, time: Date.now(), ...found });
    const stopping = await context.stopRequested();
    if (step % stage.save_steps === 0 || last || stopping) save(step);
    context.progress({
      ...{ stage: stage.name, phase: "training", step, steps },
      secondsLeft: timer.left(steps - step),
      headline: { name: "loss", value: numbers.loss },
    });
    if (stopping && !last) return "stopped";
  }
  return "completed";
}
