/** A rollout as text to copy or to read: the row as it is stored, JSON without the numbers of its tokens, Markdown. */
import type { TraceTokensParams } from "../protocol/editor";
import {
  rewardErrorText,
  type RewardOutcome,
  type RolloutFormat,
  type RolloutWithRow,
  type TopLogprobs,
} from "../protocol/traces";
import { openTraces } from "../runs/trace-reader";
import type { StoredTokens } from "../runs/trace-tokens";
import { parseBoundedJson } from "../shared/bounded-json";
import { UserError } from "../shared/user-error";

/** JSON knows no NaN; each array on a line of its own. */
const arrayText = (values: ArrayLike<number> | null): string =>
  values === null
    ? "null"
    : `[${Array.from(values, (value) => (Number.isFinite(value) ? String(value) : "null")).join(", ")}]`;

/** Of each token the likeliest of its place, a line each, as OpenAI writes them. */
function topText({ count, ids, logprobs }: TopLogprobs, textOf: (id: number) => string | null): string {
  const lines = Array.from({ length: ids.length / count }, (_, token) => {
    const places = Array.from({ length: count }, (_one, place) => token * count + place);
    return `      ${JSON.stringify(places.map((at) => ({ id: ids[at], token: textOf(ids[at]!), logprob: logprobs[at] })))}`;
  });
  return `[\n${lines.join(",\n")}\n    ]`;
}

/** The columns of the task's row as they were; text that is no JSON stays text. */
function columns(row: string | null): unknown {
  if (row === null) return null;
  try {
    return parseBoundedJson(row);
  } catch {
    return row;
  }
}

function rowText(rollout: RolloutWithRow, stored: StoredTokens): string {
  const summary = JSON.stringify({ ...rollout, row: columns(rollout.row) }, null, 2);
  const { texts, damaged: _, top, ...arrays } = stored;
  const textOf = (id: number): string | null => texts.get(id) ?? null;
  const tokens = Array.from(stored.tokens, textOf);
  const perToken = [
    ...Object.entries(arrays).map(
      ([name, values]: [string, ArrayLike<number> | null]) => `    ${JSON.stringify(name)}: ${arrayText(values)}`,
    ),
    `    "texts": ${JSON.stringify(tokens)}`,
    ...(top === null ? [] : [`    "top_logprobs": ${topText(top, textOf)}`]),
  ];
  return `${summary.slice(0, -2)},\n  "perToken": {\n${perToken.join(",\n")}\n  }\n}\n`;
}

/** Fenced by more backticks than the text has in a row. */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}${text.endsWith("\n") ? "" : "\n"}${fence}`;
}

/** In a table's cell: one line, its bars escaped. */
const cell = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll(/\s+/g, " ");

function outcomeText(outcome: RewardOutcome): string {
  if (outcome.kind === "score") return String(outcome.score);
  return outcome.kind === "error" ? `error: ${rewardErrorText(outcome)}` : "does not apply";
}

function markdown(rollout: RolloutWithRow): string {
  const { stage, step, group, sample, prompt, promptAsSeen, completion, answer, extracted, rewards } = rollout;
  const verdict = rollout.correct === null ? "not judged" : rollout.correct === 1 ? "right" : "wrong";
  const asked = promptAsSeen ?? prompt;
  return [
    `## ${stage}, step ${step}, group ${group}, sample ${sample}`,
    `**Prompt${promptAsSeen === null ? "" : " as the model saw it"}**\n\n${fenced(asked)}`,
    `**Completion** (${rollout.finishReason === "length" ? "cut off" : "ended"}${rollout.length < 0 ? "" : `, ${rollout.length} tokens`})\n\n${fenced(completion)}`,
    `**Answer** ${extracted === null ? "none found" : `\`${cell(extracted)}\``}, gold \`${cell(answer)}\`: ${verdict}`,
    [
      "| reward | score |",
      "|---|---|",
      ...Object.entries(rewards).map(([name, outcome]) => `| ${cell(name)} | ${cell(outcomeText(outcome))} |`),
      `| **total** | ${rollout.reward ?? "–"} |`,
      `| advantage | ${rollout.advantage ?? "–"} |`,
    ].join("\n"),
    "",
  ].join("\n\n");
}

/** Throws an Error for people where the rollout is not there. */
export function rolloutText({ folder, sample, ...key }: TraceTokensParams, format: RolloutFormat): string {
  const traces = openTraces(folder);
  try {
    const rollout = traces.groupWithRows(key).find((one) => one.sample === sample);
    if (!rollout) throw new UserError("This rollout is not in the traces any more.");
    switch (format) {
      case "row":
        return rowText(rollout, traces.tokens({ ...key, sample }));
      case "json":
        return `${JSON.stringify({ ...rollout, row: columns(rollout.row) }, null, 2)}\n`;
      case "markdown":
        return markdown(rollout);
    }
  } finally {
    traces.close();
  }
}
