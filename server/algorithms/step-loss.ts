/** The loss of a process reward model, which classifies the tokens where steps end (arXiv 2305.20050, section 2.6; TRL 1.13, `PRMTrainer`). */

export interface StepLoss {
  /** NaN where no step is labelled. */
  readonly loss: number;
  /** `[tokens × 2]` d loss / d logit. */
  readonly gradient: Float64Array;
  /** Share of labelled steps whose likelier class is the label's; a tie says incorrect. NaN without any. */
  readonly accuracy: number;
}

/**
 * Mean over labelled tokens of −y·log p − (1 − y)·log(1 − p), p = softmax of the two logits at "correct". y is 0 or 1, or with soft labels the
 * share of continuations from the step that reached the answer (Math-Shepherd, arXiv 2312.08935, eq. 2 and 4).
 *
 * @param logits `[tokens × 2]` incorrect, correct. @param targets `[tokens]` y; null: no step ends here.
 * @param count What the sum is divided by; null: the labelled tokens. For steps whose tokens are spread over parts of a batch.
 */
export function stepLoss(
  logits: ArrayLike<number>,
  targets: readonly (number | null)[],
  count: number | null = null,
): StepLoss {
  const labelled = targets.filter((target) => target !== null).length;
  const by = count ?? labelled;
  const gradient = new Float64Array(targets.length * 2);
  let [total, right] = [0, 0];
  targets.forEach((target, token) => {
    if (target === null) return;
    const [incorrect, correct] = [logits[2 * token]!, logits[2 * token + 1]!];
    const largest = Math.max(incorrect, correct);
    const logSum = largest + Math.log(Math.exp(incorrect - largest) + Math.exp(correct - largest));
    total += logSum - target * correct - (1 - target) * incorrect;
    const probability = Math.exp(correct - logSum);
    gradient[2 * token + 1] = (probability - target) / by;
    gradient[2 * token] = (target - probability) / by;
    if (correct > incorrect === target >= 0.5) right++;
  });
  return { loss: total / by, gradient, accuracy: right / labelled };
}
