/** What the newest rollouts, or the last scoring, say of a reward; opens the traces where that comes from. */
import type { RewardLensSource } from "./reward-lens";
import { detailText, resultText, type RewardResult } from "./reward-results";

/** Arguments of the command that opens the traces where the result comes from. */
const placeOf = ({ place }: RewardResult): unknown[] => (place === null ? [] : [place.folder, place.stage, place.step]);

export const resultLens: RewardLensSource = {
  id: "result",
  offered: ({ name, facts }) => facts.results.has(name),
  command({ name, facts }) {
    const result = facts.results.get(name);
    return result
      ? { title: resultText(result), command: "reasoningLab.openTraces", arguments: placeOf(result) }
      : { title: "No rollouts yet", command: "" };
  },
};

/** Behind what can be done: a line of lenses is cut off where the editor ends. */
export const detailLens: RewardLensSource = {
  id: "detail",
  offered({ name, facts }) {
    const result = facts.results.get(name);
    return result !== undefined && detailText(result) !== "";
  },
  command({ name, facts }) {
    const result = facts.results.get(name);
    return result
      ? { title: detailText(result), command: "reasoningLab.openTraces", arguments: placeOf(result) }
      : { title: "", command: "" };
  },
};
