import type { OptimizerState } from "../../engine/optimizer";
import type { Critic } from "../../models/critic";
import type { Policy } from "../../models/policy";
import type { RlSpec } from "../../recipes/stages";
import type { StageContext } from "../context";
import type { Parts } from "../micro-batches";
import type { ModelReward } from "./model-rewards";
import type { Reference } from "./reference";

/** What a stage of RL works with in each of its steps. */
export interface RlContext {
  readonly context: StageContext;
  readonly stage: RlSpec;
  readonly policy: Policy;
  readonly optimizer: OptimizerState;
  /** Null where no KL asks for one. */
  readonly reference: Pick<Reference, "policy" | "follow"> | null;
  /** Null but for the advantage estimator `gae`. */
  readonly critic: Critic | null;
  /** Reward models of preference RL. */
  readonly models: readonly ModelReward[];
  /** How a batch goes through the models. */
  readonly parts: Parts;
}

/** What an update moves. */
export type Learner = Pick<RlContext, "stage" | "policy" | "optimizer" | "critic" | "parts">;
