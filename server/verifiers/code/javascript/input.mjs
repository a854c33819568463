/**
 * Standard input of a program, in all the ways in which Node has it: read at once, line by line, by events, by `for await`.
 * What is read in one way is gone for the others.
 */
import { EventEmitter, queue } from "./events.mjs";

/** @param {string} text @param {(text: string) => Uint8Array} bufferOf @param {(text: string) => void} print */
export function openInput(text, bufferOf, print) {
  let rest = text;
  /** Those that are told of input. */
  const readers = [];

  const all = () => {
    const whole = rest;
    rest = "";
    return whole;
  };
  /** The next line without its end; null: there is none. */
  const line = () => {
    if (rest === "") return null;
    const end = rest.indexOf("\n");
    const first = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? "" : rest.slice(end + 1);
    return first.endsWith("\r") ? first.slice(0, -1) : first;
  };

  class Stdin extends EventEmitter {
    fd = 0;
    isTTY = false;
    #encoding = null;
    #buffered = null;
    #isAsked = false;
    #start() {
      if (this.#isAsked) return;
      this.#isAsked = true;
      readers.push(() => {
        const whole = all();
        if (whole !== "") {
          this.#buffered = whole;
          this.emit("readable");
          if (this.#buffered !== null && this.listenerCount("data") > 0) this.emit("data", this.read());
        }
        this.emit("readable");
        this.emit("end");
        this.emit("close");
        return false;
      });
    }
    setEncoding(encoding) {
      this.#encoding = encoding ?? "utf8";
      return this;
    }
    on(event, listener) {
      super.on(event, listener);
      if (["data", "readable", "end", "close"].includes(event)) this.#start();
      return this;
    }
    once(event, listener) {
      super.once(event, listener);
      if (["data", "readable", "end", "close"].includes(event)) this.#start();
      return this;
    }
    read() {
      const whole = this.#buffered;
      this.#buffered = null;
      return whole === null ? null : this.#encoding === null ? bufferOf(whole) : whole;
    }
    resume() {
      return this;
    }
    pause() {
      return this;
    }
    ref() {
      return this;
    }
    unref() {
      return this;
    }
    destroy() {
      return this;
    }
    pipe(target) {
      this.on("data", (chunk) => target.write(chunk));
      this.on("end", () => target.end?.());
      return target;
    }
    [Symbol.asyncIterator]() {
      const chunks = queue();
      this.on("data", (chunk) => chunks.push(chunk));
      this.on("end", () => chunks.end());
      return chunks.iterator();
    }
  }
  const stdin = new Stdin();

  class Interface extends EventEmitter {
    #output;
    #prompt;
    #questions = [];
    #isClosed = false;
    #isRead = false;
    line = "";
    constructor(options) {
      super();
      this.#output = options?.output ?? null;
      this.#prompt = options?.prompt ?? "> ";
      readers.push((isLast) => {
        if (this.#isClosed) return false;
        const wants = () => this.#questions.length > 0 || this.#isRead || this.listenerCount("line") > 0;
        // Lines that nobody asks for yet stay where they are.
        if (!wants() && rest !== "" && !isLast) return "waits";
        for (let next = wants() ? line() : null; next !== null; next = wants() ? line() : null) {
          const answer = this.#questions.shift();
          if (answer) {
            answer(next);
            return true;
          }
          this.emit("line", next);
          if (this.#isClosed) return false;
        }
        if (rest === "" || isLast) this.close();
        return !this.#isClosed;
      });
    }
    write() {}
    #say(text) {
      if (this.#output) print(text);
    }
    setPrompt(text) {
      this.#prompt = text;
    }
    getPrompt() {
      return this.#prompt;
    }
    prompt() {
      this.#say(this.#prompt);
    }
    question(query, ...rest) {
      if (this.#isClosed) throw new Error("readline was closed");
      this.#say(String(query));
      this.#questions.push(rest.at(-1));
    }
    close() {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.emit("close");
    }
    pause() {
      return this;
    }
    resume() {
      return this;
    }
    [Symbol.asyncIterator]() {
      const lines = queue();
      this.#isRead = true;
      this.on("line", (next) => lines.push(next));
      this.on("close", () => lines.end());
      return lines.iterator();
    }
    [Symbol.dispose]() {
      this.close();
    }
  }
  class PromisesInterface extends Interface {
    question(query) {
      return new Promise((resolve) => super.question(query, resolve));
    }
  }

  const open = (Kind) => (input, output) =>
    new Kind(input === undefined || "input" in Object(input) || "output" in Object(input) ? input : { input, output });
  const promises = { createInterface: open(PromisesInterface), Interface: PromisesInterface };

  return {
    all,
    line,
    stdin,
    readline: {
      createInterface: open(Interface),
      Interface,
      promises,
      clearLine: () => true,
      cursorTo: () => true,
      moveCursor: () => true,
      emitKeypressEvents() {},
    },
    promises,
    /** Tells one reader of what there is; whether anything came of it. `isLast`: nobody will ask for what is left. */
    turn(isLast) {
      for (let at = 0; at < readers.length; at++) {
        const told = readers[at](isLast);
        if (told === "waits") continue;
        if (told === false) readers.splice(at, 1);
        return true;
      }
      return false;
    },
  };
}
