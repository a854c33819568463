/** Whether labels can be believed: agreement between passes or people, and with a scorer. */
import type { PreferenceLabel } from "./label";

export interface Agreement {
  /** Pairs of labels that were compared. */
  readonly count: number;
  readonly agreed: number;
  /** Null of none. */
  readonly rate: number | null;
  /** Cohen's kappa: the agreement beyond what the labels' shares alone would give; null of none, or when chance alone gives all. */
  readonly kappa: number | null;
}

const choices = ["a", "b", "tie"] as const;

function agreement(pairs: readonly (readonly [string, string])[]): Agreement {
  const count = pairs.length;
  if (count === 0) return { count, agreed: 0, rate: null, kappa: null };
  const agreed = pairs.filter(([first, second]) => first === second).length;
  const share = (side: 0 | 1, choice: string): number => pairs.filter((pair) => pair[side] === choice).length / count;
  const chance = choices.reduce((sum, choice) => sum + share(0, choice) * share(1, choice), 0);
  const rate = agreed / count;
  return { count, agreed, rate, kappa: chance >= 1 ? null : (rate - chance) / (1 - chance) };
}

/** Labels of the same pair by other passes or people; of one pass of one person the last counts. Skipped pairs are left out. */
export function agreementBetweenPasses(labels: readonly PreferenceLabel[]): Agreement {
  const byPair = new Map<string, Map<string, string>>();
  for (const { pair, by, pass, choice } of labels) {
    const given = byPair.get(pair) ?? new Map<string, string>();
    byPair.set(pair, given.set(JSON.stringify([by, pass]), choice));
  }
  return agreement(
    [...byPair.values()].flatMap((given) => {
      const all = [...given.values()].filter((choice) => choice !== "skip");
      return all.flatMap((first, index) => all.slice(index + 1).map((second) => [first, second] as const));
    }),
  );
}

export interface ScorerAgreement {
  /** Labels with a preference whose completions both have scores. */
  readonly count: number;
  /** Equal scores count one half. */
  readonly agreed: number;
  readonly rate: number | null;
}

/** How often a scorer puts the preferred completion higher. `score`: of a completion to a prompt; null: it has none. Ties and skips are left out. */
export function agreementWithScorer(
  labels: readonly PreferenceLabel[],
  score: (prompt: string, completion: string) => number | null,
): ScorerAgreement {
  const points = labels.flatMap(({ prompt, a, b, choice }) => {
    if (choice !== "a" && choice !== "b") return [];
    const [first, second] = [score(prompt, a), score(prompt, b)];
    if (first === null || second === null || Number.isNaN(first) || Number.isNaN(second)) return [];
    const ahead = choice === "a" ? first - second : second - first;
    return [ahead > 0 ? 1 : ahead === 0 ? 0.5 : 0];
  });
  const agreed = points.reduce((sum: number, point) => sum + point, 0);
  return { count: points.length, agreed, rate: points.length === 0 ? null : agreed / points.length };
}
