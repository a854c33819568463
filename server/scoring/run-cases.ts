/** Runs the cases of a reward file in the limited process that rewards have in training, and says of each what came of it. */
import { dirname } from "node:path";
import { readText, sizeLimits, statsOf } from "../files/workspace-file";
import type { CaseOutcome, CaseRun } from "../protocol/cases";
import type { ScoreGroup } from "../protocol/rewards";
import type { RewardError, RewardOutcome } from "../protocol/traces";
import type { Installation } from "../processes/installation";
import { workspaceJudges } from "../processes/rewards/open-judges";
import type { Judges } from "../processes/rewards/reward-judges";
import type { Spare, SpareProcesses } from "../processes/rewards/spare-processes";
import { openRewardPool, type RewardPool } from "../processes/rewards/reward-pool";
import { findRewardRuntime, type RewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import {
  casesFile,
  expectationText,
  meetsExpectation,
  outcomeText,
  parseCases,
  type RewardCase,
  type RewardCases,
} from "../rewards/cases";
import { messageOf, UserError } from "../shared/user-error";
import { rewardWith, type RewardExtras } from "./reward-settings";

export interface CaseRunOptions extends RewardExtras {
  readonly workspaceFolder: string;
  /** The reward file, absolute. */
  readonly file: string;
  readonly installation: Installation;
  readonly nodePath: string;
  /** Only cases of these rewards; unset: of all. */
  readonly rewards?: readonly string[] | null;
  /** Only cases in these lines, from 1; unset: all. */
  readonly lines?: readonly number[] | null;
  readonly log?: ((text: string) => void) | undefined;
  /** Told of each case as it ends. */
  readonly ended?: (outcome: CaseOutcome) => void;
  /** Ends it early: it throws. */
  readonly signal?: AbortSignal;
  /** Processes that are ready. */
  readonly spares?: SpareProcesses;
}

/** Seconds that a case may take. */
export const secondsPerCase = 5;

/** Cases of a reward file; none where it has no file of cases. Throws a UserError, or the system's error, where that cannot be read. */
export function readCases(file: string): RewardCases {
  const path = casesFile(file);
  return statsOf(path) === null ? { cases: [], problems: [] } : parseCases(readText(path, sizeLimits.report));
}

/** What is scored of a case: a group with one sample. */
export const groupOfCase = ({ prompt, completion, answer, row }: RewardCase): ScoreGroup => ({
  prompt,
  answer,
  completions: [completion],
  row: { prompt, answer, ...row },
});

/** Why a reward cannot be used, with its place where there is one. */
export function loadError(error: unknown): RewardError {
  const cause = error instanceof UserError && error.cause instanceof UserError ? error.cause : error;
  const { file = null, line = null } = cause instanceof UserError ? cause : {};
  const column = cause instanceof Error && "column" in cause && typeof cause.column === "number" ? cause.column : null;
  return { message: messageOf(error), file, line, column };
}

/** What a reward said of a case. */
export interface ScoredCase {
  readonly of: RewardCase;
  readonly outcome: RewardOutcome;
  /** In which the call ran; null: it hung, or ended its process. */
  readonly milliseconds: number | null;
}

/** Scores cases of one reward, in their order; `heard` is told of each as it ends. */
export async function scoreCases(
  pool: RewardPool,
  cases: readonly RewardCase[],
  heard: (scored: ScoredCase) => void = () => undefined,
): Promise<ScoredCase[]> {
  const scored: ScoredCase[] = [];
  await pool.score(cases.map(groupOfCase), secondsPerCase, ({ group, outcomes: [outcome], milliseconds }) => {
    if (!outcome) return;
    const found = { of: cases[group]!, outcome, milliseconds };
    scored.push(found);
    heard(found);
  });
  return scored.toSorted((a, b) => a.of.line - b.of.line);
}

/** What came of a case, as it is told. */
export function caseOutcome({ of: { line, reward, expect }, outcome, milliseconds }: ScoredCase): CaseOutcome {
  return {
    line,
    reward,
    verdict: meetsExpectation(outcome, expect) ? "passed" : "failed",
    expected: expectationText(expect),
    actual: outcomeText(outcome),
    error: outcome.kind === "error" ? outcome : null,
    milliseconds,
  };
}

/** A case whose reward cannot be used. */
export const notRun = ({ line, reward, expect }: RewardCase, why: RewardError): CaseOutcome => ({
  line,
  reward,
  verdict: "not-run",
  expected: expectationText(expect),
  actual: why.message,
  error: why,
  milliseconds: null,
});

type PoolOptions = RewardExtras & Pick<CaseRunOptions, "workspaceFolder" | "file" | "installation" | "log">;

/** A pool of one reward for cases. */
const poolOf = (
  name: string,
  bundleFolder: string,
  runtime: RewardRuntime,
  judges: Judges,
  { workspaceFolder, file, installation, log, env, hosts, keys }: PoolOptions,
  spare?: Spare,
): RewardPool =>
  openRewardPool({
    // A case is always one that it is for.
    rewards: [{ ...rewardWith(workspaceFolder, file, name, { env, hosts, keys }), prompts: "all" }],
    folder: dirname(file),
    workspace: workspaceFolder,
    bundleFolder,
    judges,
    installation,
    runtime,
    // A case that hangs says nothing of the next.
    patience: Infinity,
    log: (text) => log?.(text),
    spare,
  });

/** What a reward says of one case. Throws a UserError where it cannot be used. */
export async function scoreCase(
  options: Pick<CaseRunOptions, "workspaceFolder" | "file" | "installation" | "nodePath" | "log">,
  of: RewardCase,
): Promise<ScoredCase> {
  const { workspaceFolder, file, installation, nodePath, log } = options;
  const scratch = makeScratchFolder();
  const judges = workspaceJudges(workspaceFolder, (text) => log?.(text));
  const runtime = await findRewardRuntime(nodePath);
  const pool = poolOf(of.reward, scratch.path, runtime, judges, { workspaceFolder, file, installation, log });
  try {
    return (await scoreCases(pool, [of]))[0]!;
  } finally {
    pool.close();
    judges.close();
    scratch.remove();
  }
}

/** Runs the cases of one reward. Never rejects but for an abort. */
async function runReward(
  name: string,
  cases: readonly RewardCase[],
  bundleFolder: string,
  runtime: RewardRuntime,
  judges: Judges,
  { ended, signal, ...options }: CaseRunOptions,
): Promise<CaseRun> {
  const outcomes = new Map<number, CaseOutcome>();
  const tell = (outcome: CaseOutcome): void => {
    if (signal?.aborted) return;
    outcomes.set(outcome.line, outcome);
    ended?.(outcome);
  };
  const spare = options.spares?.next();
  const pool = poolOf(name, spare?.folder ?? bundleFolder, runtime, judges, options, spare);
  const end = (): void => pool.close();
  signal?.addEventListener("abort", end);
  try {
    await scoreCases(pool, cases, (scored) => tell(caseOutcome(scored)));
  } catch (error) {
    if (!(error instanceof UserError) && !signal?.aborted) throw error;
    signal?.throwIfAborted();
    const why = loadError(error);
    for (const one of cases) if (!outcomes.has(one.line)) tell(notRun(one, why));
  } finally {
    signal?.removeEventListener("abort", end);
    pool.close();
    spare?.remove();
  }
  signal?.throwIfAborted();
  return { outcomes: [...outcomes.values()], inputs: pool.inputs(), problems: [] };
}

/**
 * Runs cases with the rewards as they stand on disk. Lines that are no cases are told of beside the outcomes. Throws where the file of cases cannot be read,
 * and when it is ended early.
 */
export async function runCases(options: CaseRunOptions): Promise<CaseRun> {
  const { file, rewards, lines, signal } = options;
  const { cases, problems } = readCases(file);
  const wanted = cases.filter(
    ({ reward, line }) => (rewards?.includes(reward) ?? true) && (lines?.includes(line) ?? true),
  );
  const runtime = await findRewardRuntime(options.nodePath);
  signal?.throwIfAborted();
  const scratch = makeScratchFolder();
  const judges = workspaceJudges(options.workspaceFolder, (text) => options.log?.(text));
  try {
    const names = [...new Set(wanted.map(({ reward }) => reward))];
    const runs = await Promise.all(
      names.map((name) => {
        const own = wanted.filter(({ reward }) => reward === name);
        return runReward(name, own, scratch.path, runtime, judges, options);
      }),
    );
    return {
      outcomes: runs.flatMap(({ outcomes }) => outcomes).toSorted((a, b) => a.line - b.line),
      inputs: [...new Set([file, casesFile(file), ...runs.flatMap(({ inputs }) => inputs)])],
      problems,
    };
  } finally {
    judges.close();
    scratch.remove();
    options.spares?.refill();
  }
}
