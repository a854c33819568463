/**
 * The process that user rewards run in (`dist/reward-process.js`). It knows one module and scores groups, all at the same time where the
 * rewards wait for something. It is expected to hang, to exit and to lie: the supervisor times it, restarts it and parses what it says.
 */
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { chatMessageSchema, type ChatMessage } from "../protocol/conversation";
import {
  toRewardProcessSchema,
  type CallLimits,
  type FromRewardProcess,
  type ScoreGroup,
  type ToRewardProcess,
} from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import { readMessage } from "../shared/read-message";
import { callGate, retryWait, waitSeconds, type CallGate } from "./call-limits";
import { errorOutcome, outcomeOf, thrownOutcome } from "./outcome";
import { installProgramBridge } from "./program-bridge";

type Callable = (input: unknown) => unknown;

const send = process.send?.bind(process);
const say = (message: FromRewardProcess) => send?.(message);
const ours = (file: string) => file === __filename;

interface Scorer {
  readonly reward: unknown;
  readonly takesGroup: boolean;
  readonly limits: CallLimits;
  readonly gate: CallGate;
}
const scorers = new Map<string, Scorer>();

async function load({ module, exports, env }: Extract<ToRewardProcess, { type: "load" }>): Promise<void> {
  for (const [name, value] of Object.entries(env ?? {})) process.env[name] = value;
  let exported = new Map<string, unknown>();
  try {
    const namespace: unknown = await import(pathToFileURL(module).href);
    if (typeof namespace === "object" && namespace !== null) exported = new Map(Object.entries(namespace));
  } catch (error) {
    const { message, file, line } = thrownOutcome(error, ours);
    say({ type: "load-failed", message, file, line });
    return;
  }
  for (const { name, takesGroup, limits } of exports)
    scorers.set(name, { reward: exported.get(name), takesGroup, limits, gate: callGate(limits) });
  const missing = exports.filter(({ name }) => typeof exported.get(name) !== "function").map(({ name }) => name);
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

/** A group that is being scored. */
interface Job {
  readonly id: number;
  readonly group: number;
  /** Calls that run now, and those that are to come. */
  running: number;
  open: number;
  /** When the first call began. */
  started: number | null;
  /** Nobody waits for it any more: no call of it is made, and those that wait are let go. */
  abandoned: boolean;
  readonly letGo: PromiseWithResolvers<never>;
}
const jobs = new Map<string, Job>();
const keyOf = ({ id, group }: { readonly id: number; readonly group: number }): string => `${id} ${group}`;

class Abandoned extends Error {}

/** Calls the reward in its turn, again where it throws and may be tried again. Throws {@link Abandoned}. */
async function call<T>(
  job: Job,
  { limits, gate }: Scorer,
  of: () => unknown,
  read: (value: unknown) => T,
  failed: (error: unknown, tried: number) => T,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    const turn = gate.enter();
    if (turn) await turn;
    if (job.abandoned) {
      gate.leave();
      throw new Abandoned();
    }
    job.started ??= performance.now();
    if (job.running++ === 0) say({ type: "scoring", id: job.id, group: job.group });
    let wait: number;
    try {
      const found = read(await Promise.race([of(), job.letGo.promise]));
      job.open--;
      return found;
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      const after = retryWait(error, tried, limits);
      if (after === null) {
        job.open--;
        return failed(error, tried);
      }
      wait = after;
    } finally {
      gate.leave();
      // What it waits for now, a turn or a retry, is none of its time.
      if (--job.running === 0 && job.open > 0) say({ type: "waiting", id: job.id, group: job.group });
    }
    await Promise.race([waitSeconds(wait), job.letGo.promise]);
  }
}

function failedOutcome(error: unknown, tried: number): RewardOutcome {
  const outcome = thrownOutcome(error, ours);
  return tried === 1 ? outcome : { ...outcome, message: `${outcome.message} (tried ${tried} times)` };
}

/** All samples at the same time, so that a reward that waits, for a program say, waits for all of them together. */
function scoreSingles(job: Job, scorer: Scorer, reward: Callable, group: ScoreGroup): Promise<RewardOutcome[]> {
  const { prompt, completions, answer, row, completionIds } = group;
  job.open = completions.length;
  const scoreSample = (completion: string, index: number): Promise<RewardOutcome> =>
    call(
      job,
      scorer,
      // A row of its own for each call: what one call changes, the next does not see.
      () =>
        reward({
          ...{ prompt, messages: messagesIn(group), completion, answer },
          ...{ row: structuredClone(row), completionIds: completionIds?.[index] ?? null },
        }),
      outcomeOf,
      failedOutcome,
    );
  return Promise.all(completions.map(scoreSample));
}

function scoreAtOnce(job: Job, scorer: Scorer, reward: Callable, group: ScoreGroup): Promise<RewardOutcome[]> {
  const { prompt, completions, answer, row, completionIds } = group;
  job.open = 1;
  const all = (outcome: RewardOutcome) => completions.map(() => outcome);
  return call(
    job,
    scorer,
    () =>
      reward({
        prompt,
        messages: messagesIn(group),
        completions: [...completions],
        answers: completions.map(() => answer),
        rows: completions.map(() => structuredClone(row)),
        completionIds: completionIds ?? null,
      }),
    (results) => {
      if (!Array.isArray(results))
        return all(errorOutcome("returned no array. A group reward returns one result for each completion."));
      if (results.length !== completions.length)
        return all(errorOutcome(`returned ${results.length} results for ${completions.length} completions.`));
      return Array.from(results, outcomeOf);
    },
    (error, tried) => all(failedOutcome(error, tried)),
  );
}

async function scoreGroup(job: Job, name: string, group: ScoreGroup): Promise<void> {
  const scorer = scorers.get(name);
  try {
    const reward = scorer?.reward;
    const outcomes =
      !scorer || !isCallable(reward)
        ? group.completions.map(() => errorOutcome(`"${name}" is not a function.`))
        : await (scorer.takesGroup ? scoreAtOnce : scoreSingles)(job, scorer, reward, group);
    const now = performance.now();
    const started = job.started ?? now;
    say({ type: "scored", id: job.id, group: job.group, outcomes, started, milliseconds: now - started });
  } catch (error) {
    // Else user code threw where nothing of it should run: whoever waits times it out.
    if (!(error instanceof Abandoned)) throw error;
  } finally {
    jobs.delete(keyOf(job));
  }
}

/** Begins with all groups. One whose rewards wait for nothing has ended before the next begins, so that what hangs is told apart. */
async function score({ id, export: name, groups }: Extract<ToRewardProcess, { type: "score" }>): Promise<void> {
  for (const [group, content] of groups.entries()) {
    const letGo = Promise.withResolvers<never>();
    letGo.promise.catch(() => undefined);
    const job: Job = { ...{ id, group, letGo }, running: 0, open: 0, started: null, abandoned: false };
    jobs.set(keyOf(job), job);
    await Promise.race([scoreGroup(job, name, content), new Promise((resolve) => setImmediate(resolve))]);
  }
}

function abandon(message: Extract<ToRewardProcess, { type: "abandon" }>): void {
  const job = jobs.get(keyOf(message));
  if (!job) return;
  job.abandoned = true;
  job.letGo.reject(new Abandoned());
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
  switch (message.type) {
    case "load":
    case "score":
      queue = queue.then(() => (message.type === "load" ? load(message) : score(message)));
      break;
    // What a program gave is waited for by what the queue is busy with.
    case "program-ran":
      programRan(message);
      break;
    case "abandon":
      abandon(message);
      break;
    case "ping":
      say({ type: "pong", id: message.id });
  }
});
