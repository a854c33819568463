/** Judges that rewards ask by way of this process: each with its own limits, budget and memory. What was asked before, by its content, is answered without a call. */
import type { ChatMessage } from "../../protocol/conversation";
import {
  addCounts,
  type JudgeAnswer,
  type JudgeCounts,
  type JudgeQuestion,
  type JudgeRequest,
  type JudgeSettings,
} from "../../protocol/judges";
import { askedAgain, judgeMessages, questionHash } from "../../judges/messages";
import { bothOrders, readReply, type Verdict } from "../../judges/reply";
import { callGate, longestWait, waitSeconds, type CallGate } from "../../rewards/call-limits";
import type { Judgement, Judgements, Spent } from "../../runs/judgements";
import { plural } from "../../shared/plural";
import { messageOf, UserError } from "../../shared/user-error";
import type { AskEditorModel } from "./editor-models";
import { BudgetUsedUp, costOf, openBudget, type Usage } from "./judge-budget";
import { callJudge, excerpt, type CallResult, type JudgeRights } from "./judge-call";

export interface JudgesOptions {
  /** What they have said, and where that is kept. */
  readonly judgements: Judgements;
  readonly log: (text: string, level: "info" | "warn") => void;
  /** How models of the editor are asked now; null: there is no editor. */
  readonly editor: () => AskEditorModel | null;
}

export interface Judges {
  /**
   * What the judge says of a question. Rejects with an Error for people: it could not be asked, was late, or said nothing that was asked for. `signal`: nobody
   * waits any more.
   */
  ask(request: JudgeRequest, rights: JudgeRights, signal: AbortSignal): Promise<JudgeAnswer>;
  /** What was asked since the last time, by judge. */
  takeCounts(): Record<string, JudgeCounts>;
  /** All that was asked since it was opened, by judge. */
  totals(): Record<string, JudgeCounts>;
  /** Why a judge was not asked any more, since the last time: its budget is used up. Null: none. */
  takeUsedUp(): string | null;
  close(): void;
}

const noCounts: JudgeCounts = { calls: 0, cached: 0, cost: null, seconds: 0, pairs: 0, disagreed: 0 };

/** What one question is of its judge while it is asked. */
interface OpenQuestion {
  readonly answer: Promise<Verdict>;
  readonly waiters: Set<AbortSignal>;
}

/** What one question has cost so far. */
interface Cost extends Usage {
  readonly calls: number;
  readonly seconds: number;
}

