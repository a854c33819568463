/** Answers about reward cases. */
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import { pathOfUri } from "../files/path-of-uri";
import type { CaseOutcome } from "../protocol/cases";
import type { Handlers } from "../protocol/methods";
import { rewardScript, type Installation } from "../processes/installation";
import { startRewardProcess } from "../processes/rewards/reward-child";
import { spareProcesses, type SpareProcesses } from "../processes/rewards/spare-processes";
import { findRewardRuntime } from "../processes/runtime";
import { casesFile } from "../rewards/cases";
import { coverCases } from "../scoring/cover";
import { runCases } from "../scoring/run-cases";
import { UserError } from "../shared/user-error";
import type { TextOf } from "./case-features";
import { caseList } from "./case-list";
import type { CaseTally } from "./reward-facts";
import { folderOf, needTrust, type Workspace } from "./request-guards";

export interface CaseState extends Workspace {
  readonly installation: Installation;
  readonly nodePath: () => string;
  readonly log: (text: string) => void;
  /** Text of a file as the editor has it; null: it is not open. */
  readonly open: TextOf;
  /** A case of a run that the client named has ended. */
  readonly ended: (run: number, outcome: CaseOutcome) => void;
  /** All cases of some rewards have run. */
  readonly tallied: (uri: string, tallies: ReadonlyMap<string, CaseTally>) => void;
}

/** How many of each reward's cases passed. */
function talliesOf(outcomes: readonly CaseOutcome[]): Map<string, CaseTally> {
  const tallies = new Map<string, CaseTally>();
  for (const { reward, verdict } of outcomes) {
    const { passed, all } = tallies.get(reward) ?? { passed: 0, all: 0 };
    tallies.set(reward, { passed: passed + (verdict === "passed" ? 1 : 0), all: all + 1 });
  }
  return tallies;
}

/** Text of a file: as the editor has it, else as it stands on disk; null where there is none. */
export function textOf(open: TextOf, file: string, most: number): string | null {
  return open(file) ?? (statsOf(file) === null ? null : readText(file, most));
}

/** The reward file that a question names. Throws where it is none of the workspace. */
export function rewardFileIn(
  state: Workspace,
  uri: string,
): { readonly file: string; readonly workspaceFolder: string } {
  const file = pathOfUri(uri);
  const workspaceFolder = folderOf(state, file);
  if (!file.endsWith(".reward.ts")) throw new UserError(`${file} is no reward file (*.reward.ts).`);
  return { file, workspaceFolder };
}

export function caseMethods(state: CaseState): Handlers<"rewardCases" | "runCases" | "coverCases"> {
  let spares: { readonly nodePath: string; readonly of: SpareProcesses } | null = null;
  /** Cases that run after each save wait for no process to start. */
  async function sparesOf(nodePath: string): Promise<SpareProcesses> {
    const runtime = await findRewardRuntime(nodePath);
    if (spares?.nodePath === nodePath) return spares.of;
    spares?.of.close();
    const script = rewardScript(state.installation);
    const of = spareProcesses((folder, handlers) => startRewardProcess({ runtime, script }, folder, handlers));
    spares = { nodePath, of };
    return of;
  }
  return {
    rewardCases: ({ uri }) => {
      const { file } = rewardFileIn(state, uri);
      const source = textOf(state.open, file, sizeLimits.source) ?? "";
      return caseList(file, source, textOf(state.open, casesFile(file), sizeLimits.report));
    },
    runCases: async ({ uri, run, rewards, lines }, signal) => {
      needTrust(state, "Running cases");
      const ran = await runCases({
        spares: await sparesOf(state.nodePath()),
        ...rewardFileIn(state, uri),
        installation: state.installation,
        nodePath: state.nodePath(),
        rewards,
        lines,
        log: state.log,
        ended: (outcome) => state.ended(run, outcome),
        signal,
      });
      if (lines === null) state.tallied(uri, talliesOf(ran.outcomes));
      return ran;
    },
    coverCases: async ({ uri, run, rewards, lines }, signal) => {
      needTrust(state, "Running cases");
      return coverCases({
        ...rewardFileIn(state, uri),
        installation: state.installation,
        nodePath: state.nodePath(),
        rewards,
        lines,
        log: state.log,
        ended: (outcome) => state.ended(run, outcome),
        signal,
      });
    },
  };
}
