/** Runs the cases of a reward, and says how many passed when they ran last. */
import { pathOfUri } from "../files/path-of-uri";
import { plural } from "../shared/plural";
import { readCases } from "../scoring/run-cases";
import type { RewardLensSource } from "./reward-lens";

/** Cases of a reward in its file as it stands on disk; null: it cannot be read. */
function countOf(uri: string, name: string): number | null {
  try {
    return readCases(pathOfUri(uri)).cases.filter(({ reward }) => reward === name).length;
  } catch {
    return null;
  }
}

export const casesLens: RewardLensSource = {
  id: "cases",
  offered: () => true,
  command: ({ uri, name, facts }) => {
    const count = countOf(uri, name);
    if (count === 0)
      return {
        title: "$(save) Save a rollout as its first case",
        command: "reasoningLab.saveRewardCase",
        arguments: [],
      };
    const tally = facts.tallies?.get(name);
    const title =
      tally === undefined || count !== tally.all
        ? `$(testing-run-icon) Run ${count === null ? "cases" : plural(count, "case")}`
        : `$(${tally.passed === tally.all ? "testing-passed-icon" : "testing-failed-icon"}) Run cases ${tally.passed}/${tally.all}`;
    return { title, command: "reasoningLab.runCases", arguments: [uri, name] };
  },
};
