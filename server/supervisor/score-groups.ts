/** Has a reward process score groups, many at a time; each is timed by itself, and what hangs or ends the process is found out. */
import type { FromRewardProcess, ScoreGroup, ToRewardProcess } from "../protocol/rewards";
import type { RewardOutcome } from "../protocol/traces";

export interface ScoreRequest {
  /** Export of the module. */
  readonly name: string;
  readonly groups: readonly ScoreGroup[];
}

export type GroupResult =
  | {
      readonly kind: "scored";
      readonly outcomes: readonly RewardOutcome[];
      /** In milliseconds of the process' own clock. */
      readonly started: number;
      readonly milliseconds: number;
    }
  /** The group hung, or ended its process. `message` says which. */
  | { readonly kind: "lost"; readonly message: string }
  /** The process hung or ended while several groups ran: this may be the one that did it, which it shows when it is scored alone. */
  | { readonly kind: "suspect" };

/** `request` and `group` are places in what was asked for. Groups that are never reported were not reached: the process is gone. */
export type ReportGroup = (request: number, group: number, result: GroupResult) => void;

/** The process, as far as this needs it. */
export interface RewardLink {
  readonly tell: (message: ToRewardProcess) => void;
  readonly kill: () => void;
  readonly messages: {
    /** Null once the process is gone, or nothing came for so many seconds. */
    next(seconds: number): Promise<FromRewardProcess | null>;
    /** How the process ended; null while it lives. */
    readonly ended: string | null;
    /** Programs of a model that run for it now. */
    readonly programs: number;
  };
}

/** Times that a group's time begins anew while programs run for it: a reward that waits for one does not hang, yet may not go on without an end. */
const mostExtensions = 60;

/** Seconds in which a process answers whose only group is late, if it answers at all. */
const answerTime = 1;

interface Job {
  readonly request: number;
  readonly id: number;
  readonly group: number;
  readonly samples: number;
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

/** `timeout`: seconds that the calls of one group may run. */
export async function scoreGroups(
  { tell, kill, messages }: RewardLink,
  requests: readonly (ScoreRequest & { readonly id: number })[],
  timeout: number,
  report: ReportGroup,
): Promise<void> {
  const open = new Map<string, Job>();
  const keyOf = ({ id, group }: { readonly id: number; readonly group: number }): string => `${id} ${group}`;
  for (const [request, { id, name, groups }] of requests.entries()) {
    for (const [group, { completions }] of groups.entries())
      open.set(keyOf({ id, group }), {
        ...{ request, id, group, samples: completions.length },
        ...{ used: 0, since: null, extensions: 0 },
      });
    tell({ type: "score", id, export: name, groups: [...groups] });
  }
  const now = (): number => performance.now();
  const running = (): Job[] => [...open.values()].filter(({ since }) => since !== null);
  const left = ({ used, since }: Job): number => timeout * 1000 - used - (now() - since!);
  const close = (job: Job, result: GroupResult): void => {
    open.delete(keyOf(job));
    report(job.request, job.group, result);
  };
  /** The process is of no use any more. */
  const giveUp = (message: string, late: Job | null): void => {
    kill();
    const suspects = running();
    if (suspects.length > 1) for (const job of suspects) close(job, { kind: "suspect" });
    else {
      const job = late ?? suspects[0] ?? [...open.values()][0];
      if (job) close(job, { kind: "lost", message });
    }
  };
  let pings = 0;
  /** What is waited for after a ping; null: nothing. */
  let asked: Asked | null = null;
  const ask = (late: Job | null): Asked => {
    const seconds = running().length > 1 ? timeout : Math.min(answerTime, timeout);
    tell({ type: "ping", id: ++pings });
    return { id: pings, until: now() + seconds * 1000, late };
  };
  const tooLong = `took longer than ${timeout} s`;
  while (open.size > 0) {
    const timed = running().toSorted((a, b) => left(a) - left(b));
    const [soonest] = timed;
    const patience: number = asked ? asked.until - now() : soonest ? left(soonest) : timeout * 1000;
    const message = await messages.next(Math.max(0, patience) / 1000);
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
        if (messages.programs > 0 && soonest.extensions++ < mostExtensions) {
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
      if (late && open.has(keyOf(late))) {
        tell({ type: "abandon", id: late.id, group: late.group });
        close(late, { kind: "lost", message: tooLong });
      }
      continue;
    }
    if (message.type !== "scoring" && message.type !== "waiting" && message.type !== "scored") continue;
    const job = open.get(keyOf(message));
    if (!job) continue;
    if (message.type === "scoring") job.since ??= now();
    else if (message.type === "waiting") {
      if (job.since !== null) job.used += now() - job.since;
      job.since = null;
    } else if (message.outcomes.length === job.samples) {
      const { outcomes, started, milliseconds } = message;
      close(job, { kind: "scored", outcomes, started, milliseconds });
    } else {
      kill();
      close(job, { kind: "lost", message: "answered with a wrong number of outcomes" });
      return;
    }
  }
}
