/** What a stage lets pass without an error and should not let pass without a word. */
import type { EvaluatedRollout } from "../evaluation/evaluate";
import type { RlSpec } from "../recipes/stages";
import type { Rollout } from "../rollouts/generate";
import { amount } from "../shared/amount";
import type { Task } from "../tasks/task";
import type { StageContext } from "./context";
import type { RlState } from "./rl/rl-state";

type Remarks = Pick<StageContext, "remark">;

const isCutOff = ({ finishReason }: Pick<Rollout, "finishReason">): boolean => finishReason === "length";

/** What of a step makes it one that taught nothing. */
export interface QuietStep {
  readonly rollouts: readonly Pick<Rollout, "finishReason">[];
  /** Completions that the update learnt from. */
  readonly learnt: number;
  /** Whether two rewards of any group differed. */
  readonly signal: boolean;
}

/** Counts of steps so far in which all completions were cut off, masked, or rewarded alike within their groups. */
export const nextQuiet = (
  quiet: RlState["quiet"],
  { mask_truncated_completions }: Pick<RlSpec, "mask_truncated_completions">,
  { rollouts, learnt, signal }: QuietStep,
): RlState["quiet"] => {
  const cutOff = rollouts.every(isCutOff);
  return {
    cutOff: quiet.cutOff + Number(cutOff),
    masked: quiet.masked + Number(cutOff && mask_truncated_completions),
    alike: quiet.alike + Number(!signal && learnt === 0),
  };
};

/** Says of an RL stage in how many of its `steps` nothing could be learnt, and why. */
export function remarkQuiet(
  { remark }: Remarks,
  { max_completion_length }: Pick<RlSpec, "max_completion_length">,
  { cutOff, masked, alike }: RlState["quiet"],
  steps: number,
): void {
  const of = (count: number): string => `In ${amount(count)} of ${amount(steps)} steps`;
  if (cutOff > 0)
    remark(
      "cut-off",
      `${of(cutOff)} every completion was cut off at max_completion_length (${max_completion_length} tokens). Raise it, or start from a policy that ends its answers.`,
    );
  if (masked > 0)
    remark(
      "masked",
      `${of(masked)} every completion was masked, because all were cut off and mask_truncated_completions is set: these steps taught nothing.`,
    );
  if (alike > 0)
    remark(
      "alike",
      `${of(alike)} all completions of each group got the same reward: these steps taught nothing. Prompts may be too easy or too hard, or the reward too coarse.`,
    );
}

/** Says of an evaluation that at least half of its completions were cut off. A model that was not trained yet may ramble. */
export function remarkCutOff(
  { remark }: Remarks,
  rollouts: readonly EvaluatedRollout[],
  { step, max_completion_length }: { readonly step: number; readonly max_completion_length: number },
): void {
  const cut = rollouts.filter(({ rollout }) => isCutOff(rollout)).length;
  if (step === 0 || 2 * cut < rollouts.length) return;
  remark(
    "evaluation-cut-off",
    `${cut === rollouts.length ? `All ${amount(cut)}` : `${amount(cut)} of ${amount(rollouts.length)}`} held-out completions at step ${step} were cut off at ` +
      `evaluation.max_completion_length (${max_completion_length} tokens), which counts as wrong.`,
  );
}

/** Says that a stage takes only some of a dataset's training rows. `setting`: what says how many, with the number. */
export function remarkRows({ remark }: Remarks, { rows }: Task, taken: number, setting: string): void {
  if (rows.kind === "listed" && taken < rows.training.length)
    remark(
      "rows",
      `${amount(taken)} of ${amount(rows.training.length)} training rows are used (${setting}: ${taken}).`,
    );
}
