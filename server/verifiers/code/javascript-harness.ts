/**
 * What stands beside a JavaScript program in its sandbox: its console, its input, and the way in which its values are written
 * as typed JSON. It is evaluated first and keeps what it needs, so that a program that changes the built-ins changes only what
 * is said about itself. Its completion value is `{ encode, decode, pump, exitCode }`, which the program cannot reach.
 */
export const javascriptHarness = String.raw`(function (hostPrint, input) {
  "use strict";
  const { stringify, parse } = JSON;
  const { isArray } = Array;
  const { keys, getPrototypeOf } = Object;
  const ObjectPrototype = Object.prototype;
  const text = String;
  const OriginalSet = Set;
  const setValues = Function.prototype.call.bind(OriginalSet.prototype.forEach);
  const toHex = Function.prototype.call.bind(BigInt.prototype.toString);
  const mostNodes = 50000, deepest = 100;

  // No more than is kept ever leaves this memory.
  const cut = Function.prototype.call.bind(String.prototype.slice);
  const mostPrinted = 1 << 20;
  const print = (stream, written) => hostPrint(stream, cut(written, 0, mostPrinted), written.length > mostPrinted ? written.length - mostPrinted : 0);

  function encode(value) {
    let count = 0;
    const go = (value, depth) => {
      if (++count > mostNodes) throw new RangeError("the result has more than " + mostNodes + " parts");
      if (depth > deepest) throw new RangeError("the result is nested deeper than " + deepest);
      switch (typeof value) {
        case "string": case "boolean": return value;
        case "undefined": return { undefined: true };
        case "number": return { float: value === Infinity ? "inf" : value === -Infinity ? "-inf" : value !== value ? "nan" : text(value) };
        case "bigint": return { int: value < 0n ? "-0x" + toHex(-value, 16) : "0x" + toHex(value, 16) };
        case "function": return { object: "function", number: 0 };
        case "symbol": return { object: "symbol", number: 0 };
      }
      if (value === null) return null;
      const list = [];
      if (isArray(value)) {
        const length = value.length;
        for (let index = 0; index < length; index++) list[index] = go(value[index], depth + 1);
        return { list };
      }
      if (value instanceof OriginalSet) {
        setValues(value, (item) => { list[list.length] = go(item, depth + 1); });
        return { set: list };
      }
      const prototype = getPrototypeOf(value);
      if (prototype !== ObjectPrototype && prototype !== null) return { object: text(prototype.constructor && prototype.constructor.name), number: 0 };
      const names = keys(value);
      for (let index = 0; index < names.length; index++) list[index] = [names[index], go(value[names[index]], depth + 1)];
      return { dict: list };
    };
    // Nothing that the program put on a prototype is asked: every part is a plain value by now.
    const write = (value) => {
      if (value === null || typeof value !== "object") return stringify(value);
      if (isArray(value)) {
        let all = "[";
        for (let index = 0; index < value.length; index++) all += (index > 0 ? "," : "") + write(value[index]);
        return all + "]";
      }
      let all = "{";
      const names = keys(value);
      for (let index = 0; index < names.length; index++)
        all += (index > 0 ? "," : "") + stringify(names[index]) + ":" + (typeof value[names[index]] === "number" ? text(value[names[index]]) : write(value[names[index]]));
      return all + "}";
    };
    return write(go(value, 0));
  }

  function decode(json) {
    const go = (value) => {
      if (value === null || typeof value !== "object") return value;
      if (value.list) return value.list.map(go);
      if (value.dict) { const object = {}; for (const [key, item] of value.dict) object[go(key)] = go(item); return object; }
      if (value.set) return new OriginalSet(value.set.map(go));
      if (value.undefined) return undefined;
      if (value.int) return value.int[0] === "-" ? -BigInt(value.int.slice(1)) : BigInt(value.int);
      const special = { inf: Infinity, "-inf": -Infinity, nan: NaN };
      if (value.float !== undefined) return value.float in special ? special[value.float] : Number(value.float);
      throw new TypeError("JavaScript has no such argument.");
    };
    return parse(json).map(go);
  }

  const inspect = (value, inside) => {
    if (typeof value === "string") return inside ? "'" + value + "'" : value;
    if (typeof value === "bigint") return text(value) + "n";
    if (typeof value === "function") return "[Function: " + (value.name || "(anonymous)") + "]";
    if (Object.is(value, -0)) return "-0";
    if (value === null || typeof value !== "object") return text(value);
    if (value instanceof Error) return value.name + ": " + value.message;
    if (isArray(value)) return value.length === 0 ? "[]" : "[ " + value.map((item) => inspect(item, true)).join(", ") + " ]";
    const parts = keys(value).map((key) => key + ": " + inspect(value[key], true));
    return parts.length === 0 ? "{}" : "{ " + parts.join(", ") + " }";
  };
  const line = (stream) => (...values) => print(stream, values.map((value) => inspect(value, false)).join(" ") + "\n");
  globalThis.console = { log: line(1), info: line(1), debug: line(1), error: line(2), warn: line(2) };

  let rest = input;
  const listeners = [];
  let exitCode = null;
  const all = () => { const whole = rest; rest = ""; return whole; };
  globalThis.readline = () => {
    if (rest === "") return null;
    const end = rest.indexOf("\n");
    const first = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? "" : rest.slice(end + 1);
    return first;
  };
  const stdin = { setEncoding() {}, resume() {}, on(event, listener) { listeners.push([event, listener]); return stdin; } };
  globalThis.process = {
    argv: ["node", "program.js"], env: {}, stdin,
    stdout: { write: (written) => { print(1, text(written)); return true; } },
    exit(code) { exitCode = code | 0; throw new Error("The program ended itself."); },
  };
  const modules = {
    fs: { readFileSync(path) { if (path === 0 || path === "/dev/stdin") return all(); throw new Error("There are no files."); } },
    readline: { createInterface: () => { const face = { on(event, listener) { listeners.push([event, listener]); return face; }, close() {} }; return face; } },
  };
  globalThis.require = (name) => {
    const found = modules[name.replace(/^node:/, "")];
    if (!found) throw new Error("There is no module " + name + ".");
    return found;
  };

  /** Tells the listeners of the input what it is, once the program's own lines have run. */
  function pump() {
    if (listeners.length === 0) return;
    const whole = all();
    const lines = whole === "" ? [] : whole.replace(/\n$/, "").split("\n");
    const tell = (event, value) => { for (const [name, listener] of listeners) if (name === event) listener(value); };
    if (whole !== "") tell("data", whole);
    for (const one of lines) tell("line", one);
    tell("end");
    tell("close");
  }
  return { encode, decode, pump, exitCode: () => exitCode };
})`;
