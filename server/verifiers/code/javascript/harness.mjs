/**
 * What stands beside a JavaScript program in its sandbox: what it finds of Node, its event loop, and the way in which its values
 * are written as typed JSON. It is evaluated first; the program does not reach what `openHarness` returns.
 */
import { openBuffers } from "./buffer.mjs";
import { dateBy, openClock, seededRandom } from "./clock.mjs";
import { openConsole } from "./console.mjs";
import { EventEmitter } from "./events.mjs";
import { openInput } from "./input.mjs";
import { kindOf, readPromisesBy } from "./kinds.mjs";
import { installLocale } from "./locale.mjs";
import { openModules } from "./modules.mjs";
import { decode, encode } from "./values.mjs";

const cut = Function.prototype.call.bind(String.prototype.slice);
const text = String;
const mostPrinted = 1 << 20;

/**
 * `host`: `print(stream, text, length left out)`, `elapsed()` in milliseconds, `exit()` which ends the program, `encode` and `decode` of
 * UTF-8, `promise(value)` as `[state, result]`. `input`: what the program reads.
 */
export function openHarness(host, input) {
  // No more than is kept ever leaves this memory.
  const print = (stream, written) =>
    host.print(stream, cut(written, 0, mostPrinted), written.length > mostPrinted ? written.length - mostPrinted : 0);
  readPromisesBy((value) => {
    const [state, result] = host.promise(value);
    return { state, result };
  });
  // What is nested too deep is a RangeError in Node.
  Object.setPrototypeOf(InternalError.prototype, RangeError.prototype);
  InternalError.prototype.name = "RangeError";

  const clock = openClock(host.elapsed);
  const coding = openBuffers({ encode: host.encode, decode: host.decode });
  const bufferOf = (written) => coding.Buffer.from(written);
  const source = openInput(input, bufferOf, (written) => print(1, written));
  const console = openConsole(print, clock.sinceStart);
  const performance = { now: clock.sinceStart, timeOrigin: clock.now(), mark() {}, measure() {} };
  const uncaught = [];
  const queueMicrotask = (action) =>
    void Promise.resolve().then(() => {
      try {
        action();
      } catch (error) {
        uncaught.push(error);
      }
    });

  const hrtime = (before) => {
    const now = clock.sinceStart();
    let [seconds, nanoseconds] = [Math.floor(now / 1000), Math.round((now % 1000) * 1e6)];
    if (before) [seconds, nanoseconds] = [seconds - before[0], nanoseconds - before[1]];
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
  };
  hrtime.bigint = () => BigInt(Math.round(clock.sinceStart() * 1e6));
  const stream = (descriptor) => ({
    fd: descriptor,
    isTTY: false,
    columns: 80,
    writable: true,
    write(written, encoding, done) {
      print(descriptor, typeof written === "string" ? written : coding.Buffer.from(written).toString());
      const after = typeof encoding === "function" ? encoding : done;
      if (typeof after === "function") clock.nextTick(after);
      return true;
    },
    end(written) {
      if (written !== undefined) this.write(written);
      return this;
    },
    on() {
      return this;
    },
    once() {
      return this;
    },
    emit: () => false,
    cork() {},
    uncork() {},
  });
  let exitCode = null;
  const process = Object.assign(new EventEmitter(), {
    argv: ["node", "/program.js"],
    argv0: "node",
    execArgv: [],
    env: {},
    exitCode: undefined,
    pid: 1,
    platform: "linux",
    arch: "x64",
    version: "v24.0.0",
    versions: { node: "24.0.0" },
    release: { name: "node" },
    stdin: source.stdin,
    stdout: stream(1),
    stderr: stream(2),
    cwd: () => "/",
    hrtime,
    nextTick: clock.nextTick,
    uptime: () => clock.sinceStart() / 1000,
    memoryUsage: Object.assign(
      () => ({ rss: 2 ** 26, heapTotal: 2 ** 25, heapUsed: 2 ** 24, external: 0, arrayBuffers: 0 }),
      { rss: () => 2 ** 26 },
    ),
    cpuUsage: () => ({ user: Math.round(clock.sinceStart() * 1000), system: 0 }),
    emitWarning: (warning) => print(2, `(node:1) ${text(warning)}\n`),
    exit(code) {
      if (code !== undefined) process.exitCode = code;
      finish();
      host.exit();
      // The host ends the program here, whatever it would catch.
      for (;;);
    },
    abort: () => process.exit(134),
  });

  /** Tells who wants to know that the program ends; the code that it ends with. */
  function finish() {
    if (exitCode !== null) return exitCode;
    exitCode = 0;
    process.emit("exit", Number(process.exitCode ?? 0));
    exitCode = Number(process.exitCode ?? 0) & 255;
    return exitCode;
  }

  const modules = openModules({ clock, input: source, print, bufferOf, coding, process, performance, console });
  const found = (name) => {
    const bare = text(name).replace(/^node:/, "");
    if (!Object.hasOwn(modules, bare))
      throw Object.assign(
        new Error(
          `Cannot find module '${name}': a program has those parts of Node that need no files and no network, and no packages.`,
        ),
        { code: "MODULE_NOT_FOUND" },
      );
    return modules[bare];
  };
  const require = (name) => found(name);
  const module = { exports: {}, id: ".", filename: "/program.js", loaded: false, children: [], paths: [] };
  require.main = module;
  module.require = require;

  installLocale();
  Math.random = seededRandom();
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  for (const [name, value] of Object.entries({
    console,
    process,
    performance,
    queueMicrotask,
    global: globalThis,
    Date: dateBy(clock.now),
    Buffer: coding.Buffer,
    TextEncoder: coding.TextEncoder,
    TextDecoder: coding.TextDecoder,
    atob: coding.atob,
    btoa: coding.btoa,
    ...clock.globals,
    structuredClone: cloned,
    readline: source.line,
    require,
    module,
    exports: module.exports,
  }))
    define(name, value);

  Object.defineProperty(globalThis, Symbol.for("require"), { value: require });

  /** Names that are exported, of the program as a module. */
  let namespace = null;
  /** Evaluates a name within the program. */
  let within = null;

  /** A function of the program that goes by a name: in its scope, or among what it exports. */
  function find(name) {
    let missing = null;
    try {
      const [, object, key] = /^(.*)\.([\p{ID_Start}$_][\p{ID_Continue}$]*)$/su.exec(name) ?? [];
      if (key === undefined) {
        const value = within(name);
        if (typeof value === "function") return value;
      } else {
        const owner = within(object);
        return (...values) => owner[key](...values);
      }
    } catch (error) {
      missing = error;
    }
    for (const exported of [namespace, namespace?.default, module.exports, module.exports?.default]) {
      if (exported === null || exported === undefined) continue;
      if (typeof exported[name] === "function") return (...values) => exported[name](...values);
    }
    for (const exported of [namespace?.default, module.exports, module.exports?.default])
      if (typeof exported === "function" && !/^class\b/.test(Function.prototype.toString.call(exported)))
        return exported;
    const solution = solutionOf(name);
    if (solution) return solution;
    throw missing ?? new TypeError(`${name} is not a function of the program`);
  }

  /** The method of a class `Solution`, as LeetCode has it. */
  function solutionOf(name) {
    try {
      const Solution = within("Solution");
      return typeof Solution.prototype[name] === "function" ? (...values) => new Solution()[name](...values) : null;
    } catch {
      return null;
    }
  }

  return {
    encode,
    decode,
    find,
    /** Runs a program, given as the function around it. */
    start: (program) => void program.call(module.exports, module.exports, require, module, "/program.js", "/", bridge),
    bridge,
    exported: (names) => void (namespace = names),
    /** The source of a module that gives what one of ours has. */
    moduleSource(name) {
      const own = found(name);
      const names = Object.keys(own).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== "default");
      return [
        `const own = globalThis[Symbol.for("require")](${JSON.stringify(text(name))});`,
        "export default own;",
        ...names.map((key, at) => `const n${at} = own[${JSON.stringify(key)}]; export { n${at} as ${key} };`),
      ].join("\n");
    },
    /** Does what was asked for the end of what ran; whether there was any. */
    tick() {
      if (uncaught.length > 0) throw uncaught.shift();
      return clock.tick();
    },
    /** Does the next thing that the program waits for; whether there was any. */
    turn: () => clock.turn(false) || source.turn(false) || clock.turn(true) || source.turn(true),
    finish,
  };

  function bridge(evaluate) {
    within = evaluate;
  }
}

