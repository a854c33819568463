/** *Score samples*: one reward over stored rollouts, where there are any, and over its cases. */
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import type { ScoreSamplesResult } from "../protocol/editor";
import type { RewardOutcome, RewardError } from "../protocol/traces";
import type { Scored } from "../protocol/trainer";
import { casesFile, meetsExpectation, outcomeText, parseCases, type RewardCase } from "../rewards/cases";
import { summariseOutcomes } from "../rewards/outcome-summary";
import type { Installation } from "../processes/installation";
import { openRewardPool } from "../processes/rewards/reward-pool";
import type { PoolReward } from "../processes/rewards/pool-reward";
import { rewardSettings } from "./reward-settings";
import { storedSamples, type StoredSamples } from "./sample-groups";
import { findRewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { UserError } from "../shared/user-error";

export interface ScoreOptions {
  readonly workspaceFolder: string;
  /** The reward file, absolute. */
  readonly file: string;
  readonly export: string;
  readonly installation: Installation;
  readonly nodePath: string;
  /** Names of environment variables that it may see beside those that its recipe names. */
  readonly env?: readonly string[];
  /** Hosts that it may reach beside those that its recipe names. */
  readonly hosts?: readonly string[];
  readonly log?: (text: string) => void;
  /** Reads stored rollouts; unset: this process does. */
  readonly samples?: (workspaceFolder: string, reward: Pick<PoolReward, "prompts">) => Promise<StoredSamples>;
}

const secondsPerGroup = 5;

/** Cases of a reward; empty where there are none. Throws an Error for people with the line that is wrong. */
function readCases(file: string, name: string): RewardCase[] {
  const path = casesFile(file);
  if (!existsSync(path)) return [];
  const { cases, problems } = parseCases(readText(path, sizeLimits.report));
  const problem = problems[0];
  if (problem) throw new UserError(`${path}:${problem.line}: ${problem.message}`);
  return cases.filter(({ reward }) => reward === name);
}

function firstError(outcomes: readonly RewardOutcome[]): RewardError | null {
  const first = outcomes.find((outcome) => outcome.kind === "error");
  if (!first) return null;
  const { message, file, line, column } = first;
  return { message, file, line, column };
}

/**
 * Scores stored rollouts, and runs the cases, with the reward as it stands on disk. Throws an Error for people when there is neither, or the
 * reward does not load.
 */
export async function scoreSamples(options: ScoreOptions): Promise<ScoreSamplesResult> {
  const { file, export: name } = options;
  const settings = rewardSettings(options.workspaceFolder, file, name);
  const reward = {
    ...settings,
    env: [...new Set([...settings.env, ...(options.env ?? [])])],
    hosts: [...new Set([...settings.hosts, ...(options.hosts ?? [])])],
  };
  const stored = await (options.samples ?? storedSamples)(options.workspaceFolder, reward);
  const cases = readCases(file, name);
  if (stored.groups.length === 0 && cases.length === 0)
    throw new UserError(
      `There is nothing to score: no run has rollouts of this reward's prompts, and ${
        existsSync(casesFile(file))
          ? `${basename(casesFile(file))} has no case of "${name}"`
          : `there is no ${basename(casesFile(file))} with cases`
      }.`,
    );
  const asGroups = cases.map(({ prompt, completion, answer, row }) => ({
    prompt,
    answer,
    completions: [completion],
    row: { prompt, answer, ...row },
  }));
  const scratch = makeScratchFolder();
  const pool = openRewardPool({
    // Stored rollouts are those that it is for, and a case is.
    rewards: [{ ...reward, prompts: "all" }],
    folder: dirname(file),
    workspace: options.workspaceFolder,
    bundleFolder: scratch.path,
    installation: options.installation,
    runtime: await findRewardRuntime(options.nodePath),
    log: (text) => options.log?.(text),
  });
  try {
    const ofRollouts = await pool.score(stored.groups, secondsPerGroup);
    const ofCases = await pool.score(asGroups, secondsPerGroup);
    const outcomesOf = ({ outcomes }: Scored): RewardOutcome[] => (outcomes[name] ?? []).flat();
    const caseOutcomes = outcomesOf(ofCases);
    const source = stored.groups.length > 0 ? "rollouts" : "cases";
    const main = source === "rollouts" ? ofRollouts : ofCases;
    const summary = summariseOutcomes(outcomesOf(main));
    return {
      source,
      ...summary,
      firstError: firstError(outcomesOf(main)),
      millisecondsPerSample: (main.milliseconds[name] ?? 0) / Math.max(1, summary.samples),
      cases: cases.length,
      failedCases: cases.flatMap(({ line, expect }, index) => {
        const outcome = caseOutcomes[index];
        return !outcome || meetsExpectation(outcome, expect)
          ? []
          : [{ line, expected: JSON.stringify(expect), actual: outcomeText(outcome) }];
      }),
      notes: stored.notes,
    };
  } finally {
    pool.close();
    scratch.remove();
  }
}
