/** Where a file's rewards stand, also while it is half-typed and cannot be parsed. */
import type { RewardPlace } from "./discover";

const declaration = /^export\s+(?:(?:const|let|var)|(?:async\s+)?function)\s+([\w$]+)/gm;

/** `rewards`: those discovered in the file. Never empty: the first character of a file in which no export is found. */
export function exportPlaces(source: string, rewards: readonly RewardPlace[]): readonly RewardPlace[] {
  if (rewards.length > 0) return rewards;
  const found = [...source.matchAll(declaration)].map((match): RewardPlace => {
    const name = match[1]!;
    const offset = match.index + match[0].length - name.length;
    const before = source.slice(0, offset).split("\n");
    return { line: before.length, column: before.at(-1)!.length + 1, offset, length: name.length };
  });
  return found.length > 0 ? found : [{ line: 1, column: 1, offset: 0, length: 0 }];
}
