/**
 * The process that a user's reward runs in (`dist/reward-process.js`). It knows one export of one module and scores groups, all at the same time where the
 * reward waits for something. It is expected to hang, to exit and to lie: the supervisor times it, restarts it and parses what it says.
 */
import "../shared/no-debugger";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { chatMessageSchema, type ChatMessage } from "../protocol/conversation";
import {
  longestLog,
  toRewardProcessSchema,
  type CallLimits,
  type FromRewardProcess,
  type ScoreGroup,
  type ToRewardProcess,
} from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";
import { endProcess, openParentChannel } from "../shared/parent-channel";
import { readMessage } from "../shared/read-message";
import { brokeredFetch } from "./brokered-fetch";
import { callGate, retryWait, waitSeconds, type CallGate } from "./call-limits";
import { confine } from "./confine";
import { coverageArgument } from "./coverage-argument";
import { startCoverage } from "./coverage-session";
import { errorOutcome, outcomeOf, thrownOutcome } from "./outcome";
import { installJudgeBridge } from "./judge-bridge";
import { unpackedIds } from "./packed-ids";
import { installProgramBridge } from "./program-bridge";

type Callable = (input: unknown) => unknown;

// User code gets another `process`.
const real = process;
const send = openParentChannel((data) => take(data));
const say = (message: FromRewardProcess): void => send(message);
const ours = (file: string) => file === __filename;

// Before anything is closed; nobody else can ask it.
const coverage = real.argv.includes(coverageArgument) ? startCoverage() : null;
let loaded = "";

const broker = brokeredFetch(say);
const confinement = confine({
  fetch: broker.fetch,
  end(code, from) {
    const { file, line, column } = thrownOutcome(from, ours);
    say({ type: "exiting", code, file, line, column });
    endProcess();
  },
});

interface Scorer {
  readonly reward: Callable;
  readonly takesGroup: boolean;
  readonly limits: CallLimits;
  readonly gate: CallGate;
}
let scorer: Scorer | null = null;

