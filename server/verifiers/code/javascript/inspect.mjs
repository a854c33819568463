/**
 * How values are printed: the rules of Node's `util.inspect` with its defaults, so that a program prints here what it prints
 * there. Runs within the interpreter of a program; a test holds it against the Node that runs the tests.
 *
 * Not told apart from other objects: proxies, and iterators of maps and sets.
 */
import { kindOf, promiseState } from "./kinds.mjs";

/** @typedef {{ depth: number | null, maxArrayLength: number | null, maxStringLength: number | null, breakLength: number, compact: number | boolean, sorted: boolean }} Options */

/** @type {Options} */
const defaults = { depth: 2, maxArrayLength: 100, maxStringLength: 10000, breakLength: 80, compact: 3, sorted: false };

const custom = Symbol.for("nodejs.util.inspect.custom");

// Of a map or a set that has lost its methods, too.
const calling = (method) => Function.prototype.call.bind(method);
const getterOf = (prototype) => calling(Object.getOwnPropertyDescriptor(prototype, "size").get);
const sizeOf = { Map: getterOf(Map.prototype), Set: getterOf(Set.prototype) };
const entriesOf = calling(Map.prototype.entries);
const valuesOf = calling(Set.prototype.values);

const identifier = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const unquotable =
  /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const named = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\", "'": "\\'" };

