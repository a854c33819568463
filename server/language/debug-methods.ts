/** Answers that run a reward under a debugger. */
import { pathToFileURL } from "node:url";
import type { RolloutCoverage } from "../protocol/coverage";
import type { DebuggerPlace, DebugTarget } from "../protocol/debugging";
import type { Handlers } from "../protocol/methods";
import type { ScoreGroup } from "../protocol/rewards";
import { rewardScript } from "../processes/installation";
import { expectationOf, expectationText, outcomeText } from "../rewards/cases";
import { coverRollouts } from "../scoring/cover";
import { debugReward, neededFor } from "../scoring/debug-reward";
import { caseOutcome, groupOfCase, readCases } from "../scoring/run-cases";
import { rewardSettings } from "../scoring/reward-settings";
import { UserError } from "../shared/user-error";
import { rewardFileIn } from "./case-methods";
import { rewardFileOfRun, type RolloutState } from "./case-of-rollout";
import { folderOf, needTrust } from "./request-guards";

export interface DebugState extends RolloutState {
  readonly counted: (uri: string, name: string, coverage: RolloutCoverage) => void;
  readonly waits: (place: DebuggerPlace) => void;
}

/** A rollout that a reward is to be debugged on. */
interface Rollout {
  readonly group: ScoreGroup;
  /** Its place in the group. */
  readonly at: number;
  /** In words. */
  readonly of: string;
}

async function rolloutOf(
  { traces }: DebugState,
  target: Exclude<DebugTarget, { kind: "cases" }>,
  { workspaceFolder, file, name }: { readonly workspaceFolder: string; readonly file: string; readonly name: string },
): Promise<Rollout> {
  if (target.kind === "newest") {
    const { groups } = await traces.ask("storedSamples", {
      folder: workspaceFolder,
      prompts: rewardSettings(workspaceFolder, file, name).prompts,
    });
    const group = groups.at(-1);
    if (!group)
      throw new UserError(`There is no rollout yet that ${name} could be debugged on: run a stage, or write a case.`);
    return { group, at: group.completions.length - 1, of: "the newest rollout" };
  }
  const { sample, ...place } = target.place;
  const found = await traces.ask("scoredGroup", place);
  const at = found?.samples.indexOf(sample) ?? -1;
  if (!found || at < 0) throw new UserError("This rollout is not in the traces any more.");
  return { group: found.group, at, of: `${place.stage}, step ${place.step}, group ${place.group}, #${sample}` };
}

export function debugMethods(state: DebugState): Handlers<"debugReward" | "rewardOfRun" | "coverRollouts"> {
  return {
    rewardOfRun: ({ folder, reward }) => {
      folderOf(state, folder);
      return { uri: pathToFileURL(rewardFileOfRun(state, folder, reward)).href };
    },
    coverRollouts: async ({ uri, export: name }, signal) => {
      needTrust(state, "Counting what runs of a reward");
      const { installation, log } = state;
      const coverage = await coverRollouts({
        ...rewardFileIn(state, uri),
        export: name,
        installation,
        nodePath: state.nodePath(),
        log,
        signal,
        samples: (folder, { prompts }) => state.traces.ask("storedSamples", { folder, prompts }),
      });
      state.counted(uri, name, coverage);
      return coverage;
    },
    debugReward: async ({ uri, export: name, session, target }, signal) => {
      needTrust(state, "Debugging");
      const { file, workspaceFolder } = rewardFileIn(state, uri);
      const { installation } = state;
      const run = (groups: readonly ScoreGroup[]) =>
        debugReward({
          workspaceFolder,
          file,
          export: name,
          installation,
          nodePath: state.nodePath(),
          groups,
          log: state.log,
          listening: (address, folder) => state.waits({ session, address, folder, script: rewardScript(installation) }),
          signal,
        });
      if (target.kind === "cases") {
        const cases = readCases(file).cases.filter(
          ({ reward, line }) => reward === name && target.lines.includes(line),
        );
        if (cases.length === 0) throw new UserError(`There is no case of ${name} in these lines any more.`);
        const outcomes = await run(cases.map(groupOfCase));
        return {
          said: null,
          of: null,
          outcomes: cases.map((of, at) => caseOutcome({ of, outcome: outcomes[at]![0]!, milliseconds: null })),
        };
      }
      const { group, at, of } = await rolloutOf(state, target, { workspaceFolder, file, name });
      const needed = neededFor(file, name, group, at);
      const [outcomes] = await run([needed.group]);
      const outcome = outcomes![needed.at]!;
      const said = outcome.kind === "error" ? outcomeText(outcome) : expectationText(expectationOf(outcome));
      return { said, of, outcomes: [] };
    },
  };
}
