/** Where lenses of a reward file stand: at its exports, and while it is half-typed where they stood, so that nothing jumps under who types. */
import type { TextDocument } from "vscode-languageserver-textdocument";
import { discoverRewards, type DiscoveredReward, type Discovery } from "../rewards/discover";
import { exportPlaces } from "../rewards/export-places";

export interface LensPlaces {
  /** The file as it is read now, and its rewards where it was read well last. */
  of(document: TextDocument): Discovery & { readonly placed: readonly DiscoveredReward[] };
  forget(uri: string): void;
}

/** A reward of the last good text, in a text that cannot be parsed: at an export of its name, else on the line where it stood. */
function placedAgain(reward: DiscoveredReward, document: TextDocument): DiscoveredReward {
  const text = document.getText();
  const named = exportPlaces(text, []).find(
    ({ offset, length }) => length > 0 && text.slice(offset, offset + length) === reward.name,
  );
  if (named) return { ...reward, ...named };
  const line = Math.min(reward.line, document.lineCount);
  return { ...reward, line, column: 1, offset: document.offsetAt({ line: line - 1, character: 0 }), length: 0 };
}

export function lensPlaces(): LensPlaces {
  const good = new Map<string, readonly DiscoveredReward[]>();
  return {
    of(document) {
      const found = discoverRewards(document.getText());
      if (found.problems.length === 0) {
        good.set(document.uri, found.rewards);
        return { ...found, placed: found.rewards };
      }
      const here = new Map(found.rewards.map((reward) => [reward.name, reward]));
      const before = good.get(document.uri) ?? found.rewards;
      return { ...found, placed: before.map((reward) => here.get(reward.name) ?? placedAgain(reward, document)) };
    },
    forget: (uri) => void good.delete(uri),
  };
}
