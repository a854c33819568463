/** Equality of Node's `assert`: deep, strict or loose. */
import { kindOf } from "./kinds.mjs";

const isObject = (value) => typeof value === "object" && value !== null;
const own = (value) => [
  ...Object.keys(value),
  ...Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)),
];

/** @param {boolean} isStrict */
export function deepEqual(a, b, isStrict, seen = []) {
  const same = (x, y) => deepEqual(x, y, isStrict, seen);
  if (!isObject(a) || !isObject(b))
    return isStrict ? Object.is(a, b) : !isObject(a) && !isObject(b) ? a == b || (a !== a && b !== b) : false;
  if (a === b || seen.some(([x, y]) => x === a && y === b)) return true;
  if (isStrict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  seen.push([a, b]);
  try {
    return contentsEqual(kind, a, b, same) && propertiesEqual(a, b, same);
  } finally {
    seen.pop();
  }
}

const propertiesEqual = (a, b, same) => {
  const [mine, others] = [own(a), own(b)];
  return mine.length === others.length && mine.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
};

function contentsEqual(kind, a, b, same) {
  switch (kind) {
    case "Array":
    case "TypedArray":
      return a.length === b.length;
    case "Set":
      return a.size === b.size && [...a].every((item) => b.has(item) || [...b].some((other) => same(item, other)));
    case "Map":
      return (
        a.size === b.size &&
        [...a].every(([key, item]) =>
          b.has(key) ? same(item, b.get(key)) : [...b].some(([other, its]) => same(key, other) && same(item, its)),
        )
      );
    case "Date":
      return a.getTime() === b.getTime();
    case "RegExp":
      return String(a) === String(b);
    case "Error":
      return a.name === b.name && a.message === b.message;
    case "Number":
    case "String":
    case "Boolean":
    case "BigInt":
    case "Symbol":
      return Object.is(a.valueOf(), b.valueOf());
    case "Promise":
    case "WeakMap":
    case "WeakSet":
      return false;
    default:
      return true;
  }
}
