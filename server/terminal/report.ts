/** What a run brought, as a table: held-out results before and after each stage. */
import { changeText } from "../protocol/held-out-text";
import { sourceLines } from "../protocol/lineage";
import { endingText, type RunRecord, type StageRecord } from "../protocol/run";
import { durationText } from "../shared/duration";

const optional = (value: number | null | undefined, digits: number): string =>
  value == null ? "–" : value.toFixed(digits);

function cells(stage: StageRecord): string[] {
  const { name, after, seconds } = stage;
  return [
    name,
    changeText(stage, "pass_at_1", 3) ?? "–",
    changeText(stage, "pass_at_k", 3) ?? "–",
    optional(after?.maj_at_k, 3),
    optional(after?.thinking_length, 1),
    optional(after?.self_correction, 3),
    optional(after?.refusal, 3),
    optional(after?.wrong_refusal, 3),
    durationText(seconds),
  ];
}

/** A name in a line of its own: it begins no other. */
const inLine = (text: string): string => text.replaceAll(/\s*[\r\n]\s*/g, " ");

/** Columns as wide as their widest cell; the first to the left, numbers to the right. */
export function tableText(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(inLine));
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column < 1 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  ");
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}

/** With a capital, but for what begins with the name of a setting or a file. */
const sentence = (text: string): string =>
  /^[a-z]+(?:[\s,;]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;

/** `Forked from dpo-30 of 2026-11-24T015411-tiny with dpo.beta: 0.1 → 0.5`. */
const forkText = ({ run, checkpoint, changes }: NonNullable<RunRecord["parent"]>): string =>
  `Forked from ${checkpoint} of ${run}${changes.length === 0 ? "." : ` with ${changes.join(", ")}`}`;

export function reportText(record: RunRecord): string {
  const known = record.stages.flatMap(({ before, after }) => [before, after]).find((summary) => summary !== null);
  const samples = known?.samples ?? 8;
  const notes = record.stages.flatMap(({ name, notes: found }) => found.map((note) => `${name}: ${note}`));
  const remarks = record.stages.flatMap(({ name, remarks: found }) =>
    Object.values(found).map((remark) => `${name}: ${remark}`),
  );
  const seconds = record.stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const held = known
    ? `Held-out results on ${known.prompts} prompts, ${known.samples} samples each; thinking in tokens; refusals of unanswerable prompts and, wrongly, of others.`
    : "No held-out results yet.";
  const ended = endingText(record) ?? record.status;
  return [
    `${inLine(record.name)}, seed ${record.seed}, engine ${record.engine.name}, ${durationText(seconds)}`,
    ...(record.parent ? [forkText(record.parent)] : []),
    ...sourceLines(record),
    ...record.accepted.map(({ time, changes }) => `Resumed on ${time} with changes: ${changes.join(" ")}`),
    held,
    "",
    tableText([
      ["stage", "pass@1", `pass@${samples}`, `maj@${samples}`, "thinking", "self-corr.", "refused", "wrongly", "time"],
      ...record.stages.map(cells),
    ]),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    ...(remarks.length === 0 ? [] : ["", "Worth knowing:", ...remarks.map((remark) => `  ${remark}`)]),
    "",
    sentence(ended),
  ].join("\n");
}
