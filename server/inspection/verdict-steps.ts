/** Why a rollout counts as right or wrong: its task's own check on the stored completion and gold answer, step by step. */
import { existsSync } from "node:fs";
import * as z from "zod";
import { leadsTo } from "../behaviours/label-rollouts";
import type { TraceTokensParams } from "../protocol/editor";
import type { RolloutWithRow } from "../protocol/traces";
import type { VerdictSteps } from "../protocol/verdict-steps";
import { recipeSchema, type Recipe, type TaskSpec } from "../recipes/schema";
import { recordPath } from "../runs/paths";
import { readRecord } from "../runs/record";
import { openTraces } from "../runs/trace-reader";
import { parseBoundedJson } from "../shared/bounded-json";
import { plural } from "../shared/plural";
import { UserError } from "../shared/user-error";
import { createProceduralTask, createTaskCheck } from "../tasks/create-task";
import { isCorrect, type TaskCheck } from "../tasks/task";
import type { CodeTests } from "../verifiers/code/code-tests";
import type { CodeVerdict } from "../verifiers/code/verify-code";
import { verifyMath } from "../verifiers/maths/verify-math";
import { answerPlaces, mathsRows, type VerdictRow } from "./maths-verdict";

/** Runs a program against tests in a sandbox; null: no program may be run here. */
export type ProgramJudge = (completion: string, tests: CodeTests, language: Language) => Promise<CodeVerdict>;
type Language = NonNullable<TaskCheck["language"]>;

type Judged = Pick<VerdictSteps, "score"> & { readonly rows: readonly VerdictRow[] };
const scoreOf = (correct: boolean | null): VerdictSteps["score"] => (correct === null ? null : correct ? 1 : 0);

/** Throws an Error for people where there is nothing to judge, or nobody knows by what. */
export async function verdictSteps(
  { folder, sample, ...key }: TraceTokensParams,
  judge: ProgramJudge | null,
): Promise<VerdictSteps> {
  const traces = openTraces(folder);
  let rollout: RolloutWithRow | undefined;
  try {
    rollout = traces.groupWithRows(key).find((one) => one.sample === sample);
  } finally {
    traces.close();
  }
  if (!rollout) throw new UserError("This rollout is not in the traces any more.");
  return existsSync(recordPath(folder)) ? ofRun(folder, rollout, judge) : ofFile(rollout);
}

/** Of a file of another tool, which names no verifier of ours. */
function ofFile(rollout: RolloutWithRow): VerdictSteps {
  if (rollout.answer === "")
    throw new UserError("The file has no gold answer that this completion could be held against.");
  const judged = byMaths(rollout);
  return {
    by: "the maths verifier of Reasoning Lab: the file does not say by what its tool judged",
    score: judged.score,
    rows: named(judged.rows),
    differs: difference(rollout, judged.score, "The file says"),
  };
}

async function ofRun(folder: string, rollout: RolloutWithRow, judge: ProgramJudge | null): Promise<VerdictSteps> {
  const recipe = recipeSchema.safeParse(readRecord(folder).recipe).data;
  if (!recipe) throw new UserError("The run's recipe cannot be read, so nobody knows by what its answers were judged.");
  const spec = taskOf(recipe, rollout);
  const check = createTaskCheck(spec);
  const judged = check.language ? await byRunning(check.language, check, rollout, judge) : byCheck(check, rollout);
  const cut = rollout.finishReason === "length" && judged.score !== null;
  const score = cut ? 0 : judged.score;
  const rows: VerdictRow[] = [
    ...judged.rows,
    ...(cut ? ([["Cut off", "at the length limit: not right, whatever it says"]] as const) : []),
  ];
  return {
    by: `the check of the task ${spec.name}`,
    score,
    rows: named(rows),
    differs: difference(rollout, score, "The run recorded"),
  };
}

const named = (rows: readonly VerdictRow[]): VerdictSteps["rows"] => rows.map(([name, value]) => ({ name, value }));

const words = { 0: "wrong", 1: "right" } as const;

