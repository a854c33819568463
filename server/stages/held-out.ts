/** Held-out evaluation around and within a stage: its rollouts recorded, its numbers in the metrics. */
import { evaluate, type Evaluation, type HeldOut } from "../evaluation/evaluate";
import type { Policy } from "../models/policy";
import type { EvaluationSummary } from "../protocol/run";
import { heldOutRows } from "../tasks/splits";
import type { StageContext } from "./context";
import { judge } from "./judge";
import { remarkCutOff } from "./remarks";
import { evaluationRecord } from "./rollout-records";

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
  const { max_completion_length, temperature, top_k, top_p, min_p, stop_strings } = recipe.evaluation;
  const samples = moment.samples ?? recipe.evaluation.samples;
  const began = performance.now();
  const evaluation = await evaluate(
    policy,
    { task, rows: heldOutRows(task, recipe.seed, prompts) },
    generalHeldOut(context),
    {
      samples,
      ...{ max_completion_length, temperature, top_k, top_p, min_p, stop_strings },
      seed: recipe.seed,
      judge: (items) => judge(context, items),
      between: async (done) => {
        const elapsed = (performance.now() - began) / 1000;
        const secondsLeft = done === 0 ? null : (elapsed * (1 - done)) / done;
        const { stage, step, steps } = moment;
        context.progress({ stage, step, steps, phase: "evaluating", secondsLeft, headline: null });
        return !(await context.stopRequested());
      },
    },
  );
  if (!evaluation) return null;
  const { stage, step } = moment;
  remarkCutOff(context, [...evaluation.rollouts, ...evaluation.greedy], { step, max_completion_length });
  run.recordRollouts([
    ...evaluation.rollouts.map((item) => evaluationRecord({ stage, step, policy }, item, "sampled")),
    ...evaluation.greedy.map((item) => evaluationRecord({ stage, step, policy }, item, "greedy")),
  ]);
  recordSummary(context, moment, evaluation.summary, (performance.now() - began) / 1000, moment.tokens);
  return evaluation;
}

/** Throws, before anything is trained, when a stage that is to run would ask for more held-out prompts than its task has. */
export function refuseTooFewHeldOut({ recipe, task, generalTask, run }: StageContext): void {
  const { stages, evaluation, seed } = recipe;
  const left = new Set(run.record.stages.flatMap(({ name, status }) => (status === "completed" ? [] : [name])));
  const measuring = stages.filter((stage) => left.has(stage.name) && stage.kind !== "reward-model");
  const asked = measuring.map((stage) => (stage.kind === "evaluation" ? stage.prompts : null) ?? evaluation.prompts);
  if (asked.length === 0) return;
  heldOutRows(task, seed, Math.max(...asked));
  if (generalTask) heldOutRows(generalTask, seed, evaluation.general_prompts, "evaluation.general_prompts");
}

const generalHeldOut = ({ generalTask: task, recipe }: StageContext): HeldOut | null =>
  task && {
    task,
    rows: heldOutRows(task, recipe.seed, recipe.evaluation.general_prompts, "evaluation.general_prompts"),
  };

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
    ...(summary.refusal === null ? {} : { "eval/refusal": summary.refusal }),
    ...(summary.wrong_refusal === null ? {} : { "eval/wrong_refusal": summary.wrong_refusal }),
    "eval/prompts": summary.prompts,
    "time/evaluate": seconds,
    ...(tokens === undefined ? {} : { num_tokens: tokens }),
  });
}
