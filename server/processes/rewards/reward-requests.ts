/** What a reward's process asks this one for: addresses, programs and judges, which it must not reach itself. Each is answered, within what one process may have open. */
import type { FromRewardProcess, ToRewardProcess } from "../../protocol/rewards";
import { amount } from "../../shared/amount";
import { sizeText } from "../../shared/size-text";
import type { SandboxRunner } from "../../verifiers/code/verify-code";
import type { Judges } from "./reward-judges";
import type { JudgeRights } from "./judge-call";
import { fetchForReward } from "./reward-fetch";
import { messageOf, UserError } from "../../shared/user-error";

/** Addresses that are asked at the same time; others wait for their turn. */
const mostAsked = 1024;
/** Requests that run or wait. */
const mostOpen = 50_000;
/** Bytes of what they say. */
const mostRequested = 256_000_000;
/** Bytes of bodies that came for it and that it has not read yet. */
const mostAnswered = 128_000_000;
/** Characters that the programs of one job may print to the reward. */
const mostPrinted = 128_000_000;

type Asked<Type extends FromRewardProcess["type"]> = Extract<FromRewardProcess, { type: Type }>;

export interface RewardRequestsOptions {
  /** As the recipe names it, for messages. */
  readonly reward: string;
  /** Hosts that it may reach, and keys that its judges may use. */
  readonly rights: Omit<JudgeRights, "reward">;
  readonly judges: Judges;
  readonly runProgram: SandboxRunner;
  /** `taken` is called once the process has read it, or never will. Throws an Error where the message is too long. */
  readonly answer: (message: ToRewardProcess, taken?: () => void) => void;
}

export interface RewardRequests {
  /** `bytes`: of the message. */
  take(message: Asked<"fetch"> | Asked<"run-program"> | Asked<"judge"> | Asked<"fetch-abort">, bytes: number): void;
  /** Programs that run for it now. */
  readonly programs: number;
  /** Questions that judges are asked for it now. */
  readonly judging: number;
  /** The process is gone. */
  end(): void;
}

/** Counts up to a limit. Throws an Error that says `what` is too much. */
function limited(most: number, what: string) {
  let held = 0;
  return {
    take(count: number): void {
      if (held + count > most) throw new UserError(what);
      held += count;
    },
    give(count: number): void {
      held -= count;
    },
  };
}

export function rewardRequests({ reward, rights, judges, runProgram, answer }: RewardRequestsOptions): RewardRequests {
  const open = limited(
    mostOpen,
    `${reward} has more than ${amount(mostOpen)} requests open: max_concurrent says how many calls run at a time`,
  );
  const requested = limited(
    mostRequested,
    `${reward} has requests of more than ${sizeText(mostRequested)} open: max_concurrent says how many calls run at a time`,
  );
  const answered = limited(
    mostAnswered,
    `${reward} holds more than ${sizeText(mostAnswered)} of answers: max_concurrent says how many calls run at a time`,
  );
  const fetches = new Map<number, AbortController>();
  const waiting: (() => void)[] = [];
  let asking = 0;
  let programs = 0;
  let judging = 0;
  let gone = false;
  const leaving = new AbortController();

  async function turn(): Promise<void> {
    if (asking < mostAsked) asking++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else asking--;
  }

  async function ask({ id, request }: Asked<"fetch">): Promise<void> {
    if (fetches.has(id)) throw new UserError(`${reward} already has a request with the number ${id}`);
    const cancel = new AbortController();
    fetches.set(id, cancel);
    let bytes = 0;
    const hold = (count: number): void => {
      answered.take(count);
      bytes += count;
    };
    const letGo = (): void => {
      answered.give(bytes);
      bytes = 0;
    };
    await turn();
    try {
      cancel.signal.throwIfAborted();
      const found = await fetchForReward(request, { reward, hosts: rights.hosts, hold }, cancel.signal);
      answer({ type: "fetched", id, answer: found, message: null }, letGo);
    } catch (error) {
      letGo();
      answer({ type: "fetched", id, answer: null, message: messageOf(error) });
    } finally {
      leave();
      fetches.delete(id);
    }
  }

  async function carryOut({ id, job, timeout }: Asked<"run-program">): Promise<void> {
    programs++;
    try {
      if (job.steps.length * job.shown > mostPrinted)
        throw new Error(`Programs of one job print ${amount(mostPrinted)} characters at most`);
      answer({ type: "program-ran", id, results: [...(await runProgram(job, timeout))], message: null });
    } catch (error) {
      answer({ type: "program-ran", id, results: [], message: messageOf(error) });
    } finally {
      programs--;
    }
  }

  async function judge({ id, request }: Asked<"judge">): Promise<void> {
    judging++;
    try {
      const said = await judges.ask(request, { reward, ...rights }, leaving.signal);
      answer({ type: "judged", id, answer: said, message: null });
    } catch (error) {
      answer({ type: "judged", id, answer: null, message: messageOf(error) });
    } finally {
      judging--;
    }
  }

  async function within(bytes: number, work: () => Promise<void>): Promise<void> {
    open.take(1);
    try {
      requested.take(bytes);
      try {
        await work();
      } finally {
        requested.give(bytes);
      }
    } finally {
      open.give(1);
    }
  }

  return {
    take(message, bytes) {
      // What is left in its pipe.
      if (gone) return;
      if (message.type === "fetch-abort") {
        fetches.get(message.id)?.abort();
        return;
      }
      const { id } = message;
      const work = (): Promise<void> => {
        if (message.type === "fetch") return ask(message);
        return message.type === "judge" ? judge(message) : carryOut(message);
      };
      within(bytes, work).catch((error: unknown) => {
        const why = messageOf(error);
        if (message.type === "fetch") answer({ type: "fetched", id, answer: null, message: why });
        else if (message.type === "judge") answer({ type: "judged", id, answer: null, message: why });
        else answer({ type: "program-ran", id, results: [], message: why });
      });
    },
    get programs() {
      return programs;
    },
    get judging() {
      return judging;
    },
    end() {
      gone = true;
      leaving.abort();
      for (const cancel of fetches.values()) cancel.abort();
    },
  };
}
