/** What rewards are given of a rollout, cut to what a hover shows. */
import type { RewardExample } from "../protocol/row-columns";
import type { TraceReader } from "../runs/trace-reader";
import { parseBoundedJson } from "../shared/bounded-json";

/** Columns that are shown. */
const mostColumns = 100;

export function newestExample(traces: TraceReader, length: number): RewardExample | null {
  const newest = traces.newest(1).at(-1);
  if (!newest) return null;
  // Half a character is none.
  const start = (text: string): string => text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
  const cut = (text: string): string => (text.length <= length ? text : `${start(text)}…`);
  const { stage, step, prompt, completion, answer, row } = newest;
  const parsed: unknown = row === null ? {} : parseBoundedJson(row);
  const columns = typeof parsed === "object" && parsed !== null ? Object.entries(parsed).slice(0, mostColumns) : [];
  return {
    stage,
    step,
    prompt: cut(prompt),
    completion: cut(completion),
    answer: cut(answer),
    row: Object.fromEntries(
      Object.entries({ prompt, answer, ...Object.fromEntries(columns) }).map(([name, value]) => [
        name,
        cut(typeof value === "string" ? value : JSON.stringify(value)),
      ]),
    ),
  };
}
