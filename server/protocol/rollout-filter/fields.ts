/** What a filter line can ask of a rollout; `docs/traces.md` has the same list. */

export const numberFields = {
  reward: "total reward",
  advantage: "advantage",
  correct: "the verdict: 1 right, 0 wrong",
  tokens: "tokens of the completion",
  errors: "how many rewards failed",
  step: "step of training",
  group: "number of the group in its step",
  sample: "number of the sample in its group",
} as const;
export type NumberField = keyof typeof numberFields;

export const textFields = {
  text: "prompt or completion",
  prompt: "the prompt",
  completion: "the completion",
  answer: "the answer that was read in the completion",
  gold: "the gold answer",
  stage: "name of the stage",
  purpose: "train, evaluation or sampling",
  finish: "stop or length",
  message: "what failed rewards said",
  tag: "a tag, of the run or your own",
  note: "what you wrote on it",
} as const;
export type TextField = keyof typeof textFields;

/** Texts that are compared with each other, as `answer != gold`. */
export const comparedFields = ["answer", "gold", "prompt", "completion"] as const;
export type ComparedField = (typeof comparedFields)[number];

/** All that some texts can be. */
export const valuesOfField: Readonly<Partial<Record<TextField, readonly string[]>>> = {
  purpose: ["train", "evaluation", "sampling"],
  finish: ["stop", "length", "unknown"],
};

export const flags = {
  right: "right by the verdict",
  wrong: "wrong by the verdict",
  unjudged: "without a verdict",
  truncated: "cut off at the length limit",
  error: "with a reward that failed",
  high: "reward in the upper half of its stage's range",
  low: "reward in the lower half of its stage's range",
  best: "highest reward of its step",
  flat: "in a group whose rewards are all the same",
  changed: "of a held-out prompt whose answer is another one than at the evaluation before",
  kept: "kept by rejection sampling",
  refused: "refused by rejection sampling",
} as const;
export type Flag = keyof typeof flags;

export const comparisons = ["<=", ">=", "!=", "<", ">", "="] as const;
export type Comparison = (typeof comparisons)[number];

export type NumberOperand =
  { readonly kind: "field"; readonly field: NumberField } | { readonly kind: "score"; readonly reward: string };

/** A comparison with something that is not there never holds; `not` turns that, as it turns anything. */
export type RolloutFilter =
  | { readonly kind: "and" | "or"; readonly parts: readonly RolloutFilter[] }
  | { readonly kind: "not"; readonly of: RolloutFilter }
  | { readonly kind: "flag"; readonly flag: Flag }
  /** `value` null: whether there is none, for `=` and `!=`. */
  | {
      readonly kind: "number";
      readonly operand: NumberOperand;
      readonly comparison: Comparison;
      readonly value: number | null;
    }
  | { readonly kind: "same"; readonly field: TextField; readonly negated: boolean; readonly value: string | null }
  | { readonly kind: "alike"; readonly field: ComparedField; readonly negated: boolean; readonly other: ComparedField }
  | { readonly kind: "contains"; readonly field: TextField; readonly negated: boolean; readonly text: string }
  | {
      readonly kind: "matches";
      readonly field: TextField;
      readonly negated: boolean;
      readonly source: string;
      readonly flags: string;
    };

const isIn = <K extends string>(table: Readonly<Record<K, string>>, name: string): name is K =>
  Object.hasOwn(table, name);

export const isNumberField = (name: string): name is NumberField => isIn(numberFields, name);
export const isTextField = (name: string): name is TextField => isIn(textFields, name);
export const isComparedField = (name: string): name is ComparedField => comparedFields.some((one) => one === name);
export const isFlag = (name: string): name is Flag => isIn(flags, name);
