/**
 * Values of a program as typed JSON, and back. Runs within its interpreter and keeps what it needs, so that a program that
 * changes the built-ins changes only what is said about itself.
 */
import { kindOf } from "./kinds.mjs";

const { stringify, parse } = JSON;
const { isArray } = Array;
const { keys, getPrototypeOf } = Object;
const text = String;
const OriginalSet = Set;
const setValues = Function.prototype.call.bind(OriginalSet.prototype.forEach);
const toHex = Function.prototype.call.bind(BigInt.prototype.toString);
const mostNodes = 50000;
const deepest = 100;

function typed(value) {
  let count = 0;
  const go = (value, depth) => {
    if (++count > mostNodes) throw new RangeError("the result has more than " + mostNodes + " parts");
    if (depth > deepest) throw new RangeError("the result is nested deeper than " + deepest);
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "undefined":
        return { undefined: true };
      case "number":
        return {
          float: value === Infinity ? "inf" : value === -Infinity ? "-inf" : value !== value ? "nan" : text(value),
        };
      case "bigint":
        return { int: value < 0n ? "-0x" + toHex(-value, 16) : "0x" + toHex(value, 16) };
      case "function":
        return { object: "function", number: 0 };
      case "symbol":
        return { object: "symbol", number: 0 };
    }
    if (value === null) return null;
    const list = [];
    const kind = kindOf(value);
    if (kind === "Array" || kind === "TypedArray") {
      const length = value.length;
      for (let index = 0; index < length; index++) list[index] = go(value[index], depth + 1);
      return { list };
    }
    if (kind === "Set") {
      setValues(value, (item) => {
        list[list.length] = go(item, depth + 1);
      });
      return { set: list };
    }
    const prototype = getPrototypeOf(value);
    // An object of a class of the program is what its fields are; one of a built-in class has none.
    if (kind !== "Object")
      return { object: text(prototype && prototype.constructor && prototype.constructor.name), number: 0 };
    const names = keys(value);
    for (let index = 0; index < names.length; index++) list[index] = [names[index], go(value[names[index]], depth + 1)];
    return { dict: list };
  };
  return go(value, 0);
}

/** Nothing that the program put on a prototype is asked: every part is a plain value by now. */
function written(value) {
  if (value === null || typeof value !== "object") return stringify(value);
  if (isArray(value)) {
    let all = "[";
    for (let index = 0; index < value.length; index++) all += (index > 0 ? "," : "") + written(value[index]);
    return all + "]";
  }
  let all = "{";
  const names = keys(value);
  for (let index = 0; index < names.length; index++) {
    const item = value[names[index]];
    all +=
      (index > 0 ? "," : "") + stringify(names[index]) + ":" + (typeof item === "number" ? text(item) : written(item));
  }
  return all + "}";
}

export const encode = (value) => written(typed(value));

const special = { inf: Infinity, "-inf": -Infinity, nan: NaN };

/** The values of a list as JSON has it. */
export function decode(json) {
  const go = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (value.list) return value.list.map(go);
    if (value.dict) {
      const object = {};
      for (const [key, item] of value.dict) object[go(key)] = go(item);
      return object;
    }
    if (value.set) return new OriginalSet(value.set.map(go));
    if (value.undefined) return undefined;
    if (value.int) return value.int[0] === "-" ? -BigInt(value.int.slice(1)) : BigInt(value.int);
    if (value.float !== undefined) return value.float in special ? special[value.float] : Number(value.float);
    throw new TypeError("JavaScript has no such argument.");
  };
  return parse(json).map(go);
}
