import type { RolloutPurpose } from "../../protocol/traces";
import type { RuleId } from "./rules";

/** A rollout that proves a finding. */
export interface SamplePlace {
  /** The run folder. */
  readonly folder: string;
  readonly stage: string;
  readonly step: number;
  readonly purpose: RolloutPurpose;
  readonly group: number;
  readonly sample: number;
}

export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What mends a finding, by the press of a key. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Finding {
  readonly rule: RuleId;
  /** In the file, UTF-16 units. */
  readonly offset: number;
  readonly length: number;
  /** For people: what is wrong here, and what to do. */
  readonly message: string;
  readonly fixes: readonly Fix[];
  readonly sample: SamplePlace | null;
}

/** What is known of a reward from elsewhere than the file's text: it stands at the reward's name, wherever that is by now. */
export interface RewardRemark extends Pick<Finding, "rule" | "message" | "sample"> {
  /** Name of the export. */
  readonly reward: string;
}
