import { randomStream } from "../algorithms/random";
import { encodePrompt } from "../models/policy";
import type { Policy } from "../models/policy";
import type { EvaluationSummary } from "../protocol/run";
import { generate, plainSampling } from "../rollouts/generate";
import type { Rollout } from "../rollouts/generate";
import { isRight } from "../tasks/task";
import type { Task, TaskRow } from "../tasks/task";
import { summarise } from "./summary";
import type { PromptResult } from "./summary";

/** Prompts sampled together: bounds the memory of the key/value cache. */
const promptsPerBatch = 32;

export interface EvaluationOptions {
  readonly samples: number;
  readonly max_completion_length: number;
  readonly seed: number;
  /** Called between batches with the share that is done; a promise is awaited. False ends the evaluation. */
  readonly between: (done: number) => Promise<boolean>;
}

export interface EvaluatedRollout {
  readonly rollout: Rollout;
  readonly row: TaskRow;
  readonly completion: string;
  readonly right: boolean;
}

export interface Evaluation {
  readonly summary: EvaluationSummary;
  /** Sampled completions, groups one after the other. */
  readonly rollouts: readonly EvaluatedRollout[];
}

/**
 * Samples each held-out prompt at temperature 1 and greedily. A completion is right when it ended by itself and the task reads the gold
 * answer from it. The same seed draws the same numbers at every step, so that evaluations differ by the policy alone. Null: ended early.
 */
export async function evaluate(
  policy: Policy,
  task: Task,
  rows: readonly TaskRow[],
  options: EvaluationOptions,
): Promise<Evaluation | null> {
  const results: PromptResult[] = [];
  const rollouts: EvaluatedRollout[] = [];
  for (let start = 0; start < rows.length; start += promptsPerBatch) {
    if (!(await options.between(start / rows.length))) return null;
    const batch = rows.slice(start, start + promptsPerBatch);
    const prompts = batch.map(({ prompt }) => encodePrompt(policy, prompt));
    const common = { ...plainSampling, max_completion_length: options.max_completion_length };
    const sampled = generate(policy, prompts, {
      ...common,
      num_generations: options.samples,
      random: (group, sample) => randomStream(options.seed, "evaluation", start + group, sample),
    }).map((rollout) => judge(policy, task, batch[rollout.group]!, { ...rollout, group: start + rollout.group }));
    const greedy = generate(policy, prompts, { ...common, num_generations: 1, random: null }).map((rollout) =>
      judge(policy, task, batch[rollout.group]!, rollout),
    );
    batch.forEach((_, index) => {
      const ofPrompt = sampled.slice(index * options.samples, (index + 1) * options.samples);
      results.push({
        right: ofPrompt.map(({ right }) => right),
        greedyRight: greedy[index]!.right,
        lengths: ofPrompt.map(({ rollout }) => rollout.completion.length),
      });
    });
    rollouts.push(...sampled);
  }
  return { summary: summarise(results), rollouts };
}

function judge(policy: Policy, task: Task, row: TaskRow, rollout: Rollout): EvaluatedRollout {
  const completion = policy.tokenizer.decode(rollout.completion);
  const right = rollout.finishReason === "stop" && isRight(task, row, completion);
  return { rollout, row, completion, right };
}
