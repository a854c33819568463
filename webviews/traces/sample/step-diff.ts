/** Two completions side by side by their steps: what stands in both, what was changed, what only one has. */

export interface StepPair {
  /** Null: only the other side has it. */
  readonly left: string | null;
  readonly right: string | null;
}

export interface StepDiff {
  readonly pairs: readonly StepPair[];
  /** Whether some stretch was too long to be compared step by step, and was paired by order. */
  readonly byOrder: boolean;
}

/** Pairs of steps that are compared word by word at most: half a second's work. */
const mostPairs = 250_000;
/** Steps of which fewer words are shared are no versions of each other. */
const leastAlike = 0.4;

const keyOf = (step: string): string => step.trim().replaceAll(/\s+/g, " ");

const wordsOf = (step: string): ReadonlyMap<string, number> => {
  const words = new Map<string, number>();
  for (const [word] of step.matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
};

/** Dice's coefficient of the words: 1 of equal steps, 0 where no word is shared. */
function alikeness(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let [shared, all] = [0, 0];
  for (const [word, count] of left) {
    shared += Math.min(count, right.get(word) ?? 0);
    all += count;
  }
  for (const count of right.values()) all += count;
  return all === 0 ? 1 : (2 * shared) / all;
}

/** The pairing with the most in common, in order (Needleman and Wunsch 1970, gaps free). */
function aligned(left: readonly string[], right: readonly string[]): StepPair[] {
  const [rows, columns] = [left.length, right.length];
  const [leftWords, rightWords] = [left.map(wordsOf), right.map(wordsOf)];
  const [leftKeys, rightKeys] = [left.map(keyOf), right.map(keyOf)];
  const width = columns + 1;
  const best = new Float64Array((rows + 1) * width);
  const gain = (row: number, column: number): number => {
    if (leftKeys[row] === rightKeys[column]) return 2;
    const alike = alikeness(leftWords[row]!, rightWords[column]!);
    return alike < leastAlike ? 0 : alike;
  };
  const gains = new Float64Array(rows * columns);
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) {
      const own = gain(row, column);
      gains[row * columns + column] = own;
      const both = own === 0 ? -1 : own + best[(row + 1) * width + column + 1]!;
      best[row * width + column] = Math.max(both, best[(row + 1) * width + column]!, best[row * width + column + 1]!);
    }
  const pairs: StepPair[] = [];
  let [row, column] = [0, 0];
  while (row < rows && column < columns) {
    const here = best[row * width + column]!;
    const own = gains[row * columns + column]!;
    if (own > 0 && here === own + best[(row + 1) * width + column + 1]!)
      pairs.push({ left: left[row++]!, right: right[column++]! });
    else if (here === best[(row + 1) * width + column]!) pairs.push({ left: left[row++]!, right: null });
    else pairs.push({ left: null, right: right[column++]! });
  }
  for (; row < rows; row++) pairs.push({ left: left[row]!, right: null });
  for (; column < columns; column++) pairs.push({ left: null, right: right[column]! });
  return pairs;
}

/** Places of steps that stand once on each side, in an order that both have (patience diff). */
function anchors(left: readonly string[], right: readonly string[]): (readonly [left: number, right: number])[] {
  const once = (steps: readonly string[]): Map<string, number> => {
    const places = new Map<string, number>();
    const twice = new Set<string>();
    steps.forEach((step, at) => {
      const key = keyOf(step);
      if (places.has(key)) twice.add(key);
      places.set(key, at);
    });
    for (const key of twice) places.delete(key);
    return places;
  };
  const inRight = once(right);
  const common = [...once(left)].flatMap(([key, at]): (readonly [number, number])[] => {
    const other = inRight.get(key);
    return other === undefined ? [] : [[at, other]];
  });
  // The longest rising run of places on the right.
  const ends: number[] = [];
  const before = common.map(() => -1);
  common.forEach(([, place], index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (common[ends[middle]!]![1] < place) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = index;
  });
  const chosen: (readonly [number, number])[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) chosen.push(common[at]!);
  return chosen.reverse();
}

