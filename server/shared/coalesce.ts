/** Bursts of events, told of seldom enough. */
export interface Coalesced {
  /** Something happened. */
  readonly hint: () => void;
  /** Drops what is still to come. */
  readonly cancel: () => void;
}

/** Calls `send` so long after the first of some hints, for what cannot change faster: once for all that come meanwhile. */
export function later(send: () => void, milliseconds: number): Coalesced {
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    hint: () => {
      timer ??= setTimeout(() => {
        timer = null;
        send();
      }, milliseconds);
    },
    cancel: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}

/** Calls `send` at once, then at most once per `milliseconds`, the last time after the last hint. */
export function coalesce(send: () => void, milliseconds: number): Coalesced {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const wait = (): void => {
    timer = setTimeout(() => {
      timer = null;
      if (!again) return;
      again = false;
      send();
      wait();
    }, milliseconds);
  };
  return {
    hint: () => {
      if (timer !== null) {
        again = true;
        return;
      }
      send();
      wait();
    },
    cancel: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      again = false;
    },
  };
}
