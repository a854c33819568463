/** Prompts that a reward is audited on: of real rollouts, of its recipe's task, and of its cases. */
import { dirname } from "node:path";
import * as z from "zod";
import type { AuditRollout } from "../protocol/audit";
import type { SamplePlace } from "../rewards/lint/finding";
import type { ScoreGroup } from "../protocol/rewards";
import { recipeSchema, type Recipe } from "../recipes/schema";
import { isFor } from "../rewards/scope";
import { listRuns } from "../runs/list-runs";
import { readCases } from "../scoring/run-cases";
import { recipeNaming, rewardSettings } from "../scoring/reward-settings";
import { parseBoundedJson } from "../shared/bounded-json";
import { randomStream } from "../shared/random";
import { messageOf } from "../shared/user-error";
import { createTasks } from "../tasks/create-tasks";
import { columnsText, isCorrect, isProcedural, type Task, type TaskRow } from "../tasks/task";
import { verifyMath } from "../verifiers/maths/verify-math";

/** A completion of a run, with what the task's own check said of it. */
export interface RealRollout {
  readonly completion: string;
  /** 1 right, 0 wrong, null: not judged. */
  readonly correct: 0 | 1 | null;
  readonly place: SamplePlace;
}

export interface Subject {
  readonly prompt: string;
  /** The gold answer. */
  readonly answer: string;
  readonly row: Readonly<Record<string, unknown>>;
  readonly from: "rollouts" | "task" | "cases";
  /** A right completion in the form that the task asks for; null: the form is not known. */
  readonly gold: string | null;
  /** Set where the answer is a program. */
  readonly language: "python" | "javascript" | null;
  readonly rollouts: readonly RealRollout[];
  /** Whether an answer is right; null: nobody can say. */
  readonly isRight: (answer: string) => boolean | null;
}

export interface Subjects {
  readonly subjects: readonly Subject[];
  /** What system prompts say, from which the asked form can be told. */
  readonly asked: string;
  readonly notes: readonly string[];
}

const ofRollouts = 5;
const ofTask = 5;
const ofCases = 8;
const rolloutsKept = 4;

const columnsSchema = z.record(z.string(), z.unknown());

function judgeOf(task: Task | null, row: TaskRow): Subject["isRight"] {
  return (answer) => {
    if (answer.trim() === row.answer.trim()) return true;
    if (task?.language !== undefined) return null;
    const completion = `<think>.</think><answer>${answer}</answer>`;
    const own = task === null ? null : isCorrect(task, row, completion);
    if (own === true) return true;
    // What has the same value is right for somebody.
    return verifyMath(`\\boxed{${answer}}`, row.answer).score === 1 ? true : (own ?? false);
  };
}

function subjectOf(
  row: TaskRow,
  task: Task | null,
  from: Subject["from"],
  rollouts: readonly RealRollout[] = [],
): Subject {
  const columns = columnsSchema.parse(parseBoundedJson(columnsText(row)));
  return {
    prompt: row.prompt,
    answer: row.answer,
    row: { prompt: row.prompt, answer: row.answer, ...columns },
    from,
    gold: task === null ? null : goldOf(task, row),
    language: task?.language ?? null,
    rollouts,
    isRight: judgeOf(task, row),
  };
}

function goldOf(task: Task, row: TaskRow): string | null {
  if (!isProcedural(task) && row.completion === undefined) return null;
  try {
    return task.completion(row, "stepwise");
  } catch {
    return null;
  }
}

function taskRows(task: Task, seed: number): TaskRow[] {
  const { rows } = task;
  if (rows.kind === "listed") return rows.training.slice(0, ofTask);
  return Array.from({ length: ofTask }, (_, index) => rows.row(randomStream("audit", seed, index)));
}

