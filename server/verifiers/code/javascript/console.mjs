/** `console` of Node. */
import { formatted, inspect } from "./inspect.mjs";

/** @param {(stream: 1 | 2, text: string) => void} print @param {() => number} milliseconds */
export function openConsole(print, milliseconds) {
  let indent = "";
  const counts = new Map();
  const starts = new Map();
  const line = (stream, text) =>
    print(stream, `${indent}${indent === "" ? text : text.replaceAll("\n", `\n${indent}`)}\n`);
  const writer =
    (stream) =>
    (...values) =>
      line(stream, formatted(...values));
  const log = writer(1);
  const error = writer(2);
  const group = (...labels) => {
    if (labels.length > 0) log(...labels);
    indent += "  ";
  };
  const timed = (label) => {
    const time = milliseconds() - (starts.get(label) ?? milliseconds());
    return `${label}: ${time < 1000 ? `${time.toFixed(3)}ms` : `${(time / 1000).toFixed(3)}s`}`;
  };
  return {
    log,
    info: log,
    debug: log,
    error,
    warn: error,
    trace: (...values) => error("Trace:", ...values),
    dir: (value, options) => line(1, inspect(value, options)),
    dirxml: log,
    table: (data, columns) => (typeof data === "object" && data !== null ? line(1, table(data, columns)) : log(data)),
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2);
    },
    count(label = "default") {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      log(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = "default") => void counts.delete(label),
    assert(condition, ...values) {
      if (condition) return;
      if (typeof values[0] === "string") error(`Assertion failed: ${values[0]}`, ...values.slice(1));
      else error("Assertion failed", ...values);
    },
    time: (label = "default") => void starts.set(label, milliseconds()),
    timeLog: (label = "default", ...values) => log(timed(label), ...values),
    timeEnd(label = "default") {
      log(timed(label));
      starts.delete(label);
    },
  };
}

/** Rows and their columns in a frame, as `console.table` draws it. */
function table(data, only) {
  const isCollection = data instanceof Map || data instanceof Set;
  const indexed = isCollection ? [...data.entries()] : Object.entries(data);
  const indexName = isCollection ? "(iteration index)" : "(index)";
  const cell = (value) =>
    inspect(value, { depth: value !== null && typeof value === "object" ? 0 : 1, compact: 3, breakLength: Infinity });
  const columns = new Map();
  const values = [];
  indexed.forEach(([, row], at) => {
    if (row === null || typeof row !== "object" || isCollection) {
      values[at] = cell(row);
      return;
    }
    for (const key of only ?? Object.keys(row)) {
      if (!columns.has(key)) columns.set(key, []);
      if (Object.hasOwn(row, key)) columns.get(key)[at] = cell(row[key]);
    }
  });
  const indices = indexed.map(([key], at) => (isCollection ? String(at) : String(key)));
  const keys = data instanceof Map ? [["Key", indexed.map(([key]) => cell(key))]] : [];
  const named = [[indexName, indices], ...keys, ...columns, ...(values.length > 0 ? [["Values", values]] : [])];
  const names = named.map(([name]) => name);
  const all = named.map(([, column]) => column);
  const widths = names.map(
    (name, at) => Math.max(name.length, ...indexed.map((_, row) => (all[at][row] ?? "").length)) + 2,
  );
  const rule = (left, middle, right) => left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const row = (cells) => `│${cells.map((text, at) => ` ${text}`.padEnd(widths[at])).join("│")}│`;
  return [
    rule("┌", "┬", "┐"),
    row(names),
    rule("├", "┼", "┤"),
    ...indexed.map((_, at) => row(all.map((column) => column[at] ?? ""))),
    rule("└", "┴", "┘"),
  ].join("\n");
}
