/** What the models of all pages are made of: a state that is drawn, a place in it that outlives a hidden tab and a reload, and failures that are shown. */
import type * as z from "zod";
import { messageOf } from "../../server/shared/user-error";
import type { HostPort } from "./client";

/** `place`: where the reader is and how they look at it. `problem`: what the last question failed with, for people. */
interface PageState {
  readonly place: object;
  readonly problem: string | null;
}

export interface PageModel<State extends PageState> {
  readonly state: () => State;
  /** Draws the page in another state; a place in it is kept. */
  readonly set: (change: Partial<State>) => void;
  /** {@link set} of a part of the place. */
  readonly move: (change: Partial<State["place"]>) => void;
  /** Keeps a part of the place without drawing anew. */
  readonly keep: (change: Partial<State["place"]>) => void;
  /** Does what asks the host; what it fails with becomes the page's problem. */
  readonly guard: (work: () => Promise<void>) => Promise<void>;
}

/** `start`: the state of a page that was never there; `schema`: what a stored place must be to be gone on with. */
export function pageModel<State extends PageState>(
  port: Pick<HostPort, "getState" | "setState">,
  changed: () => void,
  schema: z.ZodType<State["place"]>,
  start: State,
): PageModel<State> {
  const stored = schema.safeParse(port.getState());
  let state: State = stored.success ? { ...start, place: stored.data } : start;
  const keep = (change: Partial<State["place"]>): void => {
    state = { ...state, place: { ...state.place, ...change } };
    port.setState(state.place);
  };
  const set = (change: Partial<State>): void => {
    state = { ...state, ...change };
    if (change.place !== undefined) port.setState(state.place);
    changed();
  };
  return {
    state: () => state,
    set,
    keep,
    move(change) {
      keep(change);
      changed();
    },
    async guard(work) {
      try {
        await work();
      } catch (error) {
        state = { ...state, problem: messageOf(error) };
        changed();
      }
    },
  };
}