const escaped = (character) => {
  const code = character.charCodeAt(0);
  if (named[character] !== undefined) return named[character];
  return code < 256 ? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}` : `\\u${code.toString(16)}`;
};

/** A text as a literal: in the quotes that need no escape, single ones first. */
function quoted(text) {
  let quote = "'";
  if (text.includes("'")) {
    if (!text.includes('"')) quote = '"';
    else if (!text.includes("`") && !text.includes("${")) quote = "`";
  }
  const inner = text.replace(unquotable, (found) => (found === "'" && quote !== "'" ? found : escaped(found)));
  return quote + inner + quote;
}

const numberText = (value) => (Object.is(value, -0) ? "-0" : String(value));
const more = (count) => `... ${count} more item${count > 1 ? "s" : ""}`;

function primitive(value, context) {
  switch (typeof value) {
    case "number":
      return numberText(value);
    case "bigint":
      return `${value}n`;
    case "string":
      return stringText(value, context);
    case "symbol":
      return symbolText(value);
    default:
      return String(value);
  }
}

const symbolText = (value) => `Symbol(${value.description ?? ""})`;

function stringText(value, context) {
  let text = value;
  let trailer = "";
  const most = context.maxStringLength ?? Infinity;
  if (text.length > most) {
    const rest = text.length - most;
    text = text.slice(0, most);
    trailer = `... ${rest} more character${rest > 1 ? "s" : ""}`;
  }
  if (context.compact !== true && text.length > 16 && text.length > context.breakLength - context.indentation - 4) {
    const lines = text.split(/(?<=\n)/).map(quoted);
    return lines.join(` +\n${" ".repeat(context.indentation + 2)}`) + trailer;
  }
  return quoted(text) + trailer;
}

/** Name of the class that made an object; null: it has no prototype. */
function constructorName(value, context, level) {
  let first;
  for (let object = value; object !== null;) {
    const found = Object.getOwnPropertyDescriptor(object, "constructor");
    if (typeof found?.value === "function" && found.value.name !== "" && isInstance(value, found.value))
      return String(found.value.name);
    object = Object.getPrototypeOf(object);
    first ??= object;
  }
  if (first === null || first === undefined) return null;
  if (level > (context.depth ?? Infinity)) return "Object <Complex prototype>";
  const inner = constructorName(first, context, level + 1);
  return inner === null ? `Object <${inspect(first, { ...context, depth: -1 })}>` : `Object <${inner}>`;
}

function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

function prefixOf(name, tag, fallback, size = "") {
  if (name === null)
    return tag !== "" && fallback !== tag
      ? `[${fallback}${size}: null prototype] [${tag}] `
      : `[${fallback}${size}: null prototype] `;
  return tag !== "" && name !== tag ? `${name}${size} [${tag}] ` : `${name}${size} `;
}

const isEnumerable = (value) => (key) => Object.prototype.propertyIsEnumerable.call(value, key);
const keysOf = (value) => [...Object.keys(value), ...Object.getOwnPropertySymbols(value).filter(isEnumerable(value))];
const isIndex = (key) => /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1;
const namedKeysOf = (value) => keysOf(value).filter((key) => typeof key === "symbol" || !isIndex(key));

function functionBase(value, name, tag) {
  const source = Function.prototype.toString.call(value);
  if (/^class\b/.test(source) && source.endsWith("}")) return classBase(value, name, tag);
  const kind = /^(?:static\s+)?async\b/.test(source) ? "Async" : "";
  const constructor = Object.prototype.toString.call(value);
  const type = `${kind}${constructor.includes("Generator") ? "Generator" : ""}Function`;
  let base = `[${type}`;
  if (name === null) base += " (null prototype)";
  base += value.name === "" ? " (anonymous)]" : `: ${String(value.name)}]`;
  if (name !== type && name !== null) base += ` ${name}`;
  return tag !== "" && name !== tag ? `${base} [${tag}]` : base;
}

function classBase(value, name, tag) {
  let base = `[class ${Object.hasOwn(value, "name") && value.name ? value.name : "(anonymous)"}`;
  if (name !== "Function" && name !== null) base += ` [${name}]`;
  if (tag !== "" && name !== tag) base += ` [${tag}]`;
  const above = name === null ? null : Object.getPrototypeOf(value)?.name;
  if (name === null) base += " extends [null prototype]";
  else if (above) base += ` extends ${above}`;
  return `${base}]`;
}

/** What an error says, with its trace; keys that repeat it are taken out of `keys`. */
function errorBase(value, name, tag, context, keys) {
  const header = Error.prototype.toString.call(value);
  const frames = typeof value.stack === "string" ? value.stack.replace(/\n+$/, "") : "";
  let text = frames === "" ? header : frames.startsWith(header) ? frames : `${header}\n${frames}`;
  for (const key of ["name", "message", "stack"]) {
    const at = keys.indexOf(key);
    if (at >= 0 && (key === "stack" || text.includes(String(value[key])))) keys.splice(at, 1);
  }
  if (Object.hasOwn(value, "cause") && !keys.includes("cause")) keys.push("cause");
  if (Array.isArray(value.errors) && !keys.includes("errors")) keys.push("errors");
  const says = String(value.name ?? "Error");
  if (name !== null && name !== says && text.startsWith(says) && !says.includes(name) && /^[\w$]+$/.test(name))
    text = says === "Error" ? `${name}${text.slice(5)}` : `${says} [${name}]${text.slice(says.length)}`;
  if (name === null) text = `${text.slice(0, says.length)} [null prototype]${text.slice(says.length)}`;
  if (tag !== "" && tag !== name && !text.includes(tag)) text = text.replace(/^[\w$]+/, `$& [${tag}]`);
  if (!text.includes("\n    at")) text = `[${text}]`;
  return text.replaceAll("\n", `\n${" ".repeat(context.indentation)}`);
}

/** One property. `kind`: `item` of an array, `extra` of an array, of an `object`. */
function property(value, key, context, level, kind) {
  const found = Object.getOwnPropertyDescriptor(value, key) ?? { value: value[key], enumerable: true };
  let text = "undefined";
  if (found.value !== undefined) {
    const indent = context.compact !== true || kind !== "object" ? 2 : 3;
    context.indentation += indent;
    text = format(found.value, context, level);
    context.indentation -= indent;
  } else if (found.get !== undefined) text = found.set === undefined ? "[Getter]" : "[Getter/Setter]";
  else if (found.set !== undefined) text = "[Setter]";
  if (kind === "item") return text;
  return `${keyText(key, found)}: ${text}`;
}

function keyText(key, { enumerable }) {
  if (typeof key === "symbol") return symbolText(key);
  if (key === "__proto__") return "['__proto__']";
  if (enumerable === false) return `[${key}]`;
  return identifier.test(key) ? key : quoted(key);
}

function arrayItems(value, context, level) {
  const most = Math.min(context.maxArrayLength ?? Infinity, value.length);
  const output = [];
  let index = 0;
  while (index < value.length && output.length < most) {
    if (Object.hasOwn(value, index)) output.push(property(value, index++, context, level, "item"));
    else {
      // Of a sparse array only what is there is looked at.
      const next = Object.keys(value).find((key) => isIndex(key) && Number(key) > index);
      const end = next === undefined ? value.length : Number(next);
      output.push(`<${end - index} empty item${end - index > 1 ? "s" : ""}>`);
      index = end;
    }
  }
  if (index < value.length) output.push(more(value.length - index));
  return output;
}

function typedItems(value, context) {
  const most = Math.min(context.maxArrayLength ?? Infinity, value.length);
  const output = Array.from(value.subarray(0, most), (item) => primitive(item, context));
  if (value.length > most) output.push(more(value.length - most));
  return output;
}

/** Items of a set or a map in their order, `write` each of them. */
function collectionItems(items, size, context, write) {
  const most = Math.min(context.maxArrayLength ?? Infinity, size);
  const output = [];
  context.indentation += 2;
  for (const item of items) {
    if (output.length >= most) break;
    output.push(write(item));
  }
  context.indentation -= 2;
  if (size > most) output.push(more(size - most));
  return output;
}

function promiseItems(value, context, level) {
  const { state, result } = promiseState(value);
  if (state === "pending") return ["<pending>"];
  context.indentation += 2;
  const text = format(result, context, level);
  context.indentation -= 2;
  return [state === "rejected" ? `<rejected> ${text}` : text];
}

const bytesText = (buffer) =>
  Array.from(new Uint8Array(buffer).subarray(0, 50), (byte) => byte.toString(16).padStart(2, "0")).join(" ");

function bufferItems(value, context) {
  const rest = value.byteLength - 50;
  const end = rest > 0 ? ` ... ${rest} more byte${rest > 1 ? "s" : ""}` : "";
  return [`[Uint8Contents]: <${bytesText(value)}${end}>`, `[byteLength]: ${numberText(value.byteLength)}`];
}

function boxedBase(value, kind, name, tag, keys, context) {
  if (kind === "String") keys.splice(0, value.length);
  let base = `[${kind}`;
  if (kind !== name) base += name === null ? " (null prototype)" : ` (${name})`;
  base += `: ${primitive(value.valueOf(), { ...context, maxStringLength: null, breakLength: Infinity })}]`;
  return tag !== "" && tag !== name ? `${base} [${tag}]` : base;
}

/** @returns {{ base: string, braces: [string, string], keys: (string | symbol)[], items: (level: number) => string[], isArray: boolean, empty: string | null }} */
function shapeOf(value, name, tag, context) {
  const kind = kindOf(value);
  const shape = { base: "", braces: ["{", "}"], keys: keysOf(value), items: () => [], isArray: false, empty: null };
  const inBraces = (fallback, size) => void (shape.braces = [`${prefixOf(name, tag, fallback, size)}{`, "}"]);
  switch (kind) {
    case "Array": {
      const prefix = name !== "Array" || tag !== "" ? prefixOf(name, tag, "Array", `(${value.length})`) : "";
      shape.keys = namedKeysOf(value);
      shape.braces = [`${prefix}[`, "]"];
      shape.isArray = true;
      shape.items = (level) => arrayItems(value, context, level);
      if (value.length === 0) shape.empty = `${prefix}[]`;
      return shape;
    }
    case "Set":
    case "Map": {
      const size = sizeOf[kind](value);
      inBraces(kind, `(${size})`);
      shape.items = (level) =>
        kind === "Set"
          ? collectionItems(valuesOf(value), size, context, (item) => format(item, context, level))
          : collectionItems(
              entriesOf(value),
              size,
              context,
              ([key, item]) => `${format(key, context, level)} => ${format(item, context, level)}`,
            );
      if (size === 0) shape.empty = `${shape.braces[0]}}`;
      return shape;
    }
    case "TypedArray": {
      const prefix = prefixOf(name, tag, tag, `(${value.length})`);
      shape.keys = namedKeysOf(value);
      shape.braces = [`${prefix}[`, "]"];
      shape.isArray = true;
      shape.items = () => typedItems(value, context);
      if (value.length === 0) shape.empty = `${prefix}[]`;
      return shape;
    }
    case "Arguments":
      shape.braces = ["[Arguments] {", "}"];
      shape.empty = "[Arguments] {}";
      return shape;
    case "Function":
      shape.empty = shape.base = functionBase(value, name, tag);
      return shape;
    case "RegExp":
    case "Date": {
      const prefix = prefixOf(name, tag, kind);
      const text =
        kind === "RegExp"
          ? RegExp.prototype.toString.call(value)
          : Number.isNaN(value.getTime())
            ? "Invalid Date"
            : Date.prototype.toISOString.call(value);
      shape.empty = shape.base = prefix === `${kind} ` ? text : `${prefix}${text}`;
      return shape;
    }
    case "Error":
      shape.base = errorBase(value, name, tag, context, shape.keys);
      shape.empty = shape.base;
      return shape;
    case "ArrayBuffer":
      inBraces("ArrayBuffer");
      shape.items = () => bufferItems(value, context);
      return shape;
    case "Promise":
      inBraces("Promise");
      shape.items = (level) => promiseItems(value, context, level);
      return shape;
    case "WeakSet":
    case "WeakMap":
      inBraces(kind);
      shape.items = () => ["<items unknown>"];
      return shape;
    case "Number":
    case "String":
    case "Boolean":
    case "BigInt":
    case "Symbol":
      shape.base = boxedBase(value, kind, name, tag, shape.keys, context);
      shape.empty = shape.base;
      return shape;
    case "Object":
      if (name !== "Object" || tag !== "") inBraces("Object");
      shape.empty = `${shape.braces[0]}}`;
      return shape;
  }
}

function formatObject(value, context, level) {
  const name = constructorName(value, context, level);
  let tag = value[Symbol.toStringTag];
  if (typeof tag !== "string" || (tag !== "" && isEnumerable(value)(Symbol.toStringTag))) tag = "";
  const shape = shapeOf(value, name, tag, context);
  if (shape.empty !== null && shape.keys.length === 0) return shape.empty;
  if (level > (context.depth ?? Infinity)) {
    const fallback = Array.isArray(value) ? "Array" : "Object";
    const short = prefixOf(name, tag, fallback).slice(0, -1);
    return kindOf(value) === "RegExp" ? shape.base : name === null ? short : `[${short}]`;
  }
  context.seen.push(value);
  context.deepest = level + 1;
  const output = shape.items(level + 1);
  for (const key of shape.keys)
    output.push(property(value, key, context, level + 1, shape.isArray ? "extra" : "object"));
  const circle = context.circular.get(value);
  if (circle !== undefined) {
    const reference = `<ref *${circle}>`;
    if (context.compact === true) shape.braces[0] = `${reference} ${shape.braces[0]}`;
    else shape.base = shape.base === "" ? reference : `${reference} ${shape.base}`;
  }
  context.seen.pop();
  if (context.sorted) output.sort();
  return joined(output, shape, context, level + 1, value);
}

/** On one line where it is short and holds no more than `compact` levels, else on a line each; long arrays in columns. */
function joined(items, { base, braces, isArray }, context, level, value) {
  let output = items;
  if (context.compact === true) {
    const start = output.length + braces[0].length + base.length;
    if (isShort(output, start, base, context))
      return `${braces[0] ? `${braces[0]} ` : ""}${base ? `${base} ` : ""}${output.join(", ")} ${braces[1]}`;
  } else if (context.compact >= 1) {
    if (isArray && output.length > 6) output = inColumns(output, context, value);
    if (context.deepest - level < context.compact && output.length === items.length) {
      const start = output.length + context.indentation + braces[0].length + base.length + 10;
      const line = output.join(", ");
      if (isShort(output, start, base, context) && !line.includes("\n"))
        return `${base ? `${base} ` : ""}${braces[0]} ${line} ${braces[1]}`;
    }
  }
  const indent = `\n${" ".repeat(context.indentation)}`;
  return `${base ? `${base} ` : ""}${braces[0]}${indent}  ${output.join(`,${indent}  `)}${indent}${braces[1]}`;
}

function isShort(output, start, base, { breakLength }) {
  let total = output.length + start;
  if (total + output.length > breakLength) return false;
  for (const item of output) {
    total += item.length;
    if (total > breakLength) return false;
  }
  return base === "" || !base.includes("\n");
}

/** Columns that a terminal needs: wide characters take two, combining ones none. */
function widthOf(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text.normalize("NFC")) {
    if (/\p{M}|[\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f]|[\x00-\x1f\x7f-\x9f]/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

function inColumns(output, context, value) {
  const isCut = (context.maxArrayLength ?? Infinity) < output.length;
  const count = isCut ? output.length - 1 : output.length;
  const gap = 2;
  const widths = output.slice(0, count).map(widthOf);
  const widest = Math.max(...widths);
  const total = widths.reduce((sum, width) => sum + width + gap, 0);
  const wide = widest + gap;
  if (!(wide * 3 + context.indentation < context.breakLength && (total / wide > 5 || widest <= 6))) return output;
  const bias = Math.max(wide - 3 - Math.sqrt(wide - total / output.length), 1);
  const columns = Math.min(
    // About a square of characters, each 2.5 times as high as wide.
    Math.round(Math.sqrt(2.5 * bias * count) / bias),
    Math.floor((context.breakLength - context.indentation) / wide),
    context.compact * 4,
    15,
  );
  if (columns <= 1) return output;
  const lengths = Array.from({ length: columns }, (_, column) => {
    let longest = 0;
    for (let at = column; at < count; at += columns) longest = Math.max(longest, widths[at]);
    return longest + gap;
  });
  let alignsRight = value !== undefined;
  for (let at = 0; alignsRight && at < output.length; at++)
    alignsRight = typeof value[at] === "number" || typeof value[at] === "bigint";
  const rows = [];
  for (let first = 0; first < count; first += columns) {
    const end = Math.min(first + columns, count);
    let row = "";
    for (let at = first; at < end; at++) {
      const isLast = at === end - 1;
      const cell = isLast ? output[at] : `${output[at]}, `;
      const padding = lengths[at - first] + output[at].length - widths[at] - (isLast ? gap : 0);
      row += alignsRight ? cell.padStart(padding) : isLast ? cell : cell.padEnd(padding);
    }
    rows.push(row);
  }
  if (isCut) rows.push(output[count]);
  return rows;
}

function format(value, context, level) {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return primitive(value, context);
  const own = value[custom];
  if (typeof own === "function" && own !== inspect) {
    const { depth, ...rest } = context.options;
    const left = context.depth === null ? null : context.depth - level;
    const made = own.call(value, left, { ...rest, depth: left, stylize: String }, inspect);
    if (made !== value)
      return typeof made === "string"
        ? made.replaceAll("\n", `\n${" ".repeat(context.indentation)}`)
        : format(made, context, level);
  }
  if (context.seen.includes(value)) {
    const known = context.circular.get(value) ?? context.circular.size + 1;
    context.circular.set(value, known);
    return `[Circular *${known}]`;
  }
  return formatObject(value, context, level);
}

/** @param {unknown} value @param {Partial<Options>} [options] @returns {string} */
export function inspect(value, options) {
  const given = typeof options === "object" && options !== null ? options : {};
  const settings = { ...defaults };
  for (const key of Object.keys(defaults)) if (given[key] !== undefined) settings[key] = given[key];
  if (settings.depth === Infinity) settings.depth = null;
  const context = { ...settings, options: settings, indentation: 0, deepest: 0, seen: [], circular: new Map() };
  return format(value, context, 0);
}
inspect.custom = custom;
inspect.defaultOptions = defaults;

const hasOwnText = (value) => {
  if (kindOf(value) === "Error" || kindOf(value) === "Date")
    return kindOf(value) === "Error" ? Object.hasOwn(value, "toString") : false;
  const method = value.toString;
  return (
    typeof method === "function" &&
    method !== Object.prototype.toString &&
    method !== Array.prototype.toString &&
    !isBuiltIn(method)
  );
};
const isBuiltIn = (method) => Function.prototype.toString.call(method).includes("[native code]");

function placeholder(letter, value) {
  switch (letter) {
    case "s":
      if (typeof value === "number") return numberText(value);
      if (typeof value === "bigint") return `${value}n`;
      if (typeof value === "object" && value !== null && !hasOwnText(value)) return inspect(value, { depth: 0 });
      return String(value);
    case "j":
      return jsonText(value);
    case "d":
      if (typeof value === "bigint") return `${value}n`;
      return typeof value === "symbol" ? "NaN" : numberText(Number(value));
    case "i":
      if (typeof value === "bigint") return `${value}n`;
      return typeof value === "symbol" ? "NaN" : numberText(parseInt(value));
    case "f":
      return typeof value === "symbol" ? "NaN" : numberText(parseFloat(value));
    case "O":
      return inspect(value);
    case "o":
      return inspect(value, { depth: 4 });
    default:
      return "";
  }
}

function jsonText(value) {
  try {
    return String(JSON.stringify(value));
  } catch (error) {
    if (/circular/i.test(String(error?.message))) return "[Circular]";
    throw error;
  }
}

/** What `console.log` prints of its arguments: `util.format`. */
export function formatted(...values) {
  let rest = values;
  let text = "";
  const [first] = values;
  if (typeof first === "string") {
    if (values.length === 1) return first;
    let next = 1;
    text = first.replace(/%([sjdOoifc%])/g, (found, letter) => {
      if (letter === "%") return "%";
      return next < values.length ? placeholder(letter, values[next++]) : found;
    });
    rest = values.slice(next);
    if (rest.length > 0) text += " ";
  }
  return text + rest.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ");
}
