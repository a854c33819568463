/** Held-out evaluation around and within a stage: its rollouts recorded, its numbers in the metrics. */
import { evaluate, type Evaluation, type HeldOut } from "../evaluation/evaluate";
import type { Policy } from "../models/policy";
import type { EvaluationSummary } from "../protocol/run";
import { kindOf, trains } from "../protocol/stage-kinds";
import type { Recipe } from "../recipes/schema";
import { amount } from "../shared/amount";
import { heldOutRows, heldOutRowsUpTo } from "../tasks/splits";
import type { Task, TaskRow } from "../tasks/task";
import { firstUnreadable, judgeableRows, remarkAnswers } from "./answer-remarks";
import type { StageContext } from "./context";
import { checkAnswers } from "./check-answers";
import { OverlongRowsError } from "./lengths";
import { encodeFitting, evaluationPrompts, fitsIn, overlongPrompts, roomForPrompt } from "./prompt-lengths";
import { remarkCutOff } from "./remarks";
import { evaluationRecord } from "./rollout-records";
import { UserError } from "../shared/user-error";
import type { Drawing } from "../rollouts/drawing";
import { watchDrawing, type DrawingWatch } from "./watch-drawing";

interface Moment {
  readonly stage: string;
  readonly step: number;
  readonly steps: number;
  /** Completions per prompt. Unset: the recipe's. */
  readonly samples?: number;
  /** What the stage has generated so far, for the metrics. */
  readonly tokens?: number;
}

/** As {@link measureHeldOut}, of which the summary is all that is asked. */
export const evaluateHeldOut = async (
  context: StageContext,
  policy: Policy,
  prompts: number,
  moment: Moment,
): Promise<EvaluationSummary | null> => (await measureHeldOut(context, policy, prompts, moment))?.summary ?? null;

/** Evaluates on `prompts` held-out prompts. Null when the run was asked to stop meanwhile; then nothing is recorded. */
export async function measureHeldOut(
  context: StageContext,
  policy: Policy,
  prompts: number,
  moment: Moment,
): Promise<Evaluation | null> {
  const { recipe, task, run } = context;
  const { max_completion_length, temperature, top_k, top_p, min_p, stop_strings, top_logprobs } = recipe.evaluation;
  const { thinking_token_budget, reasoning_end_str } = recipe.evaluation;
  const samples = moment.samples ?? recipe.evaluation.samples;
  const rows = fittingHeldOut(context, policy, task, prompts);
  const began = performance.now();
  let secondsLeft: number | null = null;
  /** Of the completions that are drawn together, and which these are. */
  let watch: DrawingWatch | null = null;
  let watched: Drawing | null = null;
  const evaluation = await evaluate(
    policy,
    { task, rows: judgeableRows(task, rows) },
    generalHeldOut(context, policy),
    {
      encode: (row) => encodeFitting(policy, row, evaluationPrompts(recipe.evaluation)),
      samples,
      max_completion_length,
      temperature,
      top_k,
      top_p,
      min_p,
      stop_strings,
      thinking_token_budget,
      reasoning_end_str,
      top_logprobs,
      seed: recipe.seed,
      checkAnswers: (items) => checkAnswers(context, items),
      between: async (done) => {
        const elapsed = (performance.now() - began) / 1000;
        secondsLeft = done === 0 ? null : (elapsed * (1 - done)) / done;
        const { stage, step, steps } = moment;
        context.progress({ stage, step, steps, phase: "evaluating", secondsLeft, headline: null });
        return !(await context.stopRequested());
      },
      amid: (drawing, of) => {
        if (drawing !== watched) {
          watched = drawing;
          watch = watchDrawing(context, {
            stage: moment.stage,
            step: moment.step,
            purpose: "evaluation",
            policy,
            sequences: drawing.sequences,
            expected: null,
            tell: (progress) => {
              const { stage, step, steps } = moment;
              context.progress({
                stage,
                step,
                steps,
                phase: "evaluating",
                secondsLeft,
                headline: null,
                drawing: progress,
              });
            },
          });
        }
        return watch!.between(of, drawing);
      },
    },
  );
  context.run.hideDrawing();
  if (!evaluation) {
    context.lost("An evaluation on held-out prompts was not over: a resume makes it anew.");
    return null;
  }
  const { stage, step } = moment;
  remarkCutOff(context, [...evaluation.rollouts, ...evaluation.greedy], { step, max_completion_length });
  run.recordRollouts([
    ...evaluation.rollouts.map((item) => evaluationRecord({ stage, step, policy }, item, "sampled")),
    ...evaluation.greedy.map((item) => evaluationRecord({ stage, step, policy }, item, "greedy")),
  ]);
  remarkAnswers(context, evaluation.summary, { rows, step });
  recordSummary(context, moment, evaluation.summary, (performance.now() - began) / 1000, moment.tokens);
  return evaluation;
}

/** Throws when the gold answer of none can be read. */
function refuseUnreadable(task: Task, rows: readonly TaskRow[]): void {
  if (rows.length === 0 || judgeableRows(task, rows).length > 0) return;
  throw new UserError(
    `None of ${rows.length} held-out prompts has a gold answer that can be read as maths (the first: ${firstUnreadable(task, rows)!}). ` +
      'Correct the answers, or set "check" of the task to "exact".',
  );
}

