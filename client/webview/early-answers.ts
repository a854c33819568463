/**
 * Questions that a page is going to ask, asked while VS Code is still loading it: their answers are told to the page as soon as it can hear, or taken when it
 * asks. A way to and fro takes as long as the answer itself, as a window that opens a page is busy.
 */
import type { Method, Params, Result } from "../../server/protocol/methods";
import { questionName } from "../../server/protocol/question-name";
import type { Ask } from "../../server/protocol/requests";

/** An answer to what nobody has asked yet. */
export interface EarlyAnswer {
  readonly method: string;
  readonly params: unknown;
  readonly result: unknown;
}

export interface EarlyAnswers<M extends Method> {
  /** As the asker that it was made of; what was begun before is taken instead, once. */
  readonly ask: Ask<M>;
  readonly begin: <Name extends M>(method: Name, params: Params<Name>) => Promise<Result<Name>>;
  /** What was begun no longer holds: something has changed since. */
  forget(): void;
  /** The answers that are there and that nobody took. They stay to be asked for. */
  answers(): Promise<EarlyAnswer[]>;
}

export function earlyAnswers<M extends Method>(ask: Ask<M>): EarlyAnswers<M> {
  const begun = new Map<string, { readonly method: M; readonly params: unknown; readonly answer: Promise<unknown> }>();
  return {
    ask: ((method, params, token) => {
      const name = questionName(method, params);
      const early = begun.get(name);
      begun.delete(name);
      return early?.answer ?? ask(method, params, token);
    }) as Ask<M>,
    begin(method, params) {
      const answer = ask(method, params);
      // Who takes it hears of a failure; where nobody does, nobody needs to.
      answer.catch(() => undefined);
      begun.set(questionName(method, params), { method, params, answer });
      return answer;
    },
    forget: () => begun.clear(),
    async answers() {
      const all = await Promise.all(
        [...begun].map(async ([name, one]) => ({ name, one, result: await one.answer.catch(() => undefined) })),
      );
      // What was there first may have been taken, or no longer hold, when the last one came.
      return all.flatMap(({ name, one, result }) =>
        result === undefined || begun.get(name) !== one ? [] : [{ method: one.method, params: one.params, result }],
      );
    },
  };
}