function difference({ correct }: RolloutWithRow, score: VerdictSteps["score"], said: string): string | null {
  if (correct === null || score === correct) return null;
  const now = score === null ? "nothing can be said" : `it is ${words[score]}`;
  return `${said} ${words[correct]}; by today's verifier ${now}. Another version, or another check, judged it.`;
}

/** Of two tasks the one whose prompt it is: the one that works it out to the gold answer. */
function taskOf({ task, general_task }: Recipe, rollout: RolloutWithRow): TaskSpec {
  if (!general_task) return task;
  const fits = (spec: TaskSpec): boolean => spec.name !== "dataset" && leadsTo(createProceduralTask(spec), rollout);
  if (fits(task)) return task;
  return fits(general_task) || task.name !== "dataset" ? general_task : task;
}

function byMaths({ completion, answer }: RolloutWithRow): Judged {
  const verdict = verifyMath(completion, answer);
  return { score: verdict.score, rows: mathsRows(completion, answer, verdict) };
}

function byCheck(check: TaskCheck, rollout: RolloutWithRow): Judged {
  if (check.byValue && check.answersAt === undefined) return byMaths(rollout);
  const { completion, prompt, answer: gold } = rollout;
  const correct = isCorrect(check, { prompt, answer: gold, columns: columnsOf(rollout) }, completion);
  const read = check.extract(completion);
  const rule = check.byValue
    ? correct === null
      ? "nothing: the gold answer cannot be read as maths"
      : correct
        ? "its value, read as maths: that of the gold answer"
        : "its value, read as maths: not that of the gold answer"
    : check.accepts
      ? `the task's own rule, which ${correct ? "accepts" : "does not accept"} it`
      : correct
        ? "its signs: those of the gold answer, but for white space around them"
        : "its signs: not those of the gold answer";
  return {
    score: scoreOf(correct),
    rows: [
      ["Gold answer", gold.trim()],
      ["Completion", plural(completion.length, "character")],
      ["  answer", read?.text ?? "none found"],
      ...(read === null ? [] : ([["  found", answerPlaces[read.source]]] as const)),
      ["Decided by", read === null ? "nothing: there is no answer" : rule],
    ],
  };
}

const columnsSchema = z.record(z.string(), z.unknown());

/** Columns of the task's row, as far as they are stored. */
function columnsOf({ row }: RolloutWithRow): Record<string, unknown> {
  if (row === null) return {};
  try {
    return columnsSchema.parse(parseBoundedJson(row));
  } catch {
    return {};
  }
}

/** Tests that are shown. */
const mostTests = 20;

async function byRunning(
  language: Language,
  check: TaskCheck,
  rollout: RolloutWithRow,
  judge: ProgramJudge | null,
): Promise<Judged> {
  const { completion } = rollout;
  const program = check.extract(completion);
  const read: VerdictRow[] = [
    ["Completion", plural(completion.length, "character")],
    ["  program", program === null ? "none found" : plural(program.text.length, "character")],
  ];
  const without = (why: string, score: VerdictSteps["score"]): Judged => ({
    score,
    rows: [...read, ["Decided by", why]],
  });
  if (program === null) return without("nothing: there is no program", 0);
  if (judge === null) return without("running it against its tests, which is done once the workspace is trusted", null);
  const tests = columnsOf(rollout)["tests"];
  if (tests === undefined) return without("nothing: its tests are not stored", null);
  // `verifyCode` says itself what is wrong with tests of another form.
  const verdict = await judge(completion, tests as CodeTests, language);
  const cases = verdict.cases.slice(0, mostTests);
  return {
    score: verdict.score === null ? null : verdict.score === 1 ? 1 : 0,
    rows: [
      ...read,
      ...cases.map(({ test, status, message }): VerdictRow => [
        `  ${status}`,
        message === "" ? test : `${test}: ${message}`,
      ]),
      ...(verdict.cases.length > cases.length
        ? ([["  …", plural(verdict.cases.length - cases.length, "more test")]] as const)
        : []),
      ["Decided by", `its tests: it passes ${verdict.passed} of ${verdict.total}`],
    ],
  };
}
