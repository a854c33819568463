/** `EventEmitter` of Node, as far as programs that read and print use it. */

export class EventEmitter {
  #listeners = new Map();
  #of(event) {
    return this.#listeners.get(event) ?? [];
  }
  #add(event, listener, isOnce, isFirst) {
    if (typeof listener !== "function") throw new TypeError('The "listener" argument must be of type function.');
    const one = { listener, isOnce };
    this.#listeners.set(event, isFirst ? [one, ...this.#of(event)] : [...this.#of(event), one]);
    return this;
  }
  on(event, listener) {
    return this.#add(event, listener, false, false);
  }
  addListener(event, listener) {
    return this.on(event, listener);
  }
  once(event, listener) {
    return this.#add(event, listener, true, false);
  }
  prependListener(event, listener) {
    return this.#add(event, listener, false, true);
  }
  off(event, listener) {
    const all = this.#of(event);
    const at = all.findLastIndex((one) => one.listener === listener);
    if (at >= 0) this.#listeners.set(event, all.toSpliced(at, 1));
    return this;
  }
  removeListener(event, listener) {
    return this.off(event, listener);
  }
  removeAllListeners(event) {
    if (event === undefined) this.#listeners.clear();
    else this.#listeners.delete(event);
    return this;
  }
  emit(event, ...values) {
    const all = this.#of(event);
    if (all.length === 0 && event === "error")
      throw values[0] instanceof Error ? values[0] : new Error(`Unhandled error. (${String(values[0])})`);
    for (const { listener, isOnce } of all) {
      if (isOnce) this.off(event, listener);
      listener.apply(this, values);
    }
    return all.length > 0;
  }
  listenerCount(event) {
    return this.#of(event).length;
  }
  listeners(event) {
    return this.#of(event).map(({ listener }) => listener);
  }
  eventNames() {
    return [...this.#listeners.keys()].filter((event) => this.#of(event).length > 0);
  }
  setMaxListeners() {
    return this;
  }
}
EventEmitter.EventEmitter = EventEmitter;

/** Resolves with what an event says when it comes next. */
EventEmitter.once = (emitter, event) =>
  new Promise((resolve, reject) => {
    const failed = (error) => reject(error);
    emitter.once(event, (...values) => {
      emitter.off("error", failed);
      resolve(values);
    });
    if (event !== "error") emitter.once("error", failed);
  });

/** What comes, until it ends: for `for await`. */
export function queue() {
  const values = [];
  const waiting = [];
  let ended = false;
  const end = { value: undefined, done: true };
  return {
    push(value) {
      const next = waiting.shift();
      if (next) next({ value, done: false });
      else values.push(value);
    },
    end() {
      ended = true;
      for (const next of waiting.splice(0)) next(end);
    },
    iterator() {
      return {
        next: () =>
          new Promise((resolve) => {
            if (values.length > 0) resolve({ value: values.shift(), done: false });
            else if (ended) resolve(end);
            else waiting.push(resolve);
          }),
        return: () => Promise.resolve(end),
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
