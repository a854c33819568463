/** Answers about one sample: what people wrote on it, and the line of a reward that paid for it. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { lineThatRan } from "../audit/line-that-ran";
import { readText, sizeLimits } from "../files/workspace-file";
import type { Handlers } from "../protocol/methods";
import { readReward } from "../rewards/bundle";
import { discoverRewards } from "../rewards/discover";
import { keptVersions } from "../runs/kept-rewards";
import { readNotes, writeNote } from "../runs/rollout-notes";
import { neededFor } from "../scoring/debug-reward";
import { UserError } from "../shared/user-error";
import { rewardFileOfRun, type RolloutState } from "./case-of-rollout";
import { folderOf, needTrust } from "./request-guards";

/** Whether a file is what it was when a version of the rewards scored; null: the run does not tell. */
function isAsScored(runFolder: string, rewardHash: string | null, file: string): boolean | null {
  const version = keptVersions(runFolder).versions.find(({ hash }) => hash === rewardHash);
  const kept = version?.files.find(({ path }) => basename(path) === basename(file));
  if (!kept) return null;
  return createHash("sha256").update(readText(file, sizeLimits.source)).digest("hex") === kept.hash;
}

export function sampleMethods(state: RolloutState): Handlers<"readNotes" | "writeNote" | "paidLine"> {
  return {
    readNotes: ({ folder }) => {
      folderOf(state, folder);
      return readNotes(folder);
    },
    writeNote: ({ folder, ...note }) => {
      folderOf(state, folder);
      writeNote(folder, { ...note, at: new Date().toISOString() });
      return readNotes(folder);
    },
    paidLine: async ({ reward, sample, ...place }) => {
      needTrust(state, "Finding the line that paid");
      const workspaceFolder = folderOf(state, place.folder);
      const file = rewardFileOfRun(state, place.folder, reward);
      const [found, samples] = [await state.traces.ask("scoredGroup", place), await state.traces.ask("group", place)];
      const at = found?.samples.indexOf(sample) ?? -1;
      if (!found || at < 0) throw new UserError("This rollout is not in the traces any more.");
      const declared = discoverRewards(readReward(file)).rewards.find(({ name }) => name === reward);
      if (!declared) throw new UserError(`${file} exports no reward "${reward}" any more.`);
      const where = { workspaceFolder, file, installation: state.installation, nodePath: state.nodePath() };
      const ran = await lineThatRan(where, { reward, group: neededFor(file, reward, found.group, at).group });
      const rewardHash = samples.find((one) => one.sample === sample)?.rewardHash ?? null;
      const notes = [
        ...(ran === null
          ? [
              "Which line paid cannot be told: several returns ran, or this runtime cannot count what runs. This is where the reward begins.",
            ]
          : []),
        ...(isAsScored(place.folder, rewardHash, file) === false
          ? [`${basename(file)} was edited since it scored this rollout: this is the line that would pay now.`]
          : []),
      ];
      return { file, line: ran ?? declared.line, note: notes.join(" ") || null };
    },
  };
}
