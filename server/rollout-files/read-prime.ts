/**
 * `traces.jsonl` of prime-rl and verifiers (0.4, schema 1): an episode a line, each with the traces of its agents. A trace is a graph of messages; the path
 * to its last message is shown.
 */
import { basename } from "node:path";
import * as z from "zod";
import type { RewardOutcome, RolloutPurpose } from "../protocol/traces";
import { rowsOf } from "../rows/read-rows";
import type { Columns } from "../rows/row";
import { messageOf } from "../shared/user-error";
import { parseMessages, textOfCell, textOfMessages } from "./messages";
import { mostTokens } from "../protocol/token-numbers";
import type { ForeignTokens } from "./foreign-tokens";
import { clean, stepInPath } from "./read-table";
import type { ForeignRollout, Omissions, Progress } from "./rollout-row";
import { plainColumns } from "./table-rows";

const errorSchema = z.looseObject({ type: z.string(), message: z.string() });
const nodeSchema = z.looseObject({
  parent: z.int().nonnegative().nullish(),
  message: z.unknown(),
  sampled: z.boolean().optional(),
  mask: z.array(z.boolean()).optional(),
  token_ids: z.array(z.int32()).nullish().catch(null),
  logprobs: z.array(z.number().catch(NaN)).nullish().catch(null),
  advantages: z.array(z.number()).nullish(),
});
type Node = z.infer<typeof nodeSchema>;
const taskSchema = z.looseObject({
  data: z.looseObject({ answer: z.unknown() }).optional(),
  key: z.string().nullish(),
  hash: z.string().nullish(),
});
const traceSchema = z.looseObject({
  task: taskSchema.optional(),
  agent: z.looseObject({ name: z.string().optional() }).optional(),
  nodes: z.array(nodeSchema),
  calls: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        usage: z.looseObject({ completion_tokens: z.number().optional() }).nullish(),
      }),
    )
    .optional(),
  rewards: z
    .record(z.string(), z.looseObject({ score: z.number(), weight: z.number().default(1) }).nullable())
    .optional(),
  metrics: z.record(z.string(), z.unknown()).optional(),
  errors: z.array(errorSchema).optional(),
});
const work = z.looseObject({ type: z.enum(["train", "eval"]), step: z.int().nonnegative() });
const episodeSchema = z.looseObject({
  id: z.string().optional(),
  task: taskSchema.optional(),
  group: z.looseObject({ id: z.string() }).nullish(),
  run: z.looseObject({ type: z.string().optional(), work: work.optional() }).nullish(),
  errors: z.array(errorSchema).optional(),
  traces: z.array(z.unknown()),
});

/** Whether a row is an episode, or one trace as earlier versions wrote it. */
export const isPrime = (row: Columns): boolean =>
  ("traces" in row && Array.isArray(row["traces"]) && "task" in row) || (Array.isArray(row["nodes"]) && "task" in row);

/** Rollouts of a file as they are read; null in place of a line without any. */
export function* primeRollouts(path: string, omitted: Omissions, progress: Progress): Generator<ForeignRollout | null> {
  for (const row of rowsOf(path)) {
    progress.characters += row.text?.length ?? 0;
    const place = `${basename(path)}:${row.line}`;
    let columns: Columns;
    try {
      columns = plainColumns(row);
    } catch (error) {
      omitted.add(`Lines left out, for they cannot be read (${messageOf(error).slice(0, 160)})`, place);
      yield null;
      continue;
    }
    const whole = "traces" in columns ? columns : { traces: [columns] };
    const parsed = episodeSchema.safeParse(whole);
    if (!parsed.success) {
      omitted.add("Lines left out, for they are no episodes of verifiers", place);
      yield null;
      continue;
    }
    const { data: episode } = parsed;
    if (episode.traces.length === 0) omitted.add("Episodes without a trace left out", place);
    for (const trace of episode.traces) yield rolloutOf(path, place, episode, trace, omitted);
    if (episode.traces.length === 0) yield null;
  }
}

/** From the root to the last message. A parent stands before its children, so that no path is endless. */
function lastPath(nodes: readonly Node[]): Node[] {
  const path: Node[] = [];
  for (let at: number | null = nodes.length - 1; at !== null && at >= 0;) {
    const node: Node = nodes[at]!;
    path.push(node);
    at = typeof node.parent === "number" && node.parent < at ? node.parent : null;
  }
  return path.reverse();
}

const sampledTokens = (path: readonly Node[]): number | null => {
  const masks = path.flatMap(({ mask }) => (mask === undefined || mask.length === 0 ? [] : [mask]));
  return masks.length === 0 ? null : masks.reduce((sum, mask) => sum + mask.filter(Boolean).length, 0);
};