/** A copy of plain data, and of what it holds more than once. */
function cloned(value, _options, seen = new Map()) {
  if (typeof value === "function" || typeof value === "symbol")
    throw new TypeError(`${text(value)} could not be cloned.`);
  if (value === null || typeof value !== "object") return value;
  if (seen.has(value)) return seen.get(value);
  const keep = (copy) => (seen.set(value, copy), copy);
  const inner = (item) => cloned(item, undefined, seen);
  switch (kindOf(value)) {
    case "Array": {
      const copy = keep(new Array(value.length));
      for (const key of Object.keys(value)) copy[key] = inner(value[key]);
      return copy;
    }
    case "Map": {
      const copy = keep(new Map());
      for (const [key, item] of value) copy.set(inner(key), inner(item));
      return copy;
    }
    case "Set": {
      const copy = keep(new Set());
      for (const item of value) copy.add(inner(item));
      return copy;
    }
    case "Date":
      return keep(new Date(value.getTime()));
    case "RegExp":
      return keep(new RegExp(value.source, value.flags));
    case "TypedArray":
    case "ArrayBuffer":
      return keep(value.slice());
    case "Error":
      return keep(Object.assign(new (globalThis[value.name] ?? Error)(value.message), { stack: value.stack }));
    case "Promise":
    case "WeakMap":
    case "WeakSet":
      throw new TypeError(`${Object.prototype.toString.call(value)} could not be cloned.`);
    default: {
      const copy = keep({});
      for (const key of Object.keys(value)) copy[key] = inner(value[key]);
      return copy;
    }
  }
}
