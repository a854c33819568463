/** How often a reward puts the completion higher that people preferred, on the pairs that they labelled. */
import type { PreferenceLabel } from "../labels/label";
import { labelFile, labelsIn } from "../launch/label-file";
import type { LabelAgreement } from "../protocol/judges";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import { wilsonInterval } from "../statistics/wilson";
import { recipeNaming } from "./reward-settings";

export interface PreferredPair {
  readonly prompt: string;
  readonly a: string;
  readonly b: string;
  readonly choice: "a" | "b";
}

/** Pairs that the majority prefers one completion of; of what one person said of a pair the last counts. `labels` in the order of their time. */
export function preferredPairs(labels: readonly PreferenceLabel[]): PreferredPair[] {
  const pairs = Map.groupBy(labels, ({ pair }) => pair);
  return [...pairs.values()].flatMap((given): PreferredPair[] => {
    const last = [...new Map(given.map((label) => [label.by, label])).values()];
    const votes = (choice: "a" | "b"): number => last.filter((label) => label.choice === choice).length;
    const ahead = votes("a") - votes("b");
    const { prompt, a, b } = given[0]!;
    return ahead === 0 ? [] : [{ prompt, a, b, choice: ahead > 0 ? "a" : "b" }];
  });
}

/** Pairs that people labelled, from the file that the recipe of the reward has its labels in; none where there is no recipe, or no label. */
export function labelledPairs(workspaceFolder: string, file: string, name: string): PreferredPair[] {
  const near = recipeNaming(workspaceFolder, file, name);
  if (near === null) return [];
  const labels = labelFile(near.recipe, near.path, workspaceFolder);
  return preferredPairs(labelsIn(labels, workspaceFolder).labels);
}

/** As groups of two; answer and row are those of a known group of the same prompt. */
export function groupsOfPairs(pairs: readonly PreferredPair[], known: readonly ScoreGroup[]): ScoreGroup[] {
  const byPrompt = new Map(known.map((group) => [group.prompt, group]));
  return pairs.map(({ prompt, a, b }) => {
    const { answer = "", row = { prompt, answer } } = byPrompt.get(prompt) ?? {};
    return { prompt, answer, row, completions: [a, b] };
  });
}

/** `[pairs][2]` outcomes. Null: no pair has two scores. */
export function agreementOf(
  pairs: readonly PreferredPair[],
  outcomes: readonly (readonly RewardOutcome[])[],
): LabelAgreement | null {
  const points = pairs.flatMap(({ choice }, index): number[] => {
    const [a, b] = outcomes[index]!;
    if (a?.kind !== "score" || b?.kind !== "score") return [];
    const ahead = choice === "a" ? a.score - b.score : b.score - a.score;
    return [ahead > 0 ? 1 : ahead === 0 ? 0.5 : 0];
  });
  const agreed = points.reduce((sum, point) => sum + point, 0);
  const interval = wilsonInterval(agreed, points.length);
  if (interval === null) return null;
  return {
    count: points.length,
    agreed,
    equal: points.filter((point) => point === 0.5).length,
    ...interval,
    unscored: pairs.length - points.length,
  };
}