/**
 * Throws, before anything is trained, when a stage that is to run would ask for more held-out prompts than its task has, or for such that nobody can
 * judge.
 */
export function refuseTooFewHeldOut({ recipe, task, generalTask, run }: StageContext): void {
  const { evaluation, seed } = recipe;
  const asked = askedOfHeldOut(recipe, run);
  if (asked === 0) return;
  refuseUnreadable(task, heldOutRows(task, seed, asked));
  if (generalTask) heldOutRows(generalTask, seed, evaluation.general_prompts, generalSetting);
}

/** Most held-out prompts that a stage asks which is not completed. */
function askedOfHeldOut({ stages, evaluation }: Recipe, run: Pick<StageContext["run"], "record">): number {
  const left = new Set(run.record.stages.flatMap(({ name, status }) => (status === "completed" ? [] : [name])));
  const measuring = stages.filter((stage) => left.has(stage.name) && kindOf(stage).answers);
  const asked = measuring.map((stage) => (trains(stage) ? null : stage.prompts) ?? evaluation.prompts);
  return Math.max(0, ...asked);
}

const generalSetting = "evaluation.general_prompts";

/** Held-out prompts that an evaluation asks: those that fit, where others are left out; then fewer, where there are no more. */
function fittingHeldOut(
  { recipe: { seed, evaluation } }: Pick<StageContext, "recipe">,
  policy: Policy,
  task: Task,
  count: number,
  setting?: string,
): TaskRow[] {
  const settings = evaluationPrompts(evaluation);
  if (settings.overlong_rows !== "drop") return heldOutRows(task, seed, count, setting);
  const room = roomForPrompt(policy.config.max_position_embeddings, settings);
  return heldOutRowsUpTo(task, seed, count, fitsIn(policy, room));
}

const generalHeldOut = (context: StageContext, policy: Policy): HeldOut | null => {
  const { generalTask: task, recipe } = context;
  return (
    task && { task, rows: fittingHeldOut(context, policy, task, recipe.evaluation.general_prompts, generalSetting) }
  );
};

/**
 * Sentences on held-out prompts that the stages to come leave out or cut. Throws an OverlongRowsError that names the first that does not fit where the
 * recipe refuses them, and where none of the task's does.
 */
export function heldOutLengths(context: StageContext, policy: Policy): string[] {
  const { recipe, task, generalTask, run } = context;
  const { evaluation, seed } = recipe;
  const asked = askedOfHeldOut(recipe, run);
  if (asked === 0) return [];
  const settings = evaluationPrompts(evaluation);
  const rows = [
    ...heldOutRows(task, seed, asked),
    ...(generalTask ? heldOutRows(generalTask, seed, evaluation.general_prompts, generalSetting) : []),
  ];
  const long = overlongPrompts(policy, rows, settings);
  if (long.length === 0) return [];
  const room = roomForPrompt(policy.config.max_position_embeddings, settings);
  const sentence = (how: string): string =>
    `${amount(long.length)} of ${amount(rows.length)} held-out prompts ${how}: longer than ${amount(room)} tokens.`;
  if (settings.overlong_rows === "cut") return [sentence("without their beginning")];
  const own = fittingHeldOut(context, policy, task, asked).length;
  if (own === 0)
    throw new OverlongRowsError(
      `All held-out prompts of the evaluation are longer than ${amount(room)} tokens: there is nothing to measure on. Shorten them, or set overlong_rows of the ` +
        'evaluation to "cut" to cut off their beginning.',
    );
  const left = own + (generalHeldOut(context, policy)?.rows.length ?? 0);
  return left === rows.length
    ? [sentence("left out for others")]
    : [`${sentence("left out")} There are no others in their place: ${amount(left)} are asked.`];
}

/** Writes a summary into the metrics of a step. */
export function recordSummary(
  context: StageContext,
  moment: Moment,
  summary: EvaluationSummary,
  seconds: number,
  tokens?: number,
): void {
  context.run.appendMetrics({
    stage: moment.stage,
    step: moment.step,
    time: Date.now(),
    "eval/pass@1": summary.pass_at_1,
    [`eval/pass@${summary.samples}`]: summary.pass_at_k,
    [`eval/maj@${summary.samples}`]: summary.maj_at_k,
    "eval/greedy": summary.greedy,
    "eval/mean_length": summary.mean_length,
    ...(summary.thinking_length === null ? {} : { "eval/thinking_length": summary.thinking_length }),
    "eval/self_correction": summary.self_correction,
    ...(summary.answered === null ? {} : { "eval/answered": summary.answered }),
    ...(summary.refusal === null ? {} : { "eval/refusal": summary.refusal }),
    ...(summary.wrong_refusal === null ? {} : { "eval/wrong_refusal": summary.wrong_refusal }),
    "eval/prompts": summary.prompts,
    "time/evaluate": seconds,
    ...(tokens === undefined ? {} : { num_tokens: tokens }),
  });
}
