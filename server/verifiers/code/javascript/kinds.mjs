/** What kind of object a value is. Runs within the interpreter of a program. */

const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;

/** Classes, and a method of each that works on its own objects only: inheriting from one makes none. */
const classes = [
  ["Map", Map, getter(Map.prototype, "size")],
  ["Set", Set, getter(Set.prototype, "size")],
  ["Error", Error, null],
  ["Date", Date, Date.prototype.getTime],
  ["RegExp", RegExp, null],
  ["Promise", Promise, null],
  ["TypedArray", Object.getPrototypeOf(Uint8Array), getter(Object.getPrototypeOf(Uint8Array.prototype), "length")],
  ["ArrayBuffer", ArrayBuffer, getter(ArrayBuffer.prototype, "byteLength")],
  ["WeakMap", WeakMap, WeakMap.prototype.has],
  ["WeakSet", WeakSet, WeakSet.prototype.has],
  ["Number", Number, Number.prototype.valueOf],
  ["String", String, String.prototype.valueOf],
  ["Boolean", Boolean, Boolean.prototype.valueOf],
  ["BigInt", BigInt, BigInt.prototype.valueOf],
  ["Symbol", Symbol, Symbol.prototype.valueOf],
].map(([kind, constructor, method]) => ({ kind, prototype: constructor.prototype, method }));

const { getPrototypeOf, prototype: plain } = Object;
const isPrototypeOf = Function.prototype.call.bind(plain.isPrototypeOf);
const tagOf = Function.prototype.call.bind(plain.toString);
const apply = Reflect.apply;

function works(method, value) {
  try {
    apply(method, value, [{}]);
    return true;
  } catch {
    return false;
  }
}

/**
 * The name of its class among the built-in ones, `TypedArray`, `Function`, `Arguments`, and `Object` for all others.
 * @param {object} value
 */
export function kindOf(value) {
  if (typeof value === "function") return "Function";
  if (Array.isArray(value)) return "Array";
  const prototype = getPrototypeOf(value);
  if (prototype === null)
    return classes.find(({ method }) => method !== null && works(method, value))?.kind ?? "Object";
  if (prototype === plain) return tagOf(value) === "[object Arguments]" ? "Arguments" : "Object";
  for (const { kind, prototype: above, method } of classes)
    if (prototype === above || isPrototypeOf(above, prototype))
      return value === above || (method !== null && !works(method, value)) ? "Object" : kind;
  return "Object";
}

let read = () => ({ state: "pending", result: undefined });

/**
 * A promise's state is not to be seen from within: `reader` asks the interpreter.
 * @param {(promise: object) => { state: "pending" | "fulfilled" | "rejected", result: unknown }} reader
 */
export const readPromisesBy = (reader) => void (read = reader);

/** @param {object} promise */
export const promiseState = (promise) => read(promise);
