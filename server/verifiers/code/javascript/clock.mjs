/**
 * Time and what waits for it. Waiting takes none: when nothing else is left to do, the clock is moved on to the next timer. In
 * which order timers run depends on the times that they were given only, never on how long the program takes.
 */

/** Milliseconds since 1970 when programs begin: 2026-01-01. */
const beginning = 1767225600000;

const longest = 2 ** 31 - 1;

/** @param {() => number} elapsed milliseconds since any moment */
export function openClock(elapsed) {
  const started = elapsed();
  /** Milliseconds that were waited for; a round of the event loop takes one. */
  let waited = 0;
  let last = 0;
  /** In the order in which they are due; of those due at the same time, as they were set. */
  const timers = [];
  const byNumber = new Map();
  let immediates = [];
  /** Immediates of this round: those that they ask for are for the next. */
  let round = [];
  let ticks = [];

  const insert = (timer) => {
    timer.due = waited + timer.delay;
    let [low, high] = [0, timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timers[middle].due <= timer.due) low = middle + 1;
      else high = middle;
    }
    timers.splice(low, 0, timer);
  };
  const remove = (timer) => {
    const at = timers.indexOf(timer);
    if (at >= 0) timers.splice(at, 1);
  };

  class Timeout {
    constructor(timer) {
      Object.defineProperty(this, "timer", { value: timer });
    }
    ref() {
      this.timer.isHeld = true;
      return this;
    }
    unref() {
      this.timer.isHeld = false;
      return this;
    }
    hasRef() {
      return this.timer.isHeld;
    }
    refresh() {
      if (byNumber.has(this.timer.number)) {
        remove(this.timer);
        insert(this.timer);
      }
      return this;
    }
    close() {
      clear(this);
      return this;
    }
    [Symbol.toPrimitive]() {
      return this.timer.number;
    }
  }
  class Immediate extends Timeout {}

  function start(action, milliseconds, values, repeats) {
    checkAction(action);
    const given = Number(milliseconds);
    const delay = given >= 1 && given <= longest ? Math.trunc(given) : 1;
    const timer = { number: ++last, delay, due: 0, action, values, repeats, isHeld: true };
    byNumber.set(timer.number, timer);
    insert(timer);
    return new Timeout(timer);
  }

  function clear(given) {
    const number = given instanceof Timeout ? given.timer.number : Number(given);
    const timer = byNumber.get(number);
    if (timer) remove(timer);
    byNumber.delete(number);
    for (const list of [immediates, round])
      for (const one of list) if (one.number === number) one.action = () => undefined;
  }

  function fire() {
    const timer = timers.shift();
    if (timer.repeats) insert(timer);
    else byNumber.delete(timer.number);
    timer.action(...timer.values);
    return true;
  }

  let begun = false;
  return {
    now: () => Math.floor(beginning + elapsed() - started + waited),
    sinceStart: () => elapsed() - started + waited,
    globals: {
      setTimeout: (action, milliseconds, ...values) => start(action, milliseconds, values, false),
      setInterval: (action, milliseconds, ...values) => start(action, milliseconds, values, true),
      setImmediate(action, ...values) {
        checkAction(action);
        const immediate = { number: ++last, action, values, isHeld: true };
        immediates.push(immediate);
        return new Immediate(immediate);
      },
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    },
    nextTick(action, ...values) {
      checkAction(action);
      ticks.push(() => action(...values));
    },
    /** Does what was asked for the end of what runs now; whether there was any. */
    tick() {
      const [first, ...others] = ticks;
      if (first === undefined) return false;
      ticks = others;
      first();
      return true;
    },
    /** Does one thing whose time has come; whether there was any. `later`: by moving the clock on, if that must be. */
    turn(later) {
      if (!begun) waited++;
      begun = true;
      if (round.length === 0) {
        if (timers.length > 0 && timers[0].due <= waited) return fire();
        round = immediates;
        immediates = [];
      }
      const immediate = round.shift();
      if (immediate) {
        if (round.length === 0) waited++;
        immediate.action(...immediate.values);
        return true;
      }
      if (!later || !timers.some(({ isHeld }) => isHeld)) return false;
      waited = Math.max(waited, timers[0].due);
      return fire();
    },
  };
}

function checkAction(action) {
  if (typeof action !== "function")
    throw new TypeError(
      `The "callback" argument must be of type function. Received ${action === null ? "null" : typeof action}`,
    );
}

/** `Date` that begins with the clock. */
export function dateBy(now) {
  const Original = Date;
  function ClockDate(...values) {
    if (new.target === undefined) return new Original(now()).toString();
    return Reflect.construct(Original, values.length === 0 ? [now()] : values, new.target);
  }
  for (const key of Reflect.ownKeys(Original))
    Object.defineProperty(ClockDate, key, Object.getOwnPropertyDescriptor(Original, key));
  Object.defineProperty(ClockDate.prototype, "constructor", { value: ClockDate, writable: true, configurable: true });
  ClockDate.now = now;
  return ClockDate;
}

/** Random numbers that are the same for every program (mulberry32, two draws for a number). */
export function seededRandom() {
  let state = 20260101;
  const draw = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return function random() {
    return ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992;
  };
}
