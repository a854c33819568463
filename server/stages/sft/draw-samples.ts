/** Samples of a policy for a training set: drawn in batches that are written down, so that a stage that ends amid them goes on behind the last. */
import * as z from "zod";
import { fused } from "../../engine/fused-operations";
import { randomStream } from "../../shared/random";
import { heldOutTest } from "../../evaluation/leaks";
import { completionText } from "../../models/begun";
import { disposePolicy, encodePrompt, type Policy } from "../../models/policy";
import { askedOf, chatMessageSchema } from "../../protocol/conversation";
import { sampledStage } from "../../recipes/source-stage";
import { mostUnasked, type RejectionSamplingSpec } from "../../recipes/stages";
import { generateWhile } from "../../rollouts/generate";
import { topLogprobs } from "../../rollouts/read-completions";
import { readLines } from "../../runs/line-log";
import { samplesPath } from "../../runs/paths";
import { rowsToTrain } from "../../tasks/splits";
import type { Task, TaskRow } from "../../tasks/task";
import type { StageContext, StageStart } from "../context";
import { remarkUnreadableRows } from "../answer-remarks";
import { checkAnswers } from "../check-answers";
import { scoreGroupOf } from "../score-group";
import { remarkAll } from "../lengths";
import { fittingTask, overlongPrompts, stagePrompts } from "../prompt-lengths";
import { remarkRows } from "../remarks";
import { samplingRecord } from "../rollout-records";
import { errorsByFunction, errorText, pauseWithoutRewards } from "../reward-failure";
import { watchDrawing } from "../watch-drawing";
import { weightedRewards } from "../weighted-reward";
import { amount } from "../../shared/amount";
import { UserError } from "../../shared/user-error";

/** Prompts that are sampled and written down together. */
export const promptsPerBatch = 32;

const sampleSchema = z.object({
  /** 1-based. */
  batch: z.int(),
  /** Place of the prompt among all. */
  group: z.int(),
  sample: z.int(),
  prompt: z.string(),
  conversation: z.array(chatMessageSchema).readonly().optional(),
  completion: z.string(),
  /** Tokens. */
  length: z.int(),
  /** By the task's verdict; null: it was not asked. A completion that was cut off is not right. */
  right: z.boolean().nullable(),
  /** Whether it is right, or in its place has the reward that is asked for. Unset in files of earlier versions, whose `right` it is. */
  accepted: z.boolean().optional(),
  /** Where the stage keeps samples by their reward; null: it has no valid one. */
  reward: z.number().nullable().optional(),
});
const storedSchema = sampleSchema.transform((sample) => ({
  ...sample,
  accepted: sample.accepted ?? sample.right === true,
}));
export type Sample = z.infer<typeof storedSchema>;
const batchSchema = z.object({
  batch: z.int(),
  seconds: z.number(),
  samples: z.array(storedSchema),
  /** Reward errors by function. */
  errors: z.record(z.string(), z.int()).default({}),
});
type Batch = z.infer<typeof batchSchema>;

export interface Drawn {
  /** In order. */
  readonly samples: readonly Sample[];
  /** That it took, over all resumes. */
  readonly seconds: number;
  /** Whether there were all of them already. */
  readonly known: boolean;
  /** `12 reward errors (correct 8, judge 4)`; null without any. */
  readonly errors: string | null;
}

const drawnOf = (batches: readonly Batch[], known: boolean): Drawn => ({
  known,
  errors: errorText(batches.map(({ errors }) => errors)),
  samples: batches.flatMap(({ samples }) => samples),
  seconds: batches.reduce((sum, { seconds }) => sum + seconds, 0),
});

/** Training prompts that the stage samples. Throws an OverlongRowsError where one is too long for this policy and the stage refuses such prompts. */
export function rowsToSample(
  { task, recipe }: Pick<StageContext, "task" | "recipe">,
  stage: RejectionSamplingSpec,
  policy: Policy,
): { readonly rows: readonly TaskRow[]; readonly notes: readonly string[] } {
  const settings = stagePrompts(stage);
  const asks = { asked: stage.prompts, setting: "prompts", most: mostUnasked.prompts };
  const rowsOf = (of: Task): TaskRow[] => rowsToTrain(of, recipe.seed, stage.name, asks);
  const rows = rowsOf(task);
  if (overlongPrompts(policy, rows, settings).length === 0) return { rows, notes: [] };
  const fitting = fittingTask(policy, task, settings, recipe.seed);
  return { rows: rowsOf(fitting.task), notes: fitting.notes };
}