async function load(message: Extract<ToRewardProcess, { type: "load" }>): Promise<void> {
  const { name, takesGroup, limits } = message.export;
  Object.assign(confinement.env, message.env);
  const url = pathToFileURL(message.module).href;
  confinement.allow(url);
  loaded = url;
  let reward: unknown;
  try {
    const namespace: unknown = await import(url);
    reward = typeof namespace === "object" && namespace !== null ? Reflect.get(namespace, name) : undefined;
  } catch (error) {
    const { message, file, line } = thrownOutcome(error, ours);
    say({ type: "load-failed", message, file, line });
    return;
  }
  if (isCallable(reward)) scorer = { reward, takesGroup, limits, gate: callGate(limits) };
  say({ type: "loaded", missing: scorer === null });
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
  /** `[samples]` milliseconds in which calls ran, retries included. */
  readonly times: number[];
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
  timed: (milliseconds: number) => void,
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
    const began = performance.now();
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
      timed(performance.now() - began);
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

/** Token ids of a sample; null where they are not known. */
const idsOf = ({ completionIds, packedIds }: ScoreGroup, index: number): number[] | null => {
  const packed = packedIds?.[index];
  return completionIds?.[index] ?? (packed === undefined ? null : unpackedIds(packed));
};

/** All samples at the same time, so that a reward that waits, for a program say, waits for all of them together. */
function scoreSingles(job: Job, scorer: Scorer, group: ScoreGroup): Promise<RewardOutcome[]> {
  const { prompt, completions, answer, row } = group;
  job.open = completions.length;
  const scoreSample = (completion: string, index: number): Promise<RewardOutcome> =>
    call(
      job,
      scorer,
      // A row of its own for each call: what one call changes, the next does not see.
      () =>
        scorer.reward({
          prompt,
          messages: messagesIn(group),
          completion,
          answer,
          row: structuredClone(row),
          get completionIds() {
            return idsOf(group, index);
          },
        }),
      (value) => outcomeOf(value, completion),
      failedOutcome,
      (milliseconds) => (job.times[index] = (job.times[index] ?? 0) + milliseconds),
    );
  return Promise.all(completions.map(scoreSample));
}

function scoreAtOnce(job: Job, scorer: Scorer, group: ScoreGroup): Promise<RewardOutcome[]> {
  const { prompt, completions, answer, row } = group;
  job.open = 1;
  const all = (outcome: RewardOutcome) => completions.map(() => outcome);
  return call(
    job,
    scorer,
    () =>
      scorer.reward({
        prompt,
        messages: messagesIn(group),
        completions: [...completions],
        answers: completions.map(() => answer),
        rows: completions.map(() => structuredClone(row)),
        get completionIds() {
          const ids = completions.map((_, index) => idsOf(group, index));
          return ids.includes(null) ? null : ids;
        },
      }),
    (results) => {
      if (!Array.isArray(results))
        return all(errorOutcome("returned no array. A group reward returns one result for each completion."));
      if (results.length !== completions.length)
        return all(errorOutcome(`returned ${results.length} results for ${completions.length} completions.`));
      return completions.map((completion, index) => outcomeOf(results[index], completion));
    },
    (error, tried) => all(failedOutcome(error, tried)),
    (milliseconds) => {
      for (const index of completions.keys())
        job.times[index] = (job.times[index] ?? 0) + milliseconds / completions.length;
    },
  );
}

async function scoreGroup(job: Job, scorer: Scorer, group: ScoreGroup): Promise<void> {
  try {
    const outcomes = await (scorer.takesGroup ? scoreAtOnce : scoreSingles)(job, scorer, group);
    const now = performance.now();
    const started = job.started ?? now;
    say({
      type: "scored",
      id: job.id,
      group: job.group,
      outcomes,
      started,
      milliseconds: now - started,
      times: job.times,
    });
  } catch (error) {
    // Else user code threw where nothing of it should run: whoever waits times it out.
    if (!(error instanceof Abandoned)) throw error;
  } finally {
    jobs.delete(keyOf(job));
  }
}

/** Begins with all groups. One whose rewards wait for nothing has ended before the next begins, so that what hangs is told apart. */
async function score({ id, first, groups }: Extract<ToRewardProcess, { type: "score" }>): Promise<void> {
  if (scorer === null) return;
  for (const [at, content] of groups.entries()) {
    const group = first + at;
    const letGo = Promise.withResolvers<never>();
    letGo.promise.catch(() => undefined);
    const job: Job = { id, group, letGo, running: 0, open: 0, started: null, abandoned: false, times: [] };
    jobs.set(keyOf(job), job);
    await Promise.race([scoreGroup(job, scorer, content), new Promise((resolve) => setImmediate(resolve))]);
  }
}

function abandon(message: Extract<ToRewardProcess, { type: "abandon" }>): void {
  const job = jobs.get(keyOf(message));
  if (!job) return;
  job.abandoned = true;
  job.letGo.reject(new Abandoned());
}

// A rejection or a throw in a callback that no call awaits belongs to no sample: it is told, and scoring goes on.
const stray = (error: unknown) => {
  const { message, file, line, column } = thrownOutcome(error, ours);
  const text = message.length > longestLog ? `${message.slice(0, longestLog - 1)}…` : message;
  say({ type: "stray", message: text, file, line, column });
};
real.on("unhandledRejection", stray);
real.on("uncaughtException", stray);
// Ctrl-C in a terminal and its end reach every process there: the supervisor decides what they mean, and kills what it ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) real.on(signal, () => undefined);

const programRan = installProgramBridge(say);
const judged = installJudgeBridge(say);
let queue = Promise.resolve();
function take(data: unknown): void {
  const message = readMessage(toRewardProcessSchema, data);
  if (message === null) return;
  switch (message.type) {
    case "load":
    case "score":
      queue = queue.then(() => (message.type === "load" ? load(message) : score(message)));
      break;
    // What a program, a judge or an address gave is waited for by what the queue is busy with.
    case "program-ran":
      programRan(message);
      break;
    case "judged":
      judged(message);
      break;
    case "fetched":
      broker.fetched(message);
      break;
    case "take-coverage":
      queue = queue.then(() => say({ type: "covered", functions: coverage?.take(loaded) ?? [] }));
      break;
    case "abandon":
      abandon(message);
      break;
    case "ping":
      say({ type: "pong", id: message.id });
  }
}
