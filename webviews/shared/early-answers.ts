/** Answers that the host tells before they are asked for, or while the question is on its way. */
import { questionName } from "../../server/protocol/question-name";
import { wireName } from "../../server/protocol/requests";
import type { Method } from "../../server/protocol/methods";

/** Milliseconds for which nothing is asked twice: what is told is of when the page was opened. */
const freshMilliseconds = 3000;

interface Told {
  readonly method: string;
  readonly params: unknown;
  readonly result: unknown;
}

export interface EarlyAnswers {
  take(answers: readonly Told[]): void;
  /** What was told no longer holds: something has changed since. */
  forget(): void;
  of(
    wire: string,
    params: unknown,
  ): {
    /** What was told, which is taken by that; null: nothing. */
    readonly answer: { readonly result: unknown } | null;
    /** Hears of what is told while the question is on its way. */
    readonly whenTold: (hear: (result: unknown) => void) => void;
    readonly forget: () => void;
  };
}

export function earlyAnswers(now: () => number = () => performance.now()): EarlyAnswers {
  const told = new Map<string, { readonly result: unknown; readonly at: number }>();
  const waiting = new Map<string, (result: unknown) => void>();
  return {
    take(answers) {
      for (const { method, params, result } of answers) {
        const name = questionName(wireName(method as Method), params);
        const hear = waiting.get(name);
        waiting.delete(name);
        if (hear === undefined) told.set(name, { result, at: now() });
        else hear(result);
      }
    },
    forget: () => told.clear(),
    of(wire, params) {
      const name = questionName(wire, params);
      const found = told.get(name);
      told.delete(name);
      const fresh = found !== undefined && now() - found.at < freshMilliseconds;
      let own: ((result: unknown) => void) | null = null;
      return {
        answer: fresh ? { result: found.result } : null,
        whenTold: (hear) => waiting.set(name, (own = hear)),
        forget() {
          if (own !== null && waiting.get(name) === own) waiting.delete(name);
        },
      };
    },
  };
}