/** `rollouts`: read by whoever may. */
export function findSubjects(
  workspaceFolder: string,
  file: string,
  name: string,
  rollouts: readonly AuditRollout[],
): Subjects {
  const notes: string[] = [];
  const near = recipeNaming(workspaceFolder, file, name);
  const { prompts } = rewardSettings(workspaceFolder, file, name);
  let tasks: { readonly task: Task; readonly general: boolean }[] = [];
  let recipe: Recipe | null = null;
  if (near) {
    recipe = near.recipe;
    try {
      const made = createTasks(near.recipe, dirname(near.path));
      tasks = [
        { task: made.task, general: false },
        ...(made.generalTask ? [{ task: made.generalTask, general: true }] : []),
      ].filter(({ general }) => isFor({ prompts }, { general } satisfies Pick<ScoreGroup, "general">));
    } catch (error) {
      notes.push(`The task of ${near.path} cannot be used: ${messageOf(error)}`);
    }
  } else {
    // A run's own recipe says as much as one that lies beside it.
    recipe =
      listRuns(workspaceFolder)
        .map(({ record }) => record && recipeSchema.safeParse(record.recipe).data)
        .find((one) => one) ?? null;
  }
  const main = tasks.find(({ general }) => !general)?.task ?? tasks[0]?.task ?? null;
  const byPrompt = Map.groupBy(rollouts, ({ prompt, answer }) => JSON.stringify([prompt, answer]));
  // Prompts with a right and a wrong completion say the most.
  const told = [...byPrompt.values()].toSorted((a, b) => spread(b) - spread(a)).slice(0, ofRollouts);
  const real = told.map((own) => {
    const [{ prompt, answer, row }] = own as [AuditRollout, ...AuditRollout[]];
    const columns = row === null ? {} : columnsSchema.parse(parseBoundedJson(row));
    const picked = [
      ...own.filter(({ correct }) => correct === 1).slice(0, 2),
      ...own.filter(({ correct }) => correct !== 1).slice(0, rolloutsKept - 2),
    ];
    return subjectOf(
      { prompt, answer, columns },
      taskOfPrompt(
        tasks.map(({ task }) => task),
        prompt,
      ) ?? main,
      "rollouts",
      picked,
    );
  });
  const drawn = tasks.flatMap(({ task }) =>
    taskRows(task, recipe?.seed ?? 0).map((row) => subjectOf(row, task, "task")),
  );
  const { cases, problems } = readCases(file);
  for (const { line, message } of problems.slice(0, 3)) notes.push(`A case in line ${line} is left out: ${message}`);
  const ofCase = [...new Map(cases.map((one) => [JSON.stringify([one.prompt, one.answer, one.row]), one])).values()]
    .slice(0, ofCases)
    .map(({ prompt, answer, row }) =>
      subjectOf(
        { prompt, answer, columns: row },
        taskOfPrompt(
          tasks.map(({ task }) => task),
          prompt,
        ),
        "cases",
      ),
    );
  const subjects = [...real, ...drawn.slice(0, real.length > 0 ? 3 : ofTask * 2), ...ofCase];
  return {
    subjects: [
      ...new Map(subjects.toReversed().map((one) => [JSON.stringify([one.prompt, one.answer]), one])).values(),
    ].toReversed(),
    asked: [main?.systemPrompt ?? "", ...subjects.slice(0, 3).map(({ prompt }) => prompt)].join("\n"),
    notes,
  };
}

const spread = (rollouts: readonly AuditRollout[]): number =>
  new Set(rollouts.map(({ correct }) => correct)).size + (rollouts.some(({ correct }) => correct === 1) ? 1 : 0);

/** The task that made a prompt: its steps can be told. */
function taskOfPrompt(tasks: readonly Task[], prompt: string): Task | null {
  return (
    tasks.find((task) => {
      if (!isProcedural(task))
        return (
          task.rows.kind === "listed" &&
          [...task.rows.training, ...task.rows.heldOut].some((row) => row.prompt === prompt)
        );
      try {
        task.steps({ prompt, answer: "" });
        return true;
      } catch {
        return false;
      }
    }) ?? null
  );
}
