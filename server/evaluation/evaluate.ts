import { randomStream } from "../shared/random";
import { detectBehaviours } from "../behaviours/detect";
import { completionText } from "../models/begun";
import type { Policy } from "../models/policy";
import type { EvaluationSummary } from "../protocol/run";
import type { TopLogprobs } from "../protocol/traces";
import { generateWhile } from "../rollouts/generate";
import type { Drawing, DrawnTogether } from "../rollouts/drawing";
import type { GenerateOptions, Rollout } from "../rollouts/generate";
import { keepingWeights } from "../rollouts/keep-weights";
import { topLogprobs } from "../rollouts/read-completions";
import { refusalRates } from "../tasks/preference-pairs";
import type { Task, TaskRow } from "../tasks/task";
import { isMarked } from "../verifiers/answers/read-answer";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { summarise } from "./summary";
import type { EvaluatedSample, PromptResult } from "./summary";
import { oneTextEach } from "./vote";

/** Prompts sampled together: bounds the memory of the key/value cache. */
const promptsPerBatch = 32;

/** Samples of each prompt of the general task: only refusals are counted there. */
const generalSamples = 2;

export interface EvaluationOptions extends Omit<GenerateOptions, "num_generations" | "random"> {
  readonly samples: number;
  readonly seed: number;
  /** Likeliest tokens of each place that are looked up. */
  readonly top_logprobs: number;
  /** Token ids of a prompt. */
  readonly encode: (row: TaskRow) => number[];
  /** `[items]` whether each completion's answer is correct; null, where nothing can be said, counts as not correct. */
  readonly checkAnswers: (items: readonly AnsweredItem[]) => Promise<readonly (boolean | null)[]>;
  /** Called between batches with the share that is done; a promise is awaited. False ends the evaluation. */
  readonly between: (done: number) => Promise<boolean>;
  /** Called while completions of these prompts are drawn; false ends the evaluation. */
  readonly amid: (drawing: Drawing, of: DrawnTogether) => Promise<boolean>;
}

/** Held-out prompts of a task. */
export interface HeldOut {
  readonly task: Task;
  readonly rows: readonly TaskRow[];
}

/** A completion of a prompt, whose answer is correct or not. */
export interface AnsweredItem {
  readonly task: Task;
  readonly row: TaskRow;
  readonly completion: string;
}

export interface EvaluatedRollout extends Pick<HeldOut, "task"> {
  readonly rollout: Rollout;
  readonly row: TaskRow;
  readonly completion: string;
  readonly correct: boolean;
  /** The likeliest tokens of each place; null where none were asked for. */
  readonly top: TopLogprobs | null;
}

export interface Evaluation {
  readonly summary: EvaluationSummary;
  /** Of the task's prompts, in their order. */
  readonly results: readonly PromptResult[];
  /** Sampled completions, groups one after the other; those of general prompts last. */
  readonly rollouts: readonly EvaluatedRollout[];
  /** The greedy completion of each of the task's prompts, in their order: the sample behind the sampled ones of its group. */
  readonly greedy: readonly EvaluatedRollout[];
}

/**
 * Samples each held-out prompt and answers it greedily, and general prompts for refusals. A completion is correct when it ended by itself and
 * the task accepts its answer. The same seed draws the same numbers at every step, so that evaluations differ by the policy alone. Null: ended early.
 */
export const evaluate = (
  policy: Policy,
  heldOut: HeldOut,
  general: HeldOut | null,
  options: EvaluationOptions,
): Promise<Evaluation | null> => keepingWeights(() => askAll(policy, heldOut, general, options));

async function askAll(
  policy: Policy,
  heldOut: HeldOut,
  general: HeldOut | null,
  options: EvaluationOptions,
): Promise<Evaluation | null> {
  const prompts = heldOut.rows.length + (general?.rows.length ?? 0);
  const results: PromptResult[] = [];
  const rollouts: EvaluatedRollout[] = [];
  const allGreedy: EvaluatedRollout[] = [];
  for (const { task, rows, samples, first } of [
    { ...heldOut, samples: options.samples, first: 0 },
    ...(general ? [{ ...general, samples: generalSamples, first: heldOut.rows.length }] : []),
  ])
    for (let start = 0; start < rows.length; start += promptsPerBatch) {
      if (!(await options.between((first + start) / prompts))) return null;
      const batch = rows.slice(start, start + promptsPerBatch);
      const encoded = batch.map(options.encode);
      const answered = async (drawn: readonly Rollout[]): Promise<EvaluatedRollout[]> => {
        const items = drawn.map((rollout) => ({
          task,
          row: batch[rollout.group]!,
          completion: completionText(policy.tokenizer, rollout),
        }));
        const correct = await options.checkAnswers(items);
        const top = topLogprobs(policy, drawn, options);
        return drawn.map((rollout, index) => ({
          ...items[index]!,
          rollout: { ...rollout, group: first + start + rollout.group },
          correct: rollout.finishReason === "stop" && correct[index] === true,
          top: top[index]!,
        }));
      };
      const together = { encoded, prompts: batch.map(({ prompt }) => prompt), firstGroup: first + start };
      const drawn = (how: Pick<GenerateOptions, "num_generations" | "random">): Promise<Rollout[] | null> =>
        generateWhile(policy, encoded, { ...options, ...how }, (drawing) => options.amid(drawing, together));
      const many = await drawn({
        num_generations: samples,
        random: (group, sample) => randomStream(options.seed, "evaluation", first + start + group, sample),
      });
      if (!many) return null;
      const sampled = await answered(many);
      rollouts.push(...sampled);
      if (first > 0) continue;
      const likeliest = await drawn({ num_generations: 1, random: null });
      if (!likeliest) return null;
      const greedy = await answered(likeliest.map((rollout) => ({ ...rollout, sample: samples })));
      allGreedy.push(...greedy);
      batch.forEach((row, index) => {
        results.push({
          difficulty: row.difficulty,
          samples: samplesOf(policy, task, sampled.slice(index * samples, (index + 1) * samples)),
          greedyCorrect: greedy[index]!.correct,
        });
      });
    }
  const answers = rollouts
    .filter(({ task }) => task === general?.task)
    .map(({ row, completion, task }) => ({ row, answer: task.extract(completion)?.text ?? null }));
  const { refusal, wrongRefusal } = refusalRates(answers);
  return {
    summary: summarise(results, options.seed, { refusal, wrong_refusal: wrongRefusal }),
    results,
    rollouts,
    greedy: allGreedy,
  };
}

/** The samples of a prompt; answers that say the same vote with one text. */
function samplesOf({ tokenizer }: Policy, { byValue }: Task, group: readonly EvaluatedRollout[]): EvaluatedSample[] {
  const answers = group.map(({ task, completion }) => task.extract(completion));
  const texts = answers.map((answer) => answer?.text ?? null);
  const votes = byValue
    ? oneTextEach(
        texts.map((answer, index) => ({ answer, correct: group[index]!.correct })),
        (a, b) => byValue.same(a, b),
      )
    : texts;
  return group.map(({ rollout, completion, correct }, index) => {
    const { thinking } = splitReasoning(completion);
    const answer = answers[index] ?? null;
    return {
      correct,
      answer: votes[index]!,
      marked: answer !== null && isMarked(answer),
      length: rollout.completion.length,
      thinkingLength: thinking === null ? null : tokenizer.encode(thinking).length,
      corrects: detectBehaviours(completion)["self-correction"].length > 0,
    };
  });
}
