/** How a reward has a judge asked: its process asks the supervisor, which knows the judge's key and what was asked before. As `program-bridge.ts`. */
import type { JudgeAnswer, JudgeRequest } from "../protocol/judges";
import type { FromRewardProcess, ToRewardProcess } from "../protocol/rewards";

const name = Symbol.for("reasoning-lab.askJudge");

export type AskJudge = (request: JudgeRequest) => Promise<JudgeAnswer>;

/** Makes {@link judgeAsker} work in this process; returns what takes the supervisor's answers. */
export function installJudgeBridge(say: (message: FromRewardProcess) => void) {
  const waiting = new Map<number, PromiseWithResolvers<JudgeAnswer>>();
  let last = 0;
  const ask: AskJudge = (request) => {
    const answer = Promise.withResolvers<JudgeAnswer>();
    const id = ++last;
    waiting.set(id, answer);
    say({ type: "judge", id, request });
    return answer.promise;
  };
  Object.defineProperty(globalThis, name, { value: ask });
  return ({ id, answer, message }: Extract<ToRewardProcess, { type: "judged" }>): void => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (answer !== null) asked?.resolve(answer);
    else asked?.reject(new Error(message ?? "There is no answer."));
  };
}

const isAsker = (value: unknown): value is AskJudge => typeof value === "function";

/** Throws an Error outside of a reward process. */
export function judgeAsker(): AskJudge {
  const found: unknown = Reflect.get(globalThis, name);
  if (isAsker(found)) return found;
  throw new Error("Judges are asked by Reasoning Lab: this works where it runs the reward.");
}