export function diffSteps(left: readonly string[], right: readonly string[]): StepDiff {
  if (left.length * right.length <= mostPairs) return { pairs: aligned(left, right), byOrder: false };
  const pairs: StepPair[] = [];
  let byOrder = false;
  let [fromLeft, fromRight] = [0, 0];
  const between = (toLeft: number, toRight: number): void => {
    const [own, other] = [left.slice(fromLeft, toLeft), right.slice(fromRight, toRight)];
    if (own.length * other.length <= mostPairs) {
      pairs.push(...aligned(own, other));
      return;
    }
    byOrder = true;
    for (let at = 0; at < Math.max(own.length, other.length); at++)
      pairs.push({ left: own[at] ?? null, right: other[at] ?? null });
  };
  for (const [atLeft, atRight] of anchors(left, right)) {
    between(atLeft, atRight);
    pairs.push({ left: left[atLeft]!, right: right[atRight]! });
    [fromLeft, fromRight] = [atLeft + 1, atRight + 1];
  }
  between(left.length, right.length);
  return { pairs, byOrder };
}

export interface WordStretch {
  readonly text: string;
  /** Whether the other side has it, too. */
  readonly same: boolean;
}

/** Pairs of words that are compared at most; of longer steps all between their common ends is another. */
const mostWords = 1_000_000;

const cut = (text: string): string[] =>
  Array.from(text.matchAll(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu), ([word]) => word);

/** Two versions of a step by their words; joined, the stretches of a side are its text. */
export function diffWords(
  left: string,
  right: string,
): { readonly left: WordStretch[]; readonly right: WordStretch[] } {
  const [own, other] = [cut(left), cut(right)];
  let start = 0;
  while (start < own.length && start < other.length && own[start] === other[start]) start++;
  let end = 0;
  while (
    end < Math.min(own.length, other.length) - start &&
    own[own.length - 1 - end] === other[other.length - 1 - end]
  )
    end++;
  const [rows, columns] = [own.length - start - end, other.length - start - end];
  const sides = { left: [] as WordStretch[], right: [] as WordStretch[] };
  const add = (side: WordStretch[], text: string | undefined, same: boolean): void => {
    if (text === undefined) return;
    const last = side.at(-1);
    if (last?.same === same) side[side.length - 1] = { text: last.text + text, same };
    else side.push({ text, same });
  };
  const both = (word: string | undefined): void => {
    add(sides.left, word, true);
    add(sides.right, word, true);
  };
  for (let at = 0; at < start; at++) both(own[at]);
  if (rows * columns > mostWords) {
    for (let at = 0; at < rows; at++) add(sides.left, own[start + at], false);
    for (let at = 0; at < columns; at++) add(sides.right, other[start + at], false);
  } else {
    const width = columns + 1;
    const longest = new Int32Array((rows + 1) * width);
    for (let row = rows - 1; row >= 0; row--)
      for (let column = columns - 1; column >= 0; column--)
        longest[row * width + column] =
          own[start + row] === other[start + column]
            ? longest[(row + 1) * width + column + 1]! + 1
            : Math.max(longest[(row + 1) * width + column]!, longest[row * width + column + 1]!);
    let [row, column] = [0, 0];
    while (row < rows || column < columns) {
      const [word, counterpart] = [own[start + row], other[start + column]];
      if (row < rows && column < columns && word === counterpart) {
        both(word);
        row++;
        column++;
      } else if (
        row < rows &&
        (column === columns || longest[(row + 1) * width + column]! >= longest[row * width + column + 1]!)
      ) {
        add(sides.left, word, false);
        row++;
      } else {
        add(sides.right, counterpart, false);
        column++;
      }
    }
  }
  for (let at = own.length - end; at < own.length; at++) both(own[at]);
  return sides;
}