export function openJudges({ judgements, log, editor }: JudgesOptions): Judges {
  const counts = new Map<string, JudgeCounts>();
  const totals = new Map<string, JudgeCounts>();
  const gates = new Map<string, CallGate>();
  const open = new Map<string, OpenQuestion>();
  const told = new Set<string>();
  /** When a judge that has asked to be left alone may be asked again, in milliseconds of `performance`. */
  const rests = new Map<string, number>();
  /** Since this was opened. */
  const spent = new Map<string, Spent>();
  const budget = openBudget((judge) => {
    const before = judgements.spentBefore(judge);
    const now = spent.get(judge) ?? { calls: 0, cost: 0 };
    return { calls: before.calls + now.calls, cost: before.cost + now.cost };
  });
  let usedUp: string | null = null;

  const count = ({ name, price }: JudgeSettings, more: Partial<JudgeCounts>): void => {
    for (const all of [counts, totals]) {
      const before = all.get(name) ?? { ...noCounts, cost: price === null ? null : 0 };
      all.set(name, addCounts(before, { ...noCounts, ...more }));
    }
  };
  const once = (text: string): void => {
    if (told.has(text)) return;
    told.add(text);
    log(text, "warn");
  };
  /** By its limits too: a reward may be edited while the run goes on. */
  const gateOf = ({ name, max_concurrent, requests_per_second }: JudgeSettings): CallGate => {
    const key = JSON.stringify([name, max_concurrent, requests_per_second]);
    const gate = gates.get(key) ?? callGate({ max_concurrent, requests_per_second, retries: 0, retry_delay: 1 });
    gates.set(key, gate);
    return gate;
  };
  const keep = (judgement: Judgement): void => {
    try {
      judgements.add(judgement);
    } catch (error) {
      once(`What the judge ${judgement.judge} says cannot be kept, so a resume asks it again: ${messageOf(error)}`);
    }
  };

  /** One call in its turn. */
  async function call(
    judge: JudgeSettings,
    question: JudgeQuestion,
    messages: readonly ChatMessage[],
    rights: JudgeRights,
    waiters: ReadonlySet<AbortSignal>,
  ): Promise<CallResult & { readonly seconds: number }> {
    const gate = gateOf(judge);
    await gate.enter();
    try {
      for (;;) {
        const rest = (rests.get(judge.name) ?? 0) - performance.now();
        if (rest <= 0) break;
        await waitSeconds(rest / 1000);
      }
      if ([...waiters].every(({ aborted }) => aborted)) throw new UserError("Nobody waits for the judge any more.");
      const letGo = await budget.take(
        judge,
        messages.reduce((sum, { content }) => sum + content.length, 0),
      );
      const began = performance.now();
      try {
        const result = await callJudge(judge, question, messages, { rights, editor: editor() });
        const seconds = (performance.now() - began) / 1000;
        const usage = result.kind === "reply" ? result.usage : { input: 0, output: 0 };
        const cost = costOf(judge, usage);
        count(judge, { calls: 1, cost, seconds });
        const before = spent.get(judge.name) ?? { calls: 0, cost: 0 };
        spent.set(judge.name, { calls: before.calls + 1, cost: before.cost + (cost ?? 0) });
        if (result.kind === "reply" && result.guessed && judge.price !== null)
          once(`The judge ${judge.name} does not say how many tokens it took: its cost is a guess from characters.`);
        return { ...result, seconds };
      } finally {
        letGo();
      }
    } finally {
      gate.leave();
    }
  }

  async function askOnce(
    { judge, question }: JudgeRequest,
    hash: string,
    rights: JudgeRights,
    waiters: ReadonlySet<AbortSignal>,
  ): Promise<Verdict> {
    let cost: Cost = { calls: 0, seconds: 0, input: 0, output: 0 };
    const kept = (verdict: Verdict | null): void => {
      if (cost.calls === 0) return;
      keep({
        question: verdict === null ? null : hash,
        judge: judge.name,
        at: new Date().toISOString(),
        verdict,
        ...cost,
        cost: costOf(judge, cost),
      });
    };
    const asked = judgeMessages(question);
    let messages = asked;
    let tries = 0;
    let repeats = 0;
    try {
      for (;;) {
        const result = await call(judge, question, messages, rights, waiters);
        const usage = result.kind === "reply" ? result.usage : { input: 0, output: 0 };
        cost = {
          calls: cost.calls + 1,
          seconds: cost.seconds + result.seconds,
          input: cost.input + usage.input,
          output: cost.output + usage.output,
        };
        if (result.kind === "failed") {
          if (!result.again || tries >= judge.retries)
            throw new UserError(
              `The judge ${judge.name} gave no verdict: ${result.message}${tries === 0 ? "" : ` (tried ${tries + 1} times)`}`,
            );
          const wait = Math.min(longestWait, Math.max(result.after, judge.retry_delay * 2 ** tries++));
          // Who says when wants to be left alone by all.
          if (result.after > 0) rests.set(judge.name, performance.now() + result.after * 1000);
          await waitSeconds(wait);
          continue;
        }
        const verdict = readReply(result.text, question);
        if (typeof verdict !== "string") {
          kept(verdict);
          return verdict;
        }
        if (repeats++ >= judge.repeats)
          throw new UserError(
            `The judge ${judge.name} gave no verdict in ${repeats === 1 ? "one reply" : `${repeats} replies`}: ${verdict}. It said: ${excerpt(result.text)}`,
          );
        messages = askedAgain(asked, result.text, verdict, question);
      }
    } catch (error) {
      kept(null);
      throw error;
    }
  }

  /** The verdict on one question in one order: known, on its way, or asked for. */
  async function verdictOn(request: JudgeRequest, rights: JudgeRights, signal: AbortSignal): Promise<Verdict> {
    const { judge, question } = request;
    const hash = questionHash(judge, question);
    const known = judgements.find(hash);
    if (judgements.damaged > 0)
      once(
        `${plural(judgements.damaged, "line")} of what judges have said cannot be read (folder judgements): that is asked for again, and no budget counts it.`,
      );
    if (known) {
      count(judge, { cached: 1 });
      return known;
    }
    const other = open.get(hash);
    if (other) {
      other.waiters.add(signal);
      const verdict = await other.answer;
      count(judge, { cached: 1 });
      return verdict;
    }
    const waiters = new Set([signal]);
    const answer = askOnce(request, hash, rights, waiters);
    open.set(hash, { answer, waiters });
    try {
      return await answer;
    } catch (error) {
      if (error instanceof BudgetUsedUp) usedUp ??= error.message;
      throw error;
    } finally {
      open.delete(hash);
    }
  }

  return {
    async ask({ judge, question }, rights, signal) {
      if (question.kind === "score") {
        const { reason, score } = await verdictOn({ judge, question }, rights, signal);
        return { kind: "score", score: score!, reason };
      }
      const turned = { ...question, a: question.b, b: question.a };
      const [first, second] = await Promise.all([
        verdictOn({ judge, question }, rights, signal),
        verdictOn({ judge, question: turned }, rights, signal),
      ]);
      const found = bothOrders(first, second);
      count(judge, { pairs: 1, disagreed: found.agreed ? 0 : 1 });
      return { kind: "compare", ...found };
    },
    takeCounts() {
      const taken = Object.fromEntries(counts);
      counts.clear();
      return taken;
    },
    totals: () => Object.fromEntries(totals),
    takeUsedUp() {
      const taken = usedUp;
      usedUp = null;
      return taken;
    },
    close: () => judgements.close(),
  };
}
