/** Cold start: supervised fine-tuning on chain-of-thought examples that a verifier and filters let through. */
import { hashText, randomStream, type Random } from "../../shared/random";
import type { Policy } from "../../models/policy";
import { askedOf } from "../../protocol/conversation";
import type { LeftOutRow } from "../../protocol/reports";
import { resolveFrom } from "../../recipes/resolve-from";
import { canonicalPrompt } from "../../shared/canonical-prompt";
import { readExampleFile, type FileExample } from "../../tasks/example-file";
import { slippedCompletion } from "../../tasks/slips";
import { heldOutRowsUpTo, rowsToTrain } from "../../tasks/splits";
import { isProcedural, isCorrect, type ProceduralTask, type Task, type TaskRow } from "../../tasks/task";
import { mostUnasked, type ColdStartSpec } from "../../recipes/stages";
import type { StageContext, StageEnd, StageStart } from "../context";
import { remarkUnreadableRows } from "../answer-remarks";
import { curated, reportCurated, type Candidate } from "./curate";
import { withoutHeldOut } from "../held-out-rows";
import { remarkAll } from "../lengths";
import { remarkRows } from "../remarks";
import type { StageWork } from "../plan-memory";
import { examplesWork, fitHeldOut, trainOnExamples } from "./sft";
import { asRead, type TrainingExample } from "../training-examples";

export function coldStart(context: StageContext, stage: ColdStartSpec, start: StageStart): Promise<StageEnd> {
  const { training, heldOut, notes, leftOut, rows } = examplesOf(context, stage, start.policy);
  remarkUnreadableRows(context, context.task, rows, "their completions are learnt unchecked");
  if (stage.examples_file === undefined) remarkRows(context, context.task, mostExamples(stage), "examples");
  remarkAll(context, "overlong held-out examples", heldOut.notes);
  reportCurated(context, stage, start.policy, training, { notes, leftOut });
  return trainOnExamples(context, stage, start, { training: training.sequences, heldOut: heldOut.sequences });
}

/** What the stage learns from and is measured on. Throws an OverlongRowsError where an example is too long and the stage refuses such examples. */
export function examplesOf(context: StageContext, stage: ColdStartSpec, policy: Policy) {
  const { task, recipe } = context;
  const { training, heldOut, notes, leftOut, rows } =
    stage.examples_file === undefined
      ? fromTask(task, stage, recipe.seed, policy)
      : fromFile(context, stage, policy, stage.examples_file);
  return {
    training: curated(policy, stage, task, training),
    heldOut: fitHeldOut(policy, stage, heldOut),
    notes,
    leftOut,
    rows,
  };
}

/** What its memory is planned by. */
export const coldStartWork = (context: StageContext, stage: ColdStartSpec, policy: Policy): StageWork =>
  examplesWork(stage, policy, examplesOf(context, stage, policy).training.sequences);

interface Given {
  readonly training: readonly Candidate[];
  readonly heldOut: readonly TrainingExample[];
  /** What was left out of a file, in sentences. */
  readonly notes: readonly string[];
  /** Rows of a file whose prompts are held out. */
  readonly leftOut: readonly LeftOutRow[];
  /** What its examples are held against. */
  readonly rows: readonly TaskRow[];
}

const mostExamples = ({ examples }: ColdStartSpec): number => examples ?? mostUnasked.examples;

/** Whether a completion's answer is correct; null of programs, which the task's own are and files bring no tests for. */
const correctness = (task: Task, row: TaskRow, completion: string): boolean | null =>
  task.language ? null : isCorrect(task, row, completion);

/** A mixture of styles: every prompt once, `terse_share` of them answered without working. Held-out ones in the same shares. */
function fromTask(task: Task, stage: ColdStartSpec, seed: number, policy: Policy): Given {
  const mixed = (rows: readonly TaskRow[], purpose: string): Candidate[] => {
    const terse = Math.round(stage.terse_share * rows.length);
    return rows.map((row, index) => {
      if (index >= terse && stage.slips && isProcedural(task))
        return asRead(policy, slipped(task, row, stage.slips, randomStream(seed, "slips", stage.name, purpose, index)));
      const style = index < terse ? "terse" : "stepwise";
      const completion = task.completion(row, style);
      const example = asRead(policy, { ...askedOf(row), place: row.place, completion, turn: row.turn });
      return { ...example, correct: correctness(task, row, example.completion) };
    });
  };
  const rows = rowsToTrain(task, seed, stage.name, {
    asked: stage.examples,
    setting: "examples",
    most: mostUnasked.examples,
  });
  return {
    notes: [],
    leftOut: [],
    rows,
    training: mixed(rows, "training"),
    heldOut: stage.eval_steps === 0 ? [] : mixed(heldOutRowsUpTo(task, seed, stage.eval_examples), "held-out"),
  };
}

/** One whose wrong step stands is wrong on purpose: not judged when it is wanted, wrong when it is not. */
function slipped(
  task: ProceduralTask,
  row: TaskRow,
  slips: NonNullable<ColdStartSpec["slips"]>,
  random: Random,
): Candidate {
  const { completion, standing } = slippedCompletion(task, row, slips, random);
  const correct = standing === 0 ? correctness(task, row, completion) : slips.keep_standing ? null : false;
  return { ...askedOf(row), place: row.place, completion, correct };
}

/** Whether an example's completion gives the file's own answer; null: the file says none. */
const correctnessInFile = (task: Task, { asked, answer, completion }: FileExample): boolean | null =>
  answer === null ? null : correctness(task, { prompt: asked.at(-1)!, answer }, completion);

/** One prompt of a file in so many is for the held-out loss. */
const heldOutOfFile = 20;

/** Rows of a file. Throws when one has a prompt of the held-out evaluation, or more of a conversation than the model can be told. */
function fromFile(context: StageContext, stage: ColdStartSpec, policy: Policy, name: string): Given {
  const { task, recipeFolder } = context;
  const { examples: given, notes } = readExampleFile(resolveFrom(recipeFolder, name), policy.chat);
  const examples = given.map((example) =>
    asRead(policy, {
      ...example,
      place: { file: example.file, line: example.line },
      allTurns: stage.assistant_turns === "all",
    }),
  );
  const { kept, leftOut } = withoutHeldOut(context, stage, examples, ({ asked, place }) => ({ asked, place }));
  const isApart = ({ prompt }: TrainingExample): boolean => hashText(canonicalPrompt(prompt)) % heldOutOfFile === 0;
  const training = kept.filter((example) => !isApart(example));
  const most = mostExamples(stage);
  const taken = training.slice(0, most);
  const unused = training.length - most;
  return {
    notes: [
      ...(unused > 0 ? [`${unused} more examples of the file are not used: raise examples (${most})`] : []),
      ...notes,
    ],
    training: taken.map((example) => ({ ...example, correct: correctnessInFile(task, example) })),
    rows: taken.flatMap(({ answer, prompt, place }) => (answer === null ? [] : [{ answer, prompt, place }])),
    heldOut: kept.filter(isApart).slice(0, stage.eval_examples),
    leftOut,
  };
}
