/** Modules of Node that programs `require` or `import`: those parts that need nothing outside of the program. */
import { deepEqual } from "./equality.mjs";
import { EventEmitter } from "./events.mjs";
import { formatted, inspect } from "./inspect.mjs";
import { kindOf } from "./kinds.mjs";

export class AssertionError extends Error {
  constructor({ message, actual, expected, operator }) {
    super(message);
    this.name = "AssertionError";
    this.code = "ERR_ASSERTION";
    Object.assign(this, { actual, expected, operator });
  }
}

function openAssert() {
  const check = (holds, message, actual, expected, operator) => {
    if (holds) return;
    if (message instanceof Error) throw message;
    throw new AssertionError({
      message: message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`,
      actual,
      expected,
      operator,
    });
  };
  const matches = (error, expected) => {
    if (expected === undefined) return true;
    if (expected instanceof RegExp) return expected.test(String(error));
    if (typeof expected === "function")
      return expected.prototype !== undefined && error instanceof expected ? true : expected(error) === true;
    return Object.keys(expected).every((key) =>
      expected[key] instanceof RegExp ? expected[key].test(error[key]) : deepEqual(error[key], expected[key], true),
    );
  };
  const assert = (value, message) =>
    check(Boolean(value), message ?? "The expression evaluated to a falsy value", value, true, "==");
  Object.assign(assert, {
    AssertionError,
    ok: assert,
    fail: (message = "Failed") => check(false, message),
    equal: (a, b, message) => check(a == b || (a !== a && b !== b), message, a, b, "=="),
    notEqual: (a, b, message) => check(!(a == b), message, a, b, "!="),
    strictEqual: (a, b, message) => check(Object.is(a, b), message, a, b, "strictEqual"),
    notStrictEqual: (a, b, message) => check(!Object.is(a, b), message, a, b, "notStrictEqual"),
    deepEqual: (a, b, message) => check(deepEqual(a, b, false), message, a, b, "deepEqual"),
    notDeepEqual: (a, b, message) => check(!deepEqual(a, b, false), message, a, b, "notDeepEqual"),
    deepStrictEqual: (a, b, message) => check(deepEqual(a, b, true), message, a, b, "deepStrictEqual"),
    notDeepStrictEqual: (a, b, message) => check(!deepEqual(a, b, true), message, a, b, "notDeepStrictEqual"),
    match: (text, pattern, message) => check(pattern.test(text), message, text, pattern, "match"),
    doesNotMatch: (text, pattern, message) => check(!pattern.test(text), message, text, pattern, "doesNotMatch"),
    throws(action, expected, message) {
      try {
        action();
      } catch (error) {
        if (!matches(error, typeof expected === "string" ? undefined : expected)) throw error;
        return;
      }
      check(false, message ?? "Missing expected exception.");
    },
    doesNotThrow: (action) => action(),
    async rejects(promise, expected, message) {
      try {
        await (typeof promise === "function" ? promise() : promise);
      } catch (error) {
        if (!matches(error, typeof expected === "string" ? undefined : expected)) throw error;
        return;
      }
      check(false, message ?? "Missing expected rejection.");
    },
  });
  assert.strict = Object.assign((...values) => assert(...values), assert, {
    equal: assert.strictEqual,
    notEqual: assert.notStrictEqual,
    deepEqual: assert.deepStrictEqual,
    notDeepEqual: assert.notDeepStrictEqual,
  });
  assert.strict.strict = assert.strict;
  return assert;
}

function openFiles({ input, bufferOf, print, Buffer }) {
  const standard = new Map([
    [0, 0],
    ["/dev/stdin", 0],
    ["/proc/self/fd/0", 0],
    ["/dev/fd/0", 0],
    [1, 1],
    ["/dev/stdout", 1],
    [2, 2],
    ["/dev/stderr", 2],
  ]);
  const none = (path, call) =>
    Object.assign(new Error(`ENOENT: no such file or directory, ${call} '${String(path)}'`), {
      code: "ENOENT",
      errno: -2,
      syscall: call,
    });
  const open = (path, call = "open") => {
    const found = standard.get(path);
    if (found === undefined) throw none(path, call);
    return found;
  };
  const readFileSync = (path, options) => {
    if (open(path) !== 0) throw none(path, "open");
    const encoding = typeof options === "string" ? options : options?.encoding;
    const whole = bufferOf(input.all());
    return encoding ? whole.toString(encoding) : whole;
  };
  const textOf = (data, encoding) => (typeof data === "string" ? data : Buffer.from(data).toString(encoding));
  const writeFileSync = (path, data, encoding) => {
    const stream = open(path);
    if (stream === 0) throw none(path, "open");
    print(stream, textOf(data, typeof encoding === "string" ? encoding : undefined));
  };
  let pending = null;
  const readSync = (descriptor, target, offset = 0, length = target.length) => {
    if (open(descriptor) !== 0) throw none(descriptor, "read");
    pending ??= bufferOf(input.all());
    const part = pending.subarray(0, Math.min(length, target.length - offset));
    target.set(part, offset);
    pending = pending.subarray(part.length);
    return part.length;
  };
  const later =
    (work) =>
    (...values) => {
      const done = values.at(-1);
      Promise.resolve()
        .then(() => work(...values.slice(0, -1)))
        .then((value) => done(null, value), done);
    };
  return {
    readFileSync,
    writeFileSync,
    appendFileSync: writeFileSync,
    writeSync: (descriptor, data) => {
      writeFileSync(descriptor, data);
      return typeof data === "string" ? Buffer.byteLength(data) : data.length;
    },
    readSync,
    openSync: (path) => open(path),
    closeSync() {},
    existsSync: (path) => standard.has(path),
    createReadStream: (path, { fd } = {}) => (open(fd ?? path), input.stdin),
    readFile: later(readFileSync),
    writeFile: later(writeFileSync),
    promises: {
      readFile: async (...values) => readFileSync(...values),
      writeFile: async (...values) => writeFileSync(...values),
    },
    constants: {},
  };
}

const promisify = (action) =>
  action[promisify.custom] ??
  ((...values) =>
    new Promise((resolve, reject) => {
      action(...values, (error, value) => (error ? reject(error) : resolve(value)));
    }));
promisify.custom = Symbol.for("nodejs.util.promisify.custom");

const join = (...parts) => {
  const kept = [];
  const all = parts.filter((part) => part !== "").join("/");
  for (const part of all.split("/"))
    if (part === ".." && kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  return (all.startsWith("/") ? "/" : "") + kept.join("/") || ".";
};
const basename = (path, end = "") => {
  const last = path.replace(/\/+$/, "").split("/").at(-1);
  return end !== "" && last !== end && last.endsWith(end) ? last.slice(0, -end.length) : last;
};
const extname = (path) => /(?<=[^.])\.[^.]*$/.exec(basename(path))?.[0] ?? "";

/** What `require` and `import` find, by name. */
export function openModules({ clock, input, print, bufferOf, coding, process, performance, console }) {
  const sleep = (milliseconds, value) =>
    new Promise((resolve) => clock.globals.setTimeout(() => resolve(value), milliseconds));
  clock.globals.setTimeout[promisify.custom] = sleep;
  const fs = openFiles({ input, bufferOf, print, Buffer: coding.Buffer });
  const assert = openAssert();
  const isKind = (kind) => (value) => typeof value === "object" && value !== null && kindOf(value) === kind;
  const util = {
    inspect,
    format: formatted,
    promisify,
    callbackify:
      (action) =>
      (...values) =>
        void action(...values.slice(0, -1)).then((value) => values.at(-1)(null, value), values.at(-1)),
    inherits: (child, parent) => void Object.setPrototypeOf(child.prototype, parent.prototype),
    deprecate: (action) => action,
    isDeepStrictEqual: (a, b) => deepEqual(a, b, true),
    isArray: Array.isArray,
    types: {
      isMap: isKind("Map"),
      isSet: isKind("Set"),
      isDate: isKind("Date"),
      isRegExp: isKind("RegExp"),
      isPromise: isKind("Promise"),
      isTypedArray: isKind("TypedArray"),
      isNativeError: isKind("Error"),
    },
    TextEncoder: coding.TextEncoder,
    TextDecoder: coding.TextDecoder,
  };
  const path = {
    join,
    basename,
    extname,
    sep: "/",
    delimiter: ":",
    resolve: (...parts) => join("/", ...parts),
    dirname: (name) => name.replace(/\/?[^/]*$/, "") || (name.startsWith("/") ? "/" : "."),
    normalize: join,
    isAbsolute: (name) => name.startsWith("/"),
  };
  path.posix = path;
  const timers = {
    ...clock.globals,
    promises: {
      setTimeout: sleep,
      setImmediate: (value) => new Promise((resolve) => clock.globals.setImmediate(() => resolve(value))),
    },
  };
  return {
    assert,
    "assert/strict": assert.strict,
    buffer: { Buffer: coding.Buffer },
    console,
    events: EventEmitter,
    fs,
    "fs/promises": fs.promises,
    os: {
      EOL: "\n",
      platform: () => process.platform,
      cpus: () => [],
      type: () => "Linux",
      totalmem: () => 2 ** 28,
      freemem: () => 2 ** 27,
    },
    path,
    perf_hooks: { performance },
    process,
    readline: input.readline,
    "readline/promises": input.promises,
    string_decoder: {
      StringDecoder: class {
        write(bytes) {
          return bufferOf("").constructor.from(bytes).toString();
        }
        end() {
          return "";
        }
      },
    },
    timers,
    "timers/promises": timers.promises,
    util,
  };
}