/** All samples of the stage; null when the run was asked to stop meanwhile. */
export async function drawSamples(
  context: StageContext,
  stage: RejectionSamplingSpec,
  start: StageStart,
): Promise<Drawn | null> {
  const { task, recipe, run } = context;
  const { rows, notes } = rowsToSample(context, stage, start.policy);
  remarkRows(context, task, stage.prompts ?? mostUnasked.prompts, "prompts");
  remarkUnreadableRows(
    context,
    task,
    rows,
    stage.keep_reward === undefined ? "none of their samples is kept" : "only rewards judge their samples",
  );
  remarkAll(context, "overlong prompts", notes);
  const batches = readLines(samplesPath(run.folder, stage.name), batchSchema);
  refuseHeldOut(context, stage, batches);
  const total = Math.ceil(rows.length / promptsPerBatch);
  const record = (numbers: Readonly<Record<string, number>>): void => {
    const drawn = batches.flatMap(({ samples }) => samples);
    run.appendMetrics({
      stage: stage.name,
      step: 0,
      time: Date.now(),
      "sampling/prompts": Math.min(batches.length * promptsPerBatch, rows.length),
      "sampling/samples": drawn.length,
      ...(drawn.some(({ right }) => right !== null) && {
        "sampling/right": drawn.filter(({ right }) => right === true).length,
      }),
      ...(stage.keep_reward !== undefined && {
        "sampling/accepted": drawn.filter(({ accepted }) => accepted).length,
      }),
      ...numbers,
    });
  };
  // The stage may have ended between a batch and its row of metrics.
  if (batches.length > 0) record({});
  if (batches.length >= total) return drawnOf(batches, true);
  const log = run.openSamples<Batch>(stage.name);
  const policy = await start.policyOf(sampledStage(recipe, stage));
  const release = fused().keepWeights();
  try {
    for (let batch = batches.length + 1; batch <= total; batch++) {
      const began = performance.now();
      const some = rows.slice((batch - 1) * promptsPerBatch, batch * promptsPerBatch);
      const drawn = await drawBatch(context, stage, policy, some, {
        batch,
        total,
        expected: batches.at(-1)?.samples.reduce((sum, { length }) => sum + length, 0) ?? null,
        left: (of) => secondsOf(batches) * of,
      });
      if (!drawn) return null;
      const { samples, errors } = drawn;
      const seconds = (performance.now() - began) / 1000;
      batches.push({ batch, seconds, samples, errors });
      log.append(batches.at(-1)!);
      const tokens = samples.reduce((sum, { length }) => sum + length, 0);
      record({ "time/tokens_per_second": tokens / seconds });
      context.progress({
        stage: stage.name,
        phase: "sampling",
        step: batch,
        steps: total,
        secondsLeft: secondsOf(batches) * (total - batch),
        headline: { name: "tokens/s", value: tokens / seconds },
      });
      if (await context.stopRequested()) return null;
    }
    return drawnOf(batches, false);
  } finally {
    log.close();
    release();
    disposePolicy(policy);
  }
}

/** Samples that are drawn stay as they are when a data set is edited; what is held out since must not be trained on. */
function refuseHeldOut(context: StageContext, stage: RejectionSamplingSpec, batches: readonly Batch[]): void {
  const isApart = heldOutTest(context.recipe, context);
  const leaked = batches.flatMap(({ samples }) => samples).find(({ prompt }) => isApart(prompt));
  if (!leaked) return;
  const file = samplesPath(context.run.folder, stage.name);
  throw new UserError(
    `${file}:${leaked.batch}: the prompt ${JSON.stringify(leaked.prompt.slice(0, 80))} is held out for evaluation since the samples were drawn: the data set was edited. ` +
      "Put the data set back, or delete the file, and the samples are drawn again.",
  );
}

/** Of a batch, by the newest ones. */
function secondsOf(batches: readonly Batch[]): number {
  const newest = batches.slice(-20);
  return newest.reduce((sum, { seconds }) => sum + seconds, 0) / newest.length;
}

