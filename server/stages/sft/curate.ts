/** What a stage may train on, of what it was given: the filters' choice, with a report of what was dropped and why. */
import {
  filterExamples,
  filterReportText,
  reportFilter,
  type Example,
  type Filtered,
  type FilterSettings,
} from "./filter-examples";
import type { TokenSequence } from "../../models/packing";
import type { LeftOutRow } from "../../protocol/reports";
import type { FilterSpec } from "../../recipes/sft-fields";
import type { Policy } from "../../models/policy";
import type { Task } from "../../tasks/task";
import { thinkingProblem } from "../../verifiers/format/thinking-problem";
import type { StageContext } from "../context";
import { remarkAll, type LengthSettings } from "../lengths";
import { fitExamples } from "./sft";
import { begunNotes, type TrainingExample } from "../training-examples";
import { UserError } from "../../shared/user-error";

export type Candidate = TrainingExample & Pick<Example, "correct">;

/** Tokens of a completion, the end-of-sequence token included. */
const tokenCount = ({ tokenizer }: Policy, completion: string): number => tokenizer.encode(completion).length + 1;

/** Examples of each reason that a report quotes. */
const quoted = 5;

/** Why a completion for a data set, or with its answer at a place that the recipe names, cannot be read; null: it can. People bring the form of such answers, and the task's reader says what it is. */
const readingProblem = (task: Task, completion: string): string | null =>
  thinkingProblem(completion) ?? (task.extract(completion) === null ? "it has no answer that the task reads" : null);

/** The filters' settings as the recipe has them, with lengths in tokens. */
export const filterSettings = (filters: FilterSpec, task: Task): FilterSettings => ({
  ...filters,
  max_length: filters.max_length ?? null,
  ...(task.rows.kind === "listed" || task.answersAt
    ? { problemOf: (completion) => readingProblem(task, completion) }
    : {}),
});

type CuratedStage = LengthSettings & { readonly filters: FilterSpec };

/** What filters kept and fits, with what was dropped and why. */
export interface FittedFilter<T extends Example> {
  readonly filtered: Filtered<T>;
  /** `[kept]` */
  readonly sequences: readonly TokenSequence[];
  readonly notes: readonly string[];
}

/** Drops also what is kept and too long, as the stage asks. */
export function fitFiltered<T extends TrainingExample & Example>(
  policy: Policy,
  stage: LengthSettings,
  { kept, dropped }: Filtered<T>,
): FittedFilter<T> {
  const fitted = fitExamples(policy, stage, kept);
  const long = fitted.dropped.map(({ example, detail }) => ({
    example,
    reason: "too-long" as const,
    detail,
  }));
  return {
    filtered: { kept: fitted.kept, dropped: [...dropped, ...long] },
    sequences: fitted.sequences,
    notes: fitted.notes,
  };
}

/** Throws an OverlongRowsError where one that passes the filters is too long and the stage refuses such examples. */
export function curated(
  policy: Policy,
  stage: CuratedStage,
  task: Task,
  candidates: readonly Candidate[],
): FittedFilter<Candidate> {
  const measured =
    stage.filters.max_length === undefined
      ? candidates
      : candidates.map((each) => ({ ...each, length: tokenCount(policy, each.completion) }));
  return fitFiltered(policy, stage, filterExamples(measured, filterSettings(stage.filters, task)));
}

/** Reports what was dropped and why. Throws when nothing is left. */
export function reportCurated(
  context: StageContext,
  stage: CuratedStage,
  policy: Policy,
  { filtered, notes }: FittedFilter<Candidate>,
  more: { readonly notes: readonly string[]; readonly leftOut: readonly LeftOutRow[] },
): void {
  const report = reportFilter(filtered);
  const perReason = new Map<string, number>();
  const dropped = filtered.dropped.filter(({ reason }) => {
    const count = perReason.get(reason) ?? 0;
    perReason.set(reason, count + 1);
    return count < quoted;
  });
  context.run.saveReport(stage.name, {
    kind: "filter",
    report,
    dropped: dropped.map(({ example, reason, detail }) => ({
      prompt: example.prompt,
      completion: example.completion,
      reason,
      detail,
    })),
    leftOut: more.leftOut,
  });
  remarkAll(context, "overlong examples", notes);
  context.tell({ notes: [filterReportText(report), ...more.notes, ...begunNotes(policy, filtered.kept)] });
  if (report.given === 0)
    throw new UserError(
      `Stage ${stage.name} has no examples to learn from: ${more.leftOut.length > 0 ? "the prompts of all that it was given are held out for evaluation" : "it was given none to train on"}.`,
    );
  if (filtered.kept.length === 0 && report.dropped["too-long"] === report.given)
    throw new UserError(
      `Stage ${stage.name}: all ${report.given} examples are too long. Raise max_length, or shorten them.`,
    );
  if (filtered.kept.length === 0)
    throw new UserError(
      `Stage ${stage.name}: the filters let none of ${report.given} examples through (${filterReportText(report)}). Loosen "filters" of the stage.`,
    );
}
