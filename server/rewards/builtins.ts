/**
 * What reward code finds where it imports one of Node's own modules. Who bundles a reward has these imports ask `builtin` of the process that runs it; nothing
 * else leads there, because the process refuses every other import.
 */
import { builtinModules } from "node:module";

/** What of a module is left out although it only computes otherwise. */
const left: Readonly<Record<string, readonly string[]>> = {
  // Both change the whole process; `setEngine` by native code from a file.
  crypto: ["setEngine", "setFips"],
};

/** Modules that compute, and hold nothing of the process or the system. */
const given: ReadonlySet<string> = new Set([
  "assert",
  "assert/strict",
  "buffer",
  "crypto",
  "events",
  "path",
  "path/posix",
  "path/win32",
  "punycode",
  "querystring",
  "stream",
  "stream/consumers",
  "stream/promises",
  "stream/web",
  "string_decoder",
  "timers",
  "timers/promises",
  "url",
  "util",
  "util/types",
  "zlib",
]);

/** Modules of which only these names are given: the rest leads to the system or to other processes. */
const parts: Readonly<Record<string, readonly string[]>> = {
  async_hooks: ["AsyncLocalStorage", "AsyncResource"],
  os: ["EOL", "arch", "availableParallelism", "endianness", "platform", "type"],
  perf_hooks: ["performance"],
};

const files = "It has no files: what it needs goes into the rows of the task, or into a JSON file that it imports.";
const network = 'It has fetch, for hosts that the recipe names: "hosts": ["example.com"].';
const instead: Readonly<Record<string, string>> = {
  fs: files,
  "fs/promises": files,
  http: network,
  https: network,
  http2: network,
  net: network,
  tls: network,
  child_process: 'Programs of a model run by runPython, runJavaScript and verifyCode of "reasoning-lab".',
};

/** Why a module is closed, and what to use instead. */
export const closedText = (name: string): string =>
  `A reward has no node:${name}.${name in instead ? ` ${instead[name]}` : ""}`;

/** Name of a module of Node without `node:`. */
export const plainName = (specifier: string): string => specifier.replace(/^node:/, "");

const all = new Set(builtinModules.map(plainName));

/** Whether an import is of one of Node's own modules. */
export const isBuiltin = (specifier: string): boolean => specifier.startsWith("node:") || all.has(specifier);

/** Whether all or a part of it is there. Of one that is not, packages get something that throws when it is used. */
export const isOpen = (name: string): boolean =>
  given.has(name) || name in parts || name === "process" || name === "console";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === "object" && value !== null) || typeof value === "function";

// From here on nothing is called that user code can put something else in place of: it would be handed modules that it must not have. So what is used is
// taken before it runs, lists are counted through, and who gets what is decided by then.
const { keys } = Object;
const clone = structuredClone;

type Values = Record<string, unknown>;

/** Of a module: only what is named, or all but that. */
function picked(module: unknown, names: readonly string[], isLeft: boolean): Values {
  const found: Values = {};
  if (!isRecord(module)) return found;
  const all = keys(module);
  for (let at = 0; at < all.length; at++) {
    const name = all[at]!;
    let isNamed = false;
    for (let other = 0; other < names.length; other++) if (names[other] === name) isNamed = true;
    if (isNamed !== isLeft) found[name] = module[name];
  }
  return found;
}

/** Stands in for a module that packages name and rarely use: it loads, tables are as they are, and what is called or made of it throws. */
function closed(name: string, module: unknown): Values {
  const found = picked(module, [], true);
  const all = keys(found);
  for (let at = 0; at < all.length; at++) {
    const value = found[all[at]!];
    let shown: unknown = {};
    if (typeof value === "function")
      // No arrow: packages extend classes of such modules when they load.
      shown = function () {
        throw new Error(closedText(name));
      };
    else
      try {
        shown = clone(value);
      } catch {
        // It stays empty.
      }
    found[all[at]!] = shown;
  }
  return found;
}

/** Makes a value when it is first asked for. */
function once(make: () => unknown): () => unknown {
  let made = false;
  let value: unknown;
  return () => {
    if (!made) value = make();
    made = true;
    return value;
  };
}

/** All that packages may name. Some versions do not list the first ones; this process has internal modules too, and user code has none of them. */
const known = ["sea", "sqlite", "test", "test/reporters", ...builtinModules.map(plainName)].filter(
  (name) => !name.startsWith("internal/"),
);

const place = Symbol.for("reasoning-lab.builtin");

/** What a bundle has in place of a module of Node. */
export const builtinSource = (name: string): string =>
  `module.exports = globalThis[Symbol.for("reasoning-lab.builtin")](${JSON.stringify(name)});`;

/** Makes {@link builtinSource} work in this process. `own`: what is given as `process` and `console`. */
export function installBuiltins(own: {
  readonly process: unknown;
  readonly console: unknown;
}): (name: string) => unknown {
  // No import: those are refused from now on.
  const modules = process.getBuiltinModule.bind(process);
  const maker = (name: string): (() => unknown) => {
    const module = `node:${name}`;
    const [names, without] = [parts[name], left[name]];
    if (names) return () => picked(modules(module), names, false);
    if (!given.has(name)) return () => closed(name, modules(module));
    return without ? () => picked(modules(module), without, true) : () => modules(module);
  };
  const table = Object.assign(
    Object.create(null) as Record<string, () => unknown>,
    Object.fromEntries(known.map((name) => [name, once(maker(name))])),
    { process: () => own.process, console: () => own.console },
  );
  const builtin = (asked: unknown): unknown => {
    const name = plainName(String(asked));
    const make = table[name];
    if (make === undefined) throw new Error(`Node has no module ${name}.`);
    return make();
  };
  Object.defineProperty(globalThis, place, { value: builtin });
  return builtin;
}
