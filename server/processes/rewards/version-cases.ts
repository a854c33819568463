/** Whether a version of a reward file that is to score passes its cases: only one that does takes the place of the one before. */
import { basename } from "node:path";
import { readText, sizeLimits, statsOf } from "../../files/workspace-file";
import type { ScoreGroup } from "../../protocol/rewards";
import type { RewardOutcome } from "../../protocol/traces";
import { casesFile, meetsExpectation, outcomeText, parseCases, type RewardCase } from "../../rewards/cases";
import { errorOutcome } from "../../rewards/outcome";
import { plural } from "../../shared/plural";
import { ownTime } from "../../shared/running-time";
import { messageOf } from "../../shared/user-error";
import { scoreReward, type RewardProcess } from "./score-reward";

/** A version of a file, as its cases ask it: processes by the name of the export. */
export type VersionProcesses = ReadonlyMap<string, RewardProcess>;

export interface FailedCase {
  readonly reward: string;
  /** In the file of cases. */
  readonly line: number;
  /** A sentence for people, with the place. */
  readonly message: string;
}

export interface CheckedCases {
  /** The first that the version before passes and this one fails; null: none. */
  readonly failed: FailedCase | null;
  /** Sentences on what was not looked at, and on cases that fail with both versions. */
  readonly notes: readonly string[];
}

/** Cases that are run; scoring waits for them. */
const mostCases = 1000;
/** Seconds that one case may take. */
const secondsPerCase = 2;
/** Seconds that all of them may take. */
const secondsInAll = 10;

const groupOf = ({ prompt, completion, answer, row }: RewardCase): ScoreGroup => ({
  prompt,
  answer,
  completions: [completion],
  row: { prompt, answer, ...row },
});

/** What a version says of cases; null where that takes too long. */
async function outcomesOf(
  processes: VersionProcesses,
  cases: readonly RewardCase[],
): Promise<ReadonlyMap<RewardCase, RewardOutcome> | null> {
  const found = new Map<RewardCase, RewardOutcome>();
  const scoring = Promise.all(
    [...Map.groupBy(cases, ({ reward }) => reward)].map(async ([name, own]) => {
      const { outcomes } = await scoreReward(processes.get(name)!, own.map(groupOf), {
        isFor: () => true,
        timeout: secondsPerCase,
        patience: 3,
        errorOf: errorOutcome,
        placed: (outcome) => outcome,
      });
      own.forEach((one, index) => found.set(one, outcomes[index]![0]!));
    }),
  ).then(() => true);
  let takeBack = (): void => undefined;
  const late = new Promise<false>((resolve) => {
    takeBack = ownTime.after(secondsInAll * 1000, () => resolve(false));
  });
  const whole = await Promise.race([scoring, late]);
  takeBack();
  if (whole) return found;
  // What still scores would keep the process from its next groups.
  for (const process of processes.values()) process.kill();
  await scoring.catch(() => undefined);
  return null;
}

const expected = ({ expect }: RewardCase): string => JSON.stringify(expect);

/**
 * Runs the cases of a reward file with its next version. A case that fails with the version before as well keeps nobody from an edit: it is told. So are
 * cases that take too long in all. `before`: asked only about what fails.
 */
export async function checkCases(
  file: string,
  next: VersionProcesses,
  before: VersionProcesses,
): Promise<CheckedCases> {
  const path = casesFile(file);
  if (statsOf(path) === null) return { failed: null, notes: [] };
  const name = basename(path);
  let parsed: ReturnType<typeof parseCases>;
  try {
    parsed = parseCases(readText(path, sizeLimits.report));
  } catch (error) {
    return { failed: null, notes: [`The cases of ${basename(file)} were not run. ${messageOf(error)}`] };
  }
  const own = parsed.cases.filter(({ reward }) => next.has(reward) && before.has(reward));
  const cases = own.slice(0, mostCases);
  const [problem] = parsed.problems;
  const notes = [
    ...(problem ? [`${path}:${problem.line}: ${problem.message} That line was not run.`] : []),
    ...(own.length > mostCases ? [`Of ${plural(own.length, "case")} in ${name} the first ${mostCases} were run.`] : []),
  ];
  const tooLong = `The cases in ${name} take longer than ${secondsInAll} s in all, so they were not waited for.`;
  const outcomes = await outcomesOf(next, cases);
  if (outcomes === null) return { failed: null, notes: [...notes, tooLong] };
  const failing = cases.filter((one) => !meetsExpectation(outcomes.get(one)!, one.expect));
  if (failing.length === 0) return { failed: null, notes };
  const earlier = await outcomesOf(before, failing);
  if (earlier === null) return { failed: null, notes: [...notes, tooLong] };
  const worse = failing.find((one) => meetsExpectation(earlier.get(one)!, one.expect));
  if (worse)
    return {
      failed: {
        reward: worse.reward,
        line: worse.line,
        message: `${path}:${worse.line}: ${worse.reward} gives ${outcomeText(outcomes.get(worse)!)}, and the case expects ${expected(worse)}.`,
      },
      notes,
    };
  const [first] = failing;
  return {
    failed: null,
    notes: [
      ...notes,
      `${path}:${first!.line}: ${failing.length === 1 ? "the case fails" : `${failing.length} cases, this one first, fail`} with this version as with the one before, so scoring does not wait for ${failing.length === 1 ? "it" : "them"}.`,
    ],
  };
}
