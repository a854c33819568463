/**
 * One line of `metrics.jsonl`: append-only, one object per step, under TRL's names (`reward`, `rewards/<name>/mean`,
 * `completions/mean_length`, `grad_norm` …); ours go beside them under `signal/*`, `time/*`, `verifier/*`, `eval/*`.
 * A step that is run again after a resume is appended again: readers merge lines of the same stage and step, the later key wins.
 */
import * as z from "zod";

export const metricsRowSchema = z
  .object({
    stage: z.string(),
    step: z.int(),
    /** Milliseconds since the epoch. */
    time: z.number(),
    /** Hash over the reward sources that scored this step; a change of it is a mark on the curves. */
    reward_hash: z.string().optional(),
  })
  .catchall(z.union([z.number(), z.null(), z.string()]));
export type MetricsRow = z.infer<typeof metricsRowSchema>;
