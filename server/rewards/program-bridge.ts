/**
 * How a reward has programs run. Its process may start none; it asks the supervisor, which has sandboxes. The module that rewards
 * import is bundled into the user's own, so it finds the process' end of the conversation by a name that both know.
 */
import type { FromRewardProcess, ToRewardProcess } from "../protocol/rewards";
import type { SandboxRunner } from "../verifiers/code/verify-code";

const name = Symbol.for("reasoning-lab.runProgram");

/** Makes {@link programRunner} work in this process; returns what takes the supervisor's answers. */
export function installProgramBridge(say: (message: FromRewardProcess) => void) {
  const waiting = new Map<number, PromiseWithResolvers<Awaited<ReturnType<SandboxRunner>>>>();
  let last = 0;
  const run: SandboxRunner = (job, timeout) => {
    const answer = Promise.withResolvers<Awaited<ReturnType<SandboxRunner>>>();
    const id = ++last;
    waiting.set(id, answer);
    say({ type: "run-program", id, job, timeout });
    return answer.promise;
  };
  Object.defineProperty(globalThis, name, { value: run });
  return ({ id, results, message }: Extract<ToRewardProcess, { type: "program-ran" }>): void => {
    const answer = waiting.get(id);
    waiting.delete(id);
    if (message === null) answer?.resolve(results);
    else answer?.reject(new Error(message));
  };
}

const isRunner = (value: unknown): value is SandboxRunner => typeof value === "function";

/** Throws an Error outside of a reward process. */
export function programRunner(): SandboxRunner {
  const found: unknown = Reflect.get(globalThis, name);
  if (isRunner(found)) return found;
  throw new Error(
    "Programs of a model run in Reasoning Lab's sandboxes: this works where Reasoning Lab runs the reward.",
  );
}
