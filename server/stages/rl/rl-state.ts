/** What an RL stage carries from step to step beside the policy: saved with each checkpoint, so that a resume goes on exactly. */
import * as z from "zod";
import { adaptedBeta } from "../../algorithms/kl";
import { initialEntropyState, nextEntropyState } from "../../algorithms/entropy";
import type { RlSpec } from "../../recipes/stages";
import type { TaskRow } from "../../tasks/task";
import { nextPassRates, passRatesSchema } from "./curriculum";

export const rlStateSchema = z.object({
  /** β of the KL, where it adapts. */
  beta: z.number(),
  entropy: z.object({ coef: z.number(), last: z.number() }),
  /** Prompts that are solved and not drawn again. */
  retired: z.array(z.string()),
  passRates: passRatesSchema,
  /** Updates of the critic's optimizer. */
  criticUpdates: z.int(),
  /** Steps in which nothing was learnt, by the reason. */
  quiet: z.object({ cutOff: z.int(), masked: z.int(), alike: z.int() }).default({ cutOff: 0, masked: 0, alike: 0 }),
});
export type RlState = z.infer<typeof rlStateSchema>;

export const newRlState = (stage: RlSpec): RlState => ({
  beta: stage.beta,
  entropy: initialEntropyState(stage),
  retired: [],
  passRates: {},
  criticUpdates: 0,
  quiet: { cutOff: 0, masked: 0, alike: 0 },
});

/** After a step whose completions had this mean KL (null: no reference) and entropy. */
export function nextRlState(
  stage: RlSpec,
  state: RlState,
  {
    kl,
    entropy,
    judged,
    solved,
    quiet,
  }: {
    kl: number | null;
    entropy: number;
    /** `[samples]` of the step. */
    judged: readonly { readonly row: TaskRow; readonly correct: boolean | null; readonly general: boolean }[];
    solved: readonly string[];
    quiet: RlState["quiet"];
  },
): RlState {
  const { kl_target, kl_horizon } = stage;
  return {
    ...state,
    quiet,
    beta:
      kl_target === undefined || kl === null
        ? state.beta
        : adaptedBeta(state.beta, kl, { target: kl_target, horizon: kl_horizon, samples: judged.length }),
    entropy: nextEntropyState(stage, state.entropy, entropy),
    passRates:
      stage.curriculum === "none"
        ? state.passRates
        : nextPassRates(
            state.passRates,
            // General prompts are of another task, whose difficulties are its own.
            judged.filter(({ general }) => !general),
          ),
    retired: solved.length === 0 ? state.retired : [...new Set([...state.retired, ...solved])],
  };
}