/** Null when the run was asked to stop meanwhile. */
async function drawBatch(
  context: StageContext,
  stage: RejectionSamplingSpec,
  policy: Policy,
  rows: readonly TaskRow[],
  {
    batch,
    total,
    expected,
    left,
  }: {
    readonly batch: number;
    readonly total: number;
    /** Tokens that the batch before had; null: there was none. */
    readonly expected: number | null;
    /** Seconds of so many batches. */
    readonly left: (batches: number) => number;
  },
): Promise<Pick<Batch, "samples" | "errors"> | null> {
  const { recipe, task, run } = context;
  const first = (batch - 1) * promptsPerBatch;
  const size = stage.num_generations;
  const watch = watchDrawing(context, {
    stage: stage.name,
    step: batch,
    purpose: "sampling",
    policy,
    sequences: rows.length * size,
    expected: rows.length < promptsPerBatch ? null : expected,
    tell: (drawing) =>
      context.progress({
        stage: stage.name,
        phase: "sampling",
        step: batch - 1,
        steps: total,
        secondsLeft: expected === null ? null : drawing.secondsLeft + left(total - batch),
        headline: { name: "tokens/s", value: drawing.tokensPerSecond },
        drawing,
      }),
  });
  const encoded = rows.map((row) => encodePrompt(policy, row));
  const together = { encoded, prompts: rows.map(({ prompt }) => prompt), firstGroup: first };
  const drawn = await generateWhile(
    policy,
    encoded,
    { ...stage, random: (group, sample) => randomStream(recipe.seed, stage.name, first + group, sample) },
    (drawing) => watch.between(together, drawing),
  );
  if (!drawn) {
    context.lost(
      `Batch ${batch} of ${stage.name} was being drawn: its ${amount(watch.tokens())} tokens so far are lost, and a resume draws it again.`,
    );
    return null;
  }
  const rollouts = drawn.map((rollout) => ({ ...rollout, group: first + rollout.group }));
  const completions = rollouts.map((rollout) => completionText(policy.tokenizer, rollout));
  const top = topLogprobs(policy, rollouts, stage);
  const scored =
    stage.keep_reward === undefined
      ? null
      : await context.score(
          rows.map((row, group) => {
            const [from, to] = [group * size, (group + 1) * size];
            return scoreGroupOf(row, completions.slice(from, to), rollouts.slice(from, to));
          }),
        );
  // Kept by their rewards, samples are right or wrong all the same; programs are not run only to say so.
  const verdicts =
    stage.keep_reward === undefined || !task.language
      ? await checkAnswers(
          context,
          rollouts.map(({ group }, index) => ({ task, row: rows[group - first]!, completion: completions[index]! })),
        )
      : null;
  const said = scored && weightedRewards(recipe.rewards, scored);
  const judged = rollouts.map((rollout, index) => {
    const row = rows[rollout.group - first]!;
    const completion = completions[index]!;
    const scores = said && { rewards: said.samples[index]!, reward: said.rewards[index]! };
    const ended = rollout.finishReason === "stop";
    const correct = ended ? (verdicts?.[index] ?? null) : false;
    // What its budget closed breaks off where nobody would: it is drawn and judged, but not learnt.
    const accepted =
      !rollout.learnt &&
      (stage.keep_reward === undefined
        ? correct === true
        : ended && scores?.reward != null && scores.reward >= stage.keep_reward);
    return { rollout, row, completion, correct, accepted, scored: scores, top: top[index]! };
  });
  run.recordRollouts(judged.map((item) => samplingRecord({ stage: stage.name, step: batch, policy }, task, item)));
  if (said) pauseWithoutRewards(stage.name, said.outcomes, said.rewards, `samples of batch ${batch}`);
  return {
    errors: said ? errorsByFunction(said.outcomes) : {},
    samples: judged.map(({ rollout, row, completion, correct, accepted, scored: scores }) => ({
      batch,
      group: rollout.group,
      sample: rollout.sample,
      ...askedOf(row),
      completion,
      right: correct,
      accepted,
      length: rollout.completion.length,
      ...(scores && { reward: scores.reward }),
    })),
  };
}