function advantageOf(path: readonly Node[], omitted: Omissions, place: string): number | null {
  const values = path.flatMap(({ advantages }) => advantages ?? []);
  const [first] = values;
  if (first === undefined) return null;
  if (values.every((value) => value === first)) return first;
  omitted.add("Advantages that differ from token to token are not shown", place);
  return null;
}

function purposeOf(path: string, run: z.infer<typeof episodeSchema>["run"]): RolloutPurpose {
  const kind = run?.work?.type ?? (run?.type === "eval" || /[\\/]eval[\\/]/.test(path) ? "eval" : "train");
  return kind === "eval" ? "evaluation" : "train";
}

function rolloutOf(
  path: string,
  place: string,
  episode: z.infer<typeof episodeSchema>,
  given: unknown,
  omitted: Omissions,
): ForeignRollout | null {
  const parsed = traceSchema.safeParse(given);
  const last = parsed.success ? lastPath(parsed.data.nodes) : [];
  const messages = parseMessages(last.map(({ message }) => message));
  if (!parsed.success || messages === null) {
    omitted.add("Traces left out, for they have no messages", place);
    return null;
  }
  const { data: trace } = parsed;
  const parents = new Set(trace.nodes.map(({ parent }) => parent));
  if (trace.nodes.filter((_, index) => !parents.has(index)).length > 1)
    omitted.add("Traces with several branches, of which the last is shown", place);
  if (Object.keys(trace.metrics ?? {}).length > 0) omitted.add("Metrics beside the rewards are not shown", place);
  const first = last.findIndex(({ sampled }) => sampled === true);
  const at = first < 0 ? messages.length : first;
  const rewards = Object.entries(trace.rewards ?? {}).map(([name, reward]): [string, RewardOutcome] => [
    name,
    reward === null
      ? { kind: "not-applicable" }
      : { kind: "score", score: reward.score, extras: reward.weight === 1 ? {} : { weight: reward.weight } },
  ]);
  const total = Object.values(trace.rewards ?? {}).flatMap((reward) =>
    reward === null ? [] : [reward.score * reward.weight],
  );
  const problems = [...(trace.errors ?? []), ...(episode.errors ?? [])];
  if (problems[0] !== undefined)
    rewards.push([
      "rollout",
      { kind: "error", message: `${problems[0].type}: ${problems[0].message}`, file: null, line: null, column: null },
    ]);
  const finish = trace.calls?.at(-1)?.finish_reason ?? null;
  const used = trace.calls?.reduce<number | null>(
    (sum, { usage }) => (usage?.completion_tokens === undefined ? sum : (sum ?? 0) + usage.completion_tokens),
    null,
  );
  const task = trace.task ?? episode.task;
  const prompt = at === 0 ? "" : textOfMessages(messages.slice(0, at));
  return {
    stage: trace.agent?.name ?? "agent",
    step: episode.run?.work?.step ?? stepInPath(path) ?? 0,
    purpose: purposeOf(path, episode.run),
    group: episode.group?.id ?? task?.key ?? task?.hash ?? prompt,
    prompt: clean(prompt, "prompt", omitted, place),
    completion: clean(at < messages.length ? textOfMessages(messages.slice(at)) : "", "completion", omitted, place),
    answer: clean(textOfCell(task?.data?.answer) ?? "", "gold answer", omitted, place),
    extracted: null,
    truncated: finish === null ? null : finish === "length",
    correct: null,
    rewards: Object.fromEntries(rewards),
    reward: total.length === 0 ? null : total.reduce((sum, value) => sum + value, 0),
    advantage: advantageOf(last, omitted, place),
    tokens: sampledTokens(last) ?? used ?? null,
    tags: [],
    perToken: tokensOf(last, omitted, place),
  };
}

/** Ids that were sampled, with their log-probabilities where there are as many. */
function tokensOf(path: readonly Node[], omitted: Omissions, place: string): ForeignTokens | null {
  const ids = path.flatMap(({ token_ids, mask = [] }) => (token_ids ?? []).filter((_, at) => mask[at] === true));
  if (ids.length === 0 || ids.length > mostTokens) return null;
  const logprobs = path.flatMap((node) => node.logprobs ?? []);
  if (logprobs.length > 0 && logprobs.length !== ids.length)
    omitted.add("Log-probabilities left out, for there are more or fewer of them than tokens", place);
  return {
    by: "ids",
    ids: Int32Array.from(ids),
    logprobs: logprobs.length === ids.length ? Float32Array.from(logprobs) : null,
  };
}
