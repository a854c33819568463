/** Answers of many samples made one: majority vote, and the best by a reward. */

/** An answer of one sample; `answer` null: it gave none. */
export interface Vote {
  readonly answer: string | null;
  readonly correct: boolean;
}

/**
 * `[samples]` answers of one prompt with the same text where they have the same value: the first that was given. Right ones are one answer, in
 * whichever form the gold answer lets them count. `same`: whether two texts have one value.
 */
export function oneTextEach(votes: readonly Vote[], same: (a: string, b: string) => boolean): (string | null)[] {
  const correctTexts = new Set(votes.flatMap(({ answer, correct }) => (correct && answer !== null ? [answer] : [])));
  const firsts: string[] = [];
  const firstOf = new Map<string, string>();
  return votes.map(({ answer }) => {
    if (answer === null) return null;
    const known = firstOf.get(answer);
    if (known !== undefined) return known;
    const correct = correctTexts.has(answer);
    const first = firsts.find((other) => (correct && correctTexts.has(other)) || same(answer, other)) ?? answer;
    if (first === answer) firsts.push(answer);
    firstOf.set(answer, first);
    return first;
  });
}

/**
 * maj@k: whether the most frequent answer is correct. Samples without an answer do not vote; of answers with as many votes the first given
 * counts, as in verl's `calc_maj_val`. An answer is correct when a sample with it is: one that was cut off behind its answer is wrong itself and speaks
 * for none of the others. Nobody voted: wrong.
 */
export function majorityIsRight(votes: readonly Vote[]): boolean {
  const counts = new Map<string, { count: number; correct: boolean }>();
  for (const { answer, correct } of votes) {
    if (answer === null) continue;
    const counted = counts.get(answer) ?? { count: 0, correct: false };
    counts.set(answer, { count: counted.count + 1, correct: counted.correct || correct });
  }
  let best: { count: number; correct: boolean } | null = null;
  for (const counted of counts.values()) if (!best || counted.count > best.count) best = counted;
  return best?.correct ?? false;
}

/**
 * best-of-n: whether the sample with the highest reward is correct; of equal ones the first. Samples without a reward (null, NaN) are left out;
 * null when none has one. `rewards`: `[samples]`.
 */
export function bestIsCorrect(correct: readonly boolean[], rewards: readonly (number | null)[]): boolean | null {
  if (correct.length !== rewards.length)
    throw new Error(`best-of-n needs a reward for each sample: ${rewards.length} rewards, ${correct.length} samples.`);
  let best: number | null = null;
  for (const [index, reward] of rewards.entries())
    if (reward !== null && !Number.isNaN(reward) && (best === null || reward > rewards[best]!)) best = index;
  return best === null ? null : correct[best]!;
}
