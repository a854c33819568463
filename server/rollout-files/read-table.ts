/** Rollouts of a table: one a row, by a choice of columns. */
import { basename } from "node:path";
import type { ColumnMapping } from "../protocol/rollout-files";
import type { RewardOutcome } from "../protocol/traces";
import { rowsOf } from "../rows/read-rows";
import { valueOf, type Columns } from "../rows/row";
import { messageOf } from "../shared/user-error";
import { numberIn } from "./columns";
import { textOfCell } from "./messages";
import type { ForeignRollout, Omissions, Progress } from "./rollout-row";
import { columnsOf } from "./table-rows";

/** Step in the name of a file, `completions_00012.parquet`, `12.jsonl`, or of a folder around it, `step_12`; null: none. */
export function stepInPath(path: string): number | null {
  const name = /^(?:\D*[_-])?0*(\d{1,9})\.(?:jsonl|parquet|json|csv)(?:\.gz|\.zst)?$/i.exec(basename(path))?.[1];
  const folder = /[\\/](?:global_)?step_(\d{1,9})[\\/]/i.exec(path)?.[1];
  const found = folder ?? name;
  return found === undefined ? null : Number(found);
}

/** Characters of a prompt or completion that is shown; what is behind them is counted. */
const longestText = 8 << 20;

interface TableSource {
  readonly mapping: ColumnMapping;
  readonly omitted: Omissions;
  readonly stage: string;
  readonly progress: Progress;
}

/** Rollouts of a file as they are read; null in place of a row that is none, so that who takes them can stop for a while. */
export function* tableRollouts(path: string, source: TableSource): Generator<ForeignRollout | null> {
  const { omitted, progress } = source;
  const fileStep = stepInPath(path) ?? 0;
  for (const row of rowsOf(path)) {
    progress.characters += row.text?.length ?? 0;
    const place = `${basename(path)}:${row.line}`;
    let columns: Columns;
    try {
      columns = columnsOf(row);
    } catch (error) {
      omitted.add(`Rows left out, for they cannot be read (${messageOf(error).slice(0, 160)})`, place);
      yield null;
      continue;
    }
    yield rolloutOf(columns, { ...source, place, fileStep });
  }
}

interface RowContext extends TableSource {
  readonly place: string;
  readonly fileStep: number;
}

function rolloutOf(columns: Columns, { mapping, omitted, place, fileStep, stage }: RowContext): ForeignRollout | null {
  const text = (name: string, what: string): string | null => {
    const found = textOfCell(valueOf(columns, name));
    if (found === null) {
      omitted.add(`Rows left out, for their ${what} (${name}) is neither text nor messages`, place);
      return null;
    }
    return clean(found, what, omitted, place);
  };
  const number = (name: string | null, what: string): number | null => {
    if (name === null) return null;
    const found = numberIn(columns, name);
    if (found === undefined) {
      omitted.add(`Values of ${name} left out, for they are no numbers (${what})`, place);
      return null;
    }
    return found;
  };
  const prompt = text(mapping.prompt, "prompt");
  const completion = text(mapping.completion, "completion");
  if (prompt === null || completion === null) return null;
  const step = number(mapping.step, "step") ?? fileStep;
  if (!Number.isSafeInteger(step) || step < 0) {
    omitted.add("Rows left out, for their step is no whole number from 0 on", place);
    return null;
  }
  const named = mapping.rewards.map((name): [string, RewardOutcome] => {
    const score = number(name, "reward");
    return [name, score === null ? { kind: "not-applicable" } : { kind: "score", score, extras: {} }];
  });
  const total = mapping.reward === null ? sumOf(named) : number(mapping.reward, "reward");
  const verdict = number(mapping.correct, "verdict");
  if (verdict !== null && verdict !== 0 && verdict !== 1)
    omitted.add(`Verdicts (${mapping.correct ?? ""}) left out, for they are neither 0 nor 1`, place);
  const answer = mapping.answer === null ? "" : textOfCell(valueOf(columns, mapping.answer));
  const tokens = number(mapping.tokens, "tokens");
  const group = mapping.group === null ? null : valueOf(columns, mapping.group);
  const outcomes: [string, RewardOutcome][] =
    mapping.reward === null || total === null
      ? named
      : [[mapping.reward, { kind: "score", score: total, extras: {} }], ...named];
  return {
    stage,
    step,
    purpose: "train",
    group: group === null || group === undefined ? prompt : JSON.stringify(group),
    prompt,
    completion,
    answer:
      answer === null ? jsonOf(valueOf(columns, mapping.answer ?? "")) : clean(answer, "gold answer", omitted, place),
    extracted: null,
    truncated: null,
    correct: verdict === 0 || verdict === 1 ? verdict : null,
    rewards: Object.fromEntries(outcomes),
    reward: total,
    advantage: number(mapping.advantage, "advantage"),
    tokens: tokens !== null && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : null,
    tags: [],
    perToken: null,
  };
}

/** A gold answer may be a list or an object: as JSON. */
const jsonOf = (value: unknown): string => (value === null || value === undefined ? "" : JSON.stringify(value));

/** With weights of 1; null where no reward has a score. */
function sumOf(outcomes: readonly (readonly [string, RewardOutcome])[]): number | null {
  const scores = outcomes.flatMap(([, outcome]) => (outcome.kind === "score" ? [outcome.score] : []));
  return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0);
}

/** A text that can be stored: whole characters, and no longer than can be shown. What is changed is counted. */
export function clean(text: string, what: string, omitted: Omissions, place: string): string {
  let kept = text;
  if (kept.length > longestText) {
    omitted.add(`Texts cut after ${longestText.toLocaleString("en-US")} characters (${what})`, place);
    kept = kept.slice(0, longestText);
  }
  if (kept.isWellFormed()) return kept;
  omitted.add(`Half characters shown as � (${what})`, place);
  return kept.toWellFormed();
}
