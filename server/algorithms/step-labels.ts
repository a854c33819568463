/** A solution in labelled steps as the token ids and labels that a process reward model learns from (TRL 1.13, `PRMTrainer.tokenize_row`). */

export interface StepLabelOptions {
  /** Stands behind each step; the label is at its last token. At least one token. */
  readonly separator: readonly number[];
  readonly bos: number | null;
  /** Tokens kept of prompt and completion together, from the front; null: all. */
  readonly max_length: number | null;
  /** Tokens kept of the completion; null: all. */
  readonly max_completion_length: number | null;
  readonly train_on_last_step_only: boolean;
}

export interface LabelledTokens {
  /** `[tokens]` ids. */
  readonly ids: number[];
  /** `[tokens]`: the label of the step that ends here, in [0, 1]; null: none does. */
  readonly labels: (number | null)[];
}

/** @param steps `[steps][tokens]` ids. @param labels `[steps]` 1: correct, 0: not, or a probability. Throws where their numbers differ. */
export function labelSteps(
  prompt: readonly number[],
  steps: readonly (readonly number[])[],
  labels: readonly number[],
  { separator, bos, max_length, max_completion_length, train_on_last_step_only }: StepLabelOptions,
): LabelledTokens {
  if (steps.length !== labels.length) throw new Error(`${labels.length} labels for ${steps.length} steps.`);
  if (separator.length === 0) throw new Error("A step separator needs at least one token: the label stands there.");
  const completion = steps
    .flatMap((step, index) => {
      const ids = [...step, ...separator];
      const label = train_on_last_step_only && index < steps.length - 1 ? null : labels[index]!;
      return ids.map((id, at) => ({ id, label: at === ids.length - 1 ? label : null }));
    })
    .slice(0, max_completion_length ?? undefined);
  const start = bos === null ? prompt : [bos, ...prompt];
  const tokens = [...start.map((id) => ({ id, label: null })), ...completion].slice(0, max_length ?? undefined);
  return { ids: tokens.map(({ id }) => id), labels: tokens.map(({ label }) => label) };
}
