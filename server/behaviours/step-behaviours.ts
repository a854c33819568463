/** What was found in the rollouts of one step. */
import type { BehaviourPoint, ExampleKind } from "../protocol/behaviours";
import type { StepKey } from "../runs/trace-scan";

/** Where a rollout shows something. */
export interface Place {
  readonly group: number;
  readonly sample: number;
  readonly start: number;
  readonly end: number;
  readonly correct: boolean | null;
}

export interface StepBehaviours {
  readonly key: StepKey;
  readonly print: string;
  readonly point: BehaviourPoint;
  /** `[groups][2 · measures]`: sums of each prompt's samples. */
  readonly groups: readonly Float64Array[];
  readonly places: Readonly<Record<ExampleKind, readonly Place[]>>;
}
