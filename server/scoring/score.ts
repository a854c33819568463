/** *Score samples*: one reward over stored rollouts, where there are any, and over its cases. */
import { basename, dirname } from "node:path";
import { statsOf } from "../files/workspace-file";
import type { ScoreSamplesResult } from "../protocol/editor";
import type { LabelAgreement } from "../protocol/judges";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome, RewardError } from "../protocol/traces";
import { casesFile } from "../rewards/cases";
import { summariseOutcomes } from "../rewards/outcome-summary";
import type { Installation } from "../processes/installation";
import { workspaceJudges } from "../processes/rewards/open-judges";
import { openRewardPool, type RewardPool } from "../processes/rewards/reward-pool";
import type { PoolReward } from "../processes/rewards/pool-reward";
import { rewardWith, type RewardExtras } from "./reward-settings";
import { caseOutcome, readCases, scoreCases } from "./run-cases";
import { storedSamples, type StoredSamples } from "./sample-groups";
import { findRewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import { plural } from "../shared/plural";
import { messageOf, UserError } from "../shared/user-error";
import { agreementOf, groupsOfPairs, labelledPairs, type PreferredPair } from "./label-agreement";

export interface ScoreOptions extends RewardExtras {
  readonly workspaceFolder: string;
  /** The reward file, absolute. */
  readonly file: string;
  readonly export: string;
  readonly installation: Installation;
  readonly nodePath: string;
  readonly log?: (text: string) => void;
  /** Reads stored rollouts; unset: this process does. */
  readonly samples?: (workspaceFolder: string, reward: Pick<PoolReward, "prompts">) => Promise<StoredSamples>;
}

const secondsPerGroup = 5;

function firstError(outcomes: readonly RewardOutcome[]): RewardError | null {
  const first = outcomes.find((outcome) => outcome.kind === "error");
  if (!first) return null;
  const { message, file, line, column } = first;
  return { message, file, line, column };
}

/** How much a reward agrees with people's labels, and what there is to say of that. */
async function withLabels(
  pool: RewardPool,
  { workspaceFolder, file, export: name }: ScoreOptions,
  known: readonly ScoreGroup[],
): Promise<{ readonly agreement: LabelAgreement | null; readonly notes: string[] }> {
  let pairs: PreferredPair[];
  try {
    pairs = labelledPairs(workspaceFolder, file, name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { agreement: null, notes: [`No agreement with labels: ${messageOf(error)}`] };
  }
  const groups = groupsOfPairs(pairs, known);
  const { outcomes } = await pool.score(groups, secondsPerGroup);
  const agreement = agreementOf(pairs, outcomes[name] ?? []);
  const unscored = agreement === null ? pairs.length : agreement.unscored;
  return {
    agreement,
    notes: unscored === 0 ? [] : [`${plural(unscored, "labelled pair")} without two scores left out`],
  };
}

/**
 * Scores stored rollouts, and runs the cases, with the reward as it stands on disk. Throws an Error for people when there is neither, or the
 * reward does not load.
 */
export async function scoreSamples(options: ScoreOptions): Promise<ScoreSamplesResult> {
  const { file, export: name } = options;
  const reward = rewardWith(options.workspaceFolder, file, name, options);
  const stored = await (options.samples ?? storedSamples)(options.workspaceFolder, reward);
  const read = readCases(file);
  const problem = read.problems[0];
  if (problem) throw new UserError(`${casesFile(file)}:${problem.line}: ${problem.message}`);
  const cases = read.cases.filter((one) => one.reward === name);
  if (stored.groups.length === 0 && cases.length === 0)
    throw new UserError(
      `There is nothing to score: no run has rollouts of this reward's prompts, and ${
        statsOf(casesFile(file)) !== null
          ? `${basename(casesFile(file))} has no case of "${name}"`
          : `there is no ${basename(casesFile(file))} with cases`
      }.`,
    );
  const scratch = makeScratchFolder();
  const judges = workspaceJudges(options.workspaceFolder, (text) => options.log?.(text));
  const pool = openRewardPool({
    // Stored rollouts are those that it is for, and a case is.
    rewards: [{ ...reward, prompts: "all" }],
    folder: dirname(file),
    workspace: options.workspaceFolder,
    bundleFolder: scratch.path,
    judges,
    installation: options.installation,
    runtime: await findRewardRuntime(options.nodePath),
    log: (text) => options.log?.(text),
  });
  try {
    const ofRollouts = await pool.score(stored.groups, secondsPerGroup);
    const scored = await scoreCases(pool, cases);
    const source = stored.groups.length > 0 ? "rollouts" : "cases";
    const outcomes =
      source === "rollouts" ? (ofRollouts.outcomes[name] ?? []).flat() : scored.map(({ outcome }) => outcome);
    const summary = summariseOutcomes(outcomes);
    const milliseconds =
      source === "rollouts"
        ? (ofRollouts.milliseconds[name] ?? 0)
        : scored.reduce((sum, one) => sum + (one.milliseconds ?? 0), 0);
    // Asking a judge may cost something, so only of a reward that does.
    const labelled =
      Object.keys(judges.totals()).length > 0
        ? await withLabels(pool, options, stored.groups)
        : { agreement: null, notes: [] };
    const strays = await pool.strays();
    return {
      source,
      ...summary,
      firstError: firstError(outcomes),
      millisecondsPerSample: milliseconds / Math.max(1, summary.samples),
      cases: cases.length,
      failedCases: scored
        .map(caseOutcome)
        .filter(({ verdict }) => verdict === "failed")
        .map(({ line, expected, actual }) => ({ line, expected, actual })),
      notes: [...stored.notes, ...labelled.notes],
      ...(strays.length === 0 ? {} : { strays }),
      judges: judges.totals(),
      ...(labelled.agreement === null ? {} : { agreement: labelled.agreement }),
    };
  } finally {
    pool.close();
    judges.close();
    scratch.remove();
  }
}
