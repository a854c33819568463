/** Has a reward process score groups, many at a time; each is timed by itself, and what hangs or ends the process is found out. */
import type { CallLimits, FromRewardProcess, ScoreGroup, ToRewardProcess } from "../../protocol/rewards";
import type { RewardError, RewardOutcome } from "../../protocol/traces";
import { longestWait } from "../../rewards/call-limits";
import { ownTime } from "../../shared/running-time";
import { messageOf } from "../../shared/user-error";

/** Where in the source of a reward. */
export type RewardPlaceOf = Omit<RewardError, "message">;

export type GroupResult =
  | {
      readonly kind: "scored";
      readonly outcomes: readonly RewardOutcome[];
      /** In milliseconds of the process' own clock. */
      readonly started: number;
      readonly milliseconds: number;
      /** `[samples]`; empty where they are not known. */
      readonly times: readonly number[];
    }
  /** The group hung, or ended its process. `message` says which. */
  | { readonly kind: "lost"; readonly message: string; readonly place?: RewardPlaceOf; readonly timedOut?: true }
  /** The process hung or ended while several groups ran, or somebody else ended it: whether it was this one shows when it is scored alone. */
  | { readonly kind: "suspect"; readonly message: string; readonly timedOut?: true };

/** `group` is a place in what was asked for. Groups that are never reported were not reached: the process is gone. */
export type ReportGroup = (group: number, result: GroupResult) => void;

/** The process, as far as this needs it. */
export interface RewardLink {
  /** `taken` is called once the process has read it, or never will. Throws an Error where the message is too long. */
  readonly tell: (message: ToRewardProcess, taken?: () => void) => void;
  readonly kill: () => void;
  readonly limits: CallLimits;
  readonly messages: {
    /** Null once the process is gone, or nothing came for so many seconds. */
    next(seconds: number): Promise<FromRewardProcess | null>;
    /** How the process ended; null while it lives. */
    readonly ended: string | null;
    /** Whether somebody else ended it. */
    readonly killed: boolean;
    /** Where its own code ended it; null: it did not, or nobody knows. */
    readonly endedAt: RewardPlaceOf | null;
    /** Programs of a model that run for it now. */
    readonly programs: number;
    /** Questions that judges are asked for it now. */
    readonly judging: number;
  };
}

/** Times that a group's time begins anew while programs run for it: a reward that waits for one does not hang, yet may not go on without an end. */
const mostExtensions = 60;

/** Seconds in which it may be that no call runs: where the recipe has calls follow each other slowly, or be made again later. Else there is always one. */
const longestPause = ({ retries, requests_per_second }: CallLimits): number =>
  (retries > 0 ? longestWait : 0) + (requests_per_second === null ? 0 : 1 / requests_per_second);

/** Seconds in which a process answers whose only group is late, if it answers at all. */
const answerTime = 1;

/** Seconds behind a deadline for what lies in the pipe by then: who always has something more to say is late all the same. */
const hearingTime = 1;

interface Job {
  readonly group: number;
  readonly samples: number;
  /** Times that it may yet say that it waits: after each call but the last. What says so more often is not believed. */
  pauses: number;
  /** Milliseconds that its calls have run before now. */
  used: number;
  /** Since when they run; null while none does. */
  since: number | null;
  extensions: number;
}

interface Asked {
  readonly id: number;
  readonly until: number;
  /** The group whose time is up; null: nothing was heard for long. */
  readonly late: Job | null;
}

/** Characters of groups that are told at once, about. */
const partLength = 4_000_000;

const lengthOf = ({ prompt, completions, answer, row, completionIds = [], packedIds = [] }: ScoreGroup): number =>
  [prompt, answer, JSON.stringify(row), ...completions, ...packedIds].reduce((sum, text) => sum + text.length, 0) +
  completionIds.reduce((sum, ids) => sum + 6 * ids.length, 0);

/** Groups that follow each other, in parts that are no longer than can be told, but for groups that are longer by themselves. */
function partsOf(groups: readonly ScoreGroup[]): { readonly first: number; readonly groups: ScoreGroup[] }[] {
  const parts: { readonly first: number; readonly groups: ScoreGroup[] }[] = [];
  let room = 0;
  for (const [first, group] of groups.entries()) {
    const length = lengthOf(group);
    if (length > room) {
      parts.push({ first, groups: [] });
      room = partLength;
    }
    parts.at(-1)!.groups.push(group);
    room -= length;
  }
  return parts;
}

