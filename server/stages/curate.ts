/** What a stage may train on, of what it was given: the filters' choice, with a report of what was dropped and why. */
import { filterExamples, filterReportText, reportFilter, type Example } from "../filters/filter-examples";
import type { FilterSpec } from "../recipes/sft-fields";
import type { Policy } from "../models/policy";
import type { StageContext, StageStart } from "./context";
import { begunNotes, type TrainingExample } from "./sft";

export type Candidate = TrainingExample & Pick<Example, "right">;

/** Tokens of a completion, the end-of-sequence token included. */
export const tokenCount = ({ tokenizer }: Policy, completion: string): number =>
  tokenizer.encode(completion).length + 1;

/** Examples of each reason that a report quotes. */
const quoted = 5;

/** The filters' settings as the recipe has them, with lengths in tokens. */
export const filterSettings = (filters: FilterSpec) => ({ ...filters, max_length: filters.max_length ?? null });

export function curate(
  context: StageContext,
  stage: { readonly name: string; readonly filters: FilterSpec },
  start: StageStart,
  candidates: readonly Candidate[],
  notes: readonly string[],
): TrainingExample[] {
  const measured =
    stage.filters.max_length === undefined
      ? candidates
      : candidates.map((each) => ({ ...each, length: tokenCount(start.policy, each.completion) }));
  const filtered = filterExamples(measured, filterSettings(stage.filters));
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
      ...{ prompt: example.prompt, completion: example.completion, reason, detail },
    })),
  });
  context.tell({ notes: [filterReportText(report), ...notes, ...begunNotes(start.policy, filtered.kept)] });
  if (filtered.kept.length === 0)
    throw new Error(
      `Stage ${stage.name}: the filters let none of ${candidates.length} examples through (${filterReportText(report)}). Loosen "filters" of the stage.`,
    );
  return [...filtered.kept];
}
