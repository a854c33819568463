/**
 * Rules that a reward file is held to: the one source of the setting `reasoningLab.rewards.rules`, of `docs/reward-rules.md`, and of what `check` says.
 * `source` names the report of the fault in the wild.
 */
export const severities = ["error", "warning", "information", "off"] as const;
export type Severity = (typeof severities)[number];

/** A number that a rule compares with, as the setting has it. */
export interface Threshold {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly description: string;
}

interface RuleOf {
  readonly severity: Exclude<Severity, "off">;
  /** What it is told from: the file's text, the newest rollouts of the newest run, or a run of the reward itself. */
  readonly from: "text" | "rollouts" | "a run of it";
  /** One sentence: what is wrong, and what comes of it. */
  readonly description: string;
  readonly sources: readonly string[];
  readonly thresholds?: Readonly<Record<string, Threshold>>;
}

const threshold = (usual: number, least: number, most: number, description: string): Threshold => ({
  usual,
  least,
  most,
  description,
});

const contract = "the reward contract";

export const rules = {
  "may-return-undefined": {
    severity: "error",
    from: "text",
    description: "A path through the reward ends without a score: that sample is an error, and is left out.",
    sources: ["ms-swift#8123", "trl#5775"],
  },
  "may-return-nan": {
    severity: "error",
    from: "text",
    description:
      "A score may be NaN or infinite (a division by the length of something empty, a text that is no number): that sample is an error.",
    sources: ["trl#6166", "verl#721"],
  },
  "may-return-string": {
    severity: "error",
    from: "text",
    description: "A score may be text, as `toFixed` gives it: that sample is an error.",
    sources: [contract],
  },
  "may-return-boolean": {
    severity: "error",
    from: "text",
    description: "A score may be true or false, which are no numbers: that sample is an error.",
    sources: ["EasyR1#338"],
  },
  "unknown-input": {
    severity: "error",
    from: "text",
    description: "The reward takes something apart that it is not given: the name is undefined whenever it runs.",
    sources: ["EasyR1#338"],
  },
  "sample-reward-returns-list": {
    severity: "error",
    from: "text",
    description: "A reward of one sample returns a list, as a group reward does: every sample is an error.",
    sources: ["trl#6533"],
  },
  "group-reward-wrong-count": {
    severity: "error",
    from: "text",
    description:
      "A group reward returns one score, or a list of another length than the group: no sample of it gets one.",
    sources: ["trl#6533"],
  },
  "random-score": {
    severity: "error",
    from: "text",
    description:
      "A score depends on random numbers: a resume and a re-score give others, and luck is rewarded. Fix: `seededRandom` of the row.",
    sources: ["tinker-cookbook#322", "RL#3599"],
  },
  "clock-score": {
    severity: "error",
    from: "text",
    description: "A score depends on the time at which it is made: a resume and a re-score give others.",
    sources: ["RL#3599", "tt-metal#47949"],
  },
  "slow-expression": {
    severity: "warning",
    from: "text",
    description:
      "A regular expression takes its steps back: on a long text made for it, its time was measured in a process of its own.",
    sources: ["verl#6673", "Gym#1354", "SvS#3"],
    thresholds: {
      milliseconds: threshold(
        100,
        1,
        60_000,
        "Milliseconds on the longest text from which an expression counts as slow.",
      ),
      characters: threshold(20_000, 100, 1_000_000, "Characters of the longest text."),
    },
  },
  "empty-includes": {
    severity: "warning",
    from: "text",
    description:
      "`includes`, `startsWith` or `endsWith` of a text that may be empty is true of every text: an empty answer is right.",
    sources: ["Visual-RFT#176"],
  },
  "gold-from-completion": {
    severity: "error",
    from: "text",
    description: "What an answer is held against is read from the completion: the model marks itself.",
    sources: ["open-r1#293", "open-r1 len_reward"],
  },
  "error-as-score": {
    severity: "warning",
    from: "text",
    description: "An error of what judges becomes a score: “broken” looks like “wrong”, and the group learns from it.",
    sources: ["verl-omni#366", "RL#2207", "verl#4417"],
  },
  "await-without-limit": {
    severity: "warning",
    from: "text",
    description:
      "The reward waits for something without a limit of its own: one lost answer holds up the group until the stage's `reward_timeout`.",
    sources: ["verl#7155", "verl#6673"],
  },
  "missing-import": {
    severity: "error",
    from: "text",
    description:
      "An import that the reward's process cannot have: a file that is not there, or a package that is not installed.",
    sources: [contract],
  },
  "out-of-range": {
    severity: "warning",
    from: "rollouts",
    description:
      "A score leaves the range that the reward declares in its comment, `@range [0, 1]`: in its text, or among the newest rollouts.",
    sources: ["trl#2832"],
  },
  "constant-in-groups": {
    severity: "warning",
    from: "rollouts",
    description: "The reward gives all samples of each group the same: it changes no advantage.",
    sources: ["trl#3502", "OpenRLHF#1270", "trl#2703"],
    thresholds: { groups: threshold(8, 2, 10_000, "Groups that must have been scored.") },
  },
  "rewards-cancel": {
    severity: "warning",
    from: "rollouts",
    description: "The rewards differ within groups and their weighted sum does not: they cancel each other.",
    sources: ["trl#3857"],
    thresholds: { share: threshold(0.5, 0.01, 1, "Share of groups in which they cancel.") },
  },
  "dominates-advantage": {
    severity: "information",
    from: "rollouts",
    description:
      "A reward that is not about being right decides the sign of nearly all advantages, against one that is.",
    sources: ["open-r1#255", "open-r1#407", "CoursIA#4531"],
    thresholds: {
      correlation: threshold(0.95, 0.5, 1, "Correlation with the advantage from which a reward dominates it."),
    },
  },
  "rises-while-pass-falls": {
    severity: "warning",
    from: "rollouts",
    description: "The reward rises while held-out pass@1 falls: it pays for something else than being right.",
    sources: ["open-r1#255", "open-r1#407"],
    thresholds: {
      points: threshold(0.02, 0.001, 1, "How far pass@1 must have fallen."),
      rise: threshold(0.02, 0.001, 100, "How far the reward's mean must have risen."),
    },
  },
  ceiling: {
    severity: "information",
    from: "rollouts",
    description: "Nearly all of the newest samples have the highest score there is: the reward teaches nothing more.",
    sources: ["verl#5228", "CoursIA#4531"],
    thresholds: { share: threshold(0.98, 0.5, 1, "Share of samples with the highest score.") },
  },
  "follows-length": {
    severity: "information",
    from: "rollouts",
    description: "The score goes with the length of the completion, among right and wrong ones alike.",
    sources: ["TinyZero#85", "CoursIA#4531"],
    thresholds: { correlation: threshold(0.8, 0.1, 1, "Rank correlation within groups, either way.") },
  },
  "depends-on-order": {
    severity: "warning",
    from: "a run of it",
    description: "The same samples in another order get other scores: the audit runs the reward both ways.",
    sources: ["trl#6533", "trl#5775"],
  },
  "suppression-without-reason": {
    severity: "warning",
    from: "text",
    description: "A comment leaves a rule out without saying why: `// reasoning-lab-ignore RULE: reason`.",
    sources: [contract],
  },
  "unused-suppression": {
    severity: "information",
    from: "text",
    description: "A comment leaves a rule out that finds nothing there.",
    sources: [contract],
  },
} as const satisfies Record<string, RuleOf>;

export type RuleId = keyof typeof rules;
export const ruleIds = Object.keys(rules) as RuleId[];
export const isRule = (id: string): id is RuleId => Object.hasOwn(rules, id);
export const ruleOf = (id: RuleId): RuleOf => rules[id];
