/**
 * The process that user rewards run in (`dist/reward-process.js`). It knows one module and scores group after group. It is expected
 * to hang, to exit and to lie: the supervisor times it, restarts it and parses what it says.
 */
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { chatMessageSchema, type ChatMessage } from "../protocol/conversation";
import {
  toRewardProcessSchema,
  type FromRewardProcess,
  type ScoreGroup,
  type ToRewardProcess,
} from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import { readMessage } from "../shared/read-message";
import { errorOutcome, outcomeOf, thrownOutcome } from "./outcome";
import { installProgramBridge } from "./program-bridge";

type Callable = (input: unknown) => unknown;

const send = process.send?.bind(process);
const say = (message: FromRewardProcess) => send?.(message);
const ours = (file: string) => file === __filename;

let exported = new Map<string, unknown>();
let takesGroup = new Set<string>();

async function load({ module, exports, groupExports }: Extract<ToRewardProcess, { type: "load" }>): Promise<void> {
  try {
    const namespace: unknown = await import(pathToFileURL(module).href);
    if (typeof namespace === "object" && namespace !== null) exported = new Map(Object.entries(namespace));
  } catch (error) {
    const { message, file, line } = thrownOutcome(error, ours);
    say({ type: "load-failed", message, file, line });
    return;
  }
  takesGroup = new Set(groupExports);
  const missing = exports.filter((name) => typeof exported.get(name) !== "function");
  // @types/node knows `permission` as always there; without --permission it is not.
  const permission: unknown = Reflect.get(process, "permission");
  say({ type: "loaded", missing, restricted: permission !== undefined });
}

const isCallable = (value: unknown): value is Callable => typeof value === "function";

const conversationSchema = z.array(chatMessageSchema).min(1);

/** What was asked message by message: as the row has it, else what one user says. A copy for each call. */
function messagesIn({ prompt, row }: ScoreGroup): ChatMessage[] {
  const parsed = conversationSchema.safeParse(row["messages"]);
  return parsed.success && parsed.data.at(-1)?.role === "user" ? parsed.data : [{ role: "user", content: prompt }];
}

/** All samples at the same time, so that a reward that waits, for a program say, waits for all of them together. */
function scoreSingles(reward: Callable, group: ScoreGroup): Promise<RewardOutcome[]> {
  const { prompt, completions, answer, row, completionIds } = group;
  const scoreSample = async (completion: string, index: number): Promise<RewardOutcome> => {
    try {
      // A row of its own for each call: what one call changes, the next does not see.
      const own = { row: structuredClone(row), completionIds: completionIds?.[index] ?? null };
      return outcomeOf(await reward({ prompt, messages: messagesIn(group), completion, answer, ...own }));
    } catch (error) {
      return thrownOutcome(error, ours);
    }
  };
  return Promise.all(completions.map(scoreSample));
}

async function scoreAtOnce(reward: Callable, group: ScoreGroup): Promise<RewardOutcome[]> {
  const { prompt, completions, answer, row, completionIds } = group;
  const all = (outcome: RewardOutcome) => completions.map(() => outcome);
  try {
    const results = await reward({
      prompt,
      messages: messagesIn(group),
      completions: [...completions],
      answers: completions.map(() => answer),
      rows: completions.map(() => structuredClone(row)),
      completionIds: completionIds ?? null,
    });
    if (!Array.isArray(results))
      return all(errorOutcome("returned no array. A group reward returns one result for each completion."));
    if (results.length !== completions.length)
      return all(errorOutcome(`returned ${results.length} results for ${completions.length} completions.`));
    return Array.from(results, outcomeOf);
  } catch (error) {
    return all(thrownOutcome(error, ours));
  }
}

async function score({ id, export: name, groups }: Extract<ToRewardProcess, { type: "score" }>): Promise<void> {
  const reward = exported.get(name);
  for (const [index, group] of groups.entries()) {
    say({ type: "scoring", id, group: index });
    const started = performance.now();
    const outcomes = !isCallable(reward)
      ? group.completions.map(() => errorOutcome(`"${name}" is not a function.`))
      : await (takesGroup.has(name) ? scoreAtOnce(reward, group) : scoreSingles(reward, group));
    say({ type: "scored", id, group: index, outcomes, milliseconds: performance.now() - started });
  }
}

// A rejection or a throw in a callback that no call awaits belongs to no sample: it is told, and scoring goes on.
const stray = (error: unknown) => say({ type: "log", text: thrownOutcome(error, ours).message });
process.on("unhandledRejection", stray);
process.on("uncaughtException", stray);
process.on("disconnect", () => process.exit());
// Ctrl-C in a terminal and its end reach every process there: the supervisor decides what they mean, and kills what it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const programRan = installProgramBridge(say);
let queue = Promise.resolve();
process.on("message", (data: unknown) => {
  const message = readMessage(toRewardProcessSchema, data);
  if (message === null) return;
  // What a program gave is waited for by what the queue is busy with.
  if (message.type === "program-ran") programRan(message);
  else queue = queue.then(() => (message.type === "load" ? load(message) : score(message)));
});