/** `id`: of the request, another one each time. `timeout`: seconds that the calls of one group may run, by {@link ownTime}. */
export async function scoreGroups(
  { tell, kill, limits, messages }: RewardLink,
  id: number,
  groups: readonly ScoreGroup[],
  timeout: number,
  report: ReportGroup,
): Promise<void> {
  const open = new Map(
    groups.map(({ completions }, group): [number, Job] => [
      group,
      {
        group,
        samples: completions.length,
        used: 0,
        since: null,
        extensions: 0,
        pauses: completions.length * (limits.retries + 1) - 1,
      },
    ]),
  );
  const now = (): number => ownTime.now();
  const running = (): Job[] => [...open.values()].filter(({ since }) => since !== null);
  const left = ({ used, since }: Job): number => timeout * 1000 - used - (now() - since!);
  const close = (job: Job, result: GroupResult): void => {
    open.delete(job.group);
    report(job.group, result);
  };
  let over = false;
  /** The process is of no use any more. */
  const tooLong = `took longer than ${timeout} s`;
  const giveUp = (said: string, late: Job | null): void => {
    kill();
    over = true;
    const why = { message: said, ...(said === tooLong ? { timedOut: true as const } : {}) };
    const suspects = running();
    if (suspects.length > 1) {
      for (const job of suspects) close(job, { kind: "suspect", ...why });
      return;
    }
    const job = late ?? suspects[0] ?? [...open.values()][0];
    if (!job) return;
    const place = messages.endedAt;
    if (messages.killed) close(job, { kind: "suspect", ...why });
    else close(job, { kind: "lost", ...why, ...(place === null ? {} : { place }) });
  };
  const parts = partsOf(groups);
  /** Part by part: what a process has not read yet is held here. */
  const tellFrom = (at: number): void => {
    const part = parts[at];
    if (!part || over) return;
    const next = (): void => tellFrom(at + 1);
    try {
      tell({ type: "score", id, ...part }, next);
    } catch (error) {
      // One group, which is longer than anything that can be told.
      const message = `cannot be given its completions: ${messageOf(error)}`;
      for (const at of part.groups.keys()) {
        const job = open.get(part.first + at);
        if (job) close(job, { kind: "lost", message });
      }
      next();
    }
  };
  tellFrom(0);
  let pings = 0;
  /** What is waited for after a ping; null: nothing. */
  let asked: Asked | null = null;
  const ask = (late: Job | null): Asked => {
    const seconds = running().length > 1 ? timeout : Math.min(answerTime, timeout);
    tell({ type: "ping", id: ++pings });
    return { id: pings, until: now() + seconds * 1000, late };
  };
  const pause = timeout + answerTime + longestPause(limits);
  /** Since when no call runs. */
  let idle: number | null = null;
  while (open.size > 0) {
    const timed = running().toSorted((a, b) => left(a) - left(b));
    const [soonest] = timed;
    if (soonest) idle = null;
    else if (now() - (idle ??= now()) >= pause * 1000) {
      giveUp(`waited for ${pause} s and called nothing`, null);
      return;
    }
    const patience: number = asked ? asked.until - now() : soonest ? left(soonest) : timeout * 1000;
    const message = patience < -1000 * hearingTime ? null : await messages.next(Math.max(0, patience) / 1000);
    if (message === null) {
      if (messages.ended !== null) {
        giveUp(messages.ended, null);
        return;
      }
      if (asked !== null) {
        if (now() < asked.until) continue;
        giveUp(tooLong, asked.late);
        return;
      }
      if (!soonest) asked = ask(null);
      else if (left(soonest) <= 0) {
        // Who waits for a judge waits as long as its own limits let it take.
        if (messages.judging > 0 || (messages.programs > 0 && soonest.extensions++ < mostExtensions)) {
          soonest.used = 0;
          soonest.since = now();
        } else asked = ask(soonest);
      }
      continue;
    }
    if (message.type === "pong") {
      if (message.id !== asked?.id) continue;
      const { late } = asked;
      asked = null;
      // It lives and goes on with the others: the late group alone is let go.
      if (late && open.has(late.group)) {
        tell({ type: "abandon", id, group: late.group });
        close(late, { kind: "lost", message: tooLong, timedOut: true });
      }
      continue;
    }
    if (message.type !== "scoring" && message.type !== "waiting" && message.type !== "scored") continue;
    const job = message.id === id ? open.get(message.group) : undefined;
    if (!job) continue;
    if (message.type === "scoring") job.since ??= now();
    else if (message.type === "waiting") {
      if (job.pauses-- <= 0) continue;
      if (job.since !== null) job.used += now() - job.since;
      job.since = null;
    } else if (message.outcomes.length === job.samples) {
      const { outcomes, started, milliseconds, times = [] } = message;
      const known = times.length === job.samples ? times : [];
      close(job, { kind: "scored", outcomes, started, milliseconds, times: known });
    } else {
      kill();
      over = true;
      close(job, { kind: "lost", message: "answered with a wrong number of outcomes" });
      return;
    }
  }
}
