/** What a run brought, as a table: held-out results before and after each stage. */
import type { EvaluationSummary, RunRecord } from "../protocol/run";
import { durationText } from "./time";

const three = (value: number) => value.toFixed(3);

function cells(label: string, when: string, summary: EvaluationSummary | null): string[] {
  if (summary === null) return [label, when, "–", "–", "–", "–"];
  const { pass_at_1, pass_at_k, greedy, mean_length } = summary;
  return [label, when, three(pass_at_1), three(pass_at_k), three(greedy), mean_length.toFixed(1)];
}

/** Columns as wide as their widest cell; the first two to the left, numbers to the right. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ");
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}

export function reportText(record: RunRecord): string {
  const known = record.stages.flatMap(({ before, after }) => [before, after]).find((summary) => summary !== null);
  const samples = known?.samples ?? 8;
  const rows = record.stages.flatMap(({ name, before, after }) => [
    cells(name, "before", before),
    cells("", "after", after),
  ]);
  const seconds = record.stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const held = known
    ? `Held-out results on ${known.prompts} prompts, ${known.samples} samples each; length in tokens.`
    : "No held-out results yet.";
  const ended = record.message ?? record.status;
  return [
    `${record.name}, seed ${record.seed}, engine ${record.engine.name}, ${durationText(seconds)}`,
    held,
    "",
    tableText([["stage", "", "pass@1", `pass@${samples}`, "greedy", "length"], ...rows]),
    "",
    ended.charAt(0).toUpperCase() + ended.slice(1),
  ].join("\n");
}
