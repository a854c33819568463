/** *Score samples*: one reward over stored rollouts, or over its cases where there are none. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import type { ScoreSamplesResult } from "../protocol/editor";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import { casesFile, meetsExpectation, outcomeText, parseCases, type RewardCase } from "../rewards/cases";
import { summariseOutcomes } from "../rewards/outcome-summary";
import { listRuns } from "../runs/list-runs";
import { openTraces } from "../runs/trace-reader";
import type { Installation } from "./installation";
import { openRewardPool, plainReward } from "./reward-pool";
import { findRewardRuntime } from "./runtime";

export interface ScoreOptions {
  readonly workspaceFolder: string;
  /** The reward file, absolute. */
  readonly file: string;
  readonly export: string;
  readonly installation: Installation;
  readonly nodePath: string;
  readonly log?: (text: string) => void;
}

/** Rollouts that are scored: enough for a mean, few enough for a lens. */
const newest = 512;
const secondsPerGroup = 5;

/** Whole groups of the newest rollouts of the newest run that has any. */
function storedGroups(workspaceFolder: string): ScoreGroup[] {
  for (const { folder, record } of listRuns(workspaceFolder)) {
    if (record === null) continue;
    const traces = openTraces(folder);
    try {
      const groups = new Map<string, ScoreGroup>();
      for (const rollout of traces.newest(newest)) {
        const { stage, step, group, prompt, answer } = rollout;
        const key = `${stage} ${step} ${group}`;
        const found = groups.get(key) ?? {
          prompt,
          answer,
          completions: [],
          row: { prompt, answer },
          completionIds: [],
        };
        found.completions.push(rollout.completion);
        found.completionIds?.push(traces.tokens(rollout).map(({ id }) => id));
        groups.set(key, found);
      }
      if (groups.size > 0) return [...groups.values()];
    } finally {
      traces.close();
    }
  }
  return [];
}

function readCases(file: string, name: string): RewardCase[] {
  const path = casesFile(file);
  if (!existsSync(path))
    throw new Error(
      `There is nothing to score: no run has rollouts yet, and there is no ${basename(path)} with cases.`,
    );
  const { cases, problems } = parseCases(readText(path, sizeLimits.report));
  const problem = problems[0];
  if (problem) throw new Error(`${path}:${problem.line}: ${problem.message}`);
  const own = cases.filter(({ reward }) => reward === name);
  if (own.length === 0)
    throw new Error(
      `There is nothing to score: no run has rollouts yet, and ${basename(path)} has no case of "${name}".`,
    );
  return own;
}

/** The first error, with its line in the reward. */
function firstError(outcomes: readonly RewardOutcome[]): string | null {
  const first = outcomes.find((outcome) => outcome.kind === "error");
  if (!first) return null;
  return `${first.line === null ? "" : `line ${first.line}: `}${first.message}`;
}

/** Scores with the reward as it stands on disk. Throws an Error for people when there is nothing to score or the reward does not load. */
export async function scoreSamples(options: ScoreOptions): Promise<ScoreSamplesResult> {
  const stored = storedGroups(options.workspaceFolder);
  const cases = stored.length > 0 ? [] : readCases(options.file, options.export);
  const groups =
    stored.length > 0
      ? stored
      : cases.map(({ prompt, completion, answer, row }) => ({ prompt, answer, completions: [completion], row }));
  const bundleFolder = mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-score-"));
  const pool = openRewardPool({
    rewards: [plainReward(`${basename(options.file)}#${options.export}`)],
    folder: dirname(options.file),
    bundleFolder,
    installation: options.installation,
    runtime: await findRewardRuntime(options.nodePath),
    log: (text) => options.log?.(text),
  });
  try {
    const { outcomes, milliseconds } = await pool.score(groups, secondsPerGroup);
    const byGroup = outcomes[options.export] ?? [];
    const summary = summariseOutcomes(byGroup.flat());
    return {
      source: stored.length > 0 ? "rollouts" : "cases",
      ...summary,
      firstError: firstError(byGroup.flat()),
      millisecondsPerSample: (milliseconds[options.export] ?? 0) / Math.max(1, summary.samples),
      failedCases: cases.flatMap(({ line, expect }, index) => {
        const outcome = byGroup[index]?.[0];
        return !outcome || meetsExpectation(outcome, expect)
          ? []
          : [{ line, expected: JSON.stringify(expect), actual: outcomeText(outcome) }];
      }),
    };
  } finally {
    pool.close();
    rmSync(bundleFolder, { recursive: true, force: true, maxRetries: 3 });
  }
}
