/**
 * Takes out of the reward process what leads from user code to other processes, files and the network. Node's permission model leaves these open: signals,
 * the pipe to the supervisor, sockets, SQLite, native handles. What is given instead is made here, name by name; what Node adds later is not in it. What
 * Node itself could still be led to is closed below it (`native-doors.ts`).
 *
 * Afterwards user code has the language, with its `process`, `console` and `fetch` replaced, and the modules of `builtins.ts`.
 */
import { EventEmitter } from "node:events";
import { writeSync } from "node:fs";
import { registerHooks } from "node:module";
import { ownMethods } from "../shared/own-methods";
import { installBuiltins } from "./builtins";
import { closeNativeDoors } from "./native-doors";

/** What this process itself goes on using, which user code does not get. */
export interface Confinement {
  /** The confined `process.env`. */
  readonly env: Record<string, string>;
  /** The module that is imported next, as a `file:` URL: one bundle, once, and nothing beside it. */
  allow(module: string): void;
}

/** A stream as user code may have it: text goes to the log. */
const output = (descriptor: 1 | 2) => ({
  isTTY: false,
  write(text: unknown): boolean {
    try {
      writeSync(descriptor, text instanceof Uint8Array ? text : Buffer.from(String(text)));
    } catch {
      // Nobody reads it any more.
    }
    return true;
  },
  // Packages look for these.
  on: () => undefined,
  once: () => undefined,
  removeListener: () => undefined,
});

function confinedProcess(
  env: Record<string, string>,
  stdout: unknown,
  stderr: unknown,
  builtin: (name: string) => unknown,
  end: (code: number, from: Error) => void,
) {
  const real = process;
  const { version, versions, platform, arch, pid } = real;
  return Object.assign(new EventEmitter(), {
    version,
    versions: { ...versions },
    platform,
    arch,
    pid,
    env,
    stdout,
    stderr,
    argv: [],
    execArgv: [],
    argv0: "node",
    title: "reward",
    release: { name: "node" },
    features: {},
    exitCode: undefined,
    cwd: () => "/",
    hrtime: Object.assign(real.hrtime.bind(real), { bigint: real.hrtime.bigint.bind(real) }),
    uptime: real.uptime.bind(real),
    memoryUsage: Object.assign(() => real.memoryUsage(), { rss: () => real.memoryUsage.rss() }),
    cpuUsage: real.cpuUsage.bind(real),
    nextTick: real.nextTick.bind(real),
    emitWarning: (warning: unknown) => void output(2).write(`${String(warning)}\n`),
    getBuiltinModule: builtin,
    exit: (code?: unknown) => end(typeof code === "number" ? code : 0, new Error("process.exit")),
  });
}

export interface Replacements {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** `process.exit`; `from` has its place. */
  readonly end: (code: number, from: Error) => void;
}

export function confine({ fetch, end }: Replacements): Confinement {
  const [stdout, stderr] = [output(1), output(2)];
  // Node asks for these where it colours text. They would be sockets.
  for (const [name, value] of Object.entries({ stdout, stderr, stdin: undefined }))
    Object.defineProperty(process, name, { value, writable: false, configurable: false });
  ownMethods(process);
  // Its parts are loaded when they are first asked for, and leave what opens connections in a place that everybody knows.
  new Response();
  for (const name of Object.getOwnPropertySymbols(globalThis))
    if (name !== Symbol.toStringTag) Reflect.set(globalThis, name, {});
  closeNativeDoors();
  // Its streams are Node's own, which are sockets.
  const confinedConsole = new console.Console({
    ...({ stdout, stderr } as unknown as { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream }),
    ignoreErrors: false,
    colorMode: false,
  });
  const env: Record<string, string> = {};
  const builtin = (name: string): unknown => builtins(name);
  const confined = confinedProcess(env, stdout, stderr, builtin, end);
  const builtins = installBuiltins({ process: confined, console: confinedConsole });
  const replace = (name: string, value: unknown): void => {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  };
  replace("process", confined);
  replace("console", confinedConsole);
  replace("fetch", fetch);
  for (const name of [
    "WebSocket",
    "EventSource",
    "navigator",
    "localStorage",
    "sessionStorage",
    "Worker",
    "require",
    "module",
  ])
    Reflect.deleteProperty(globalThis, name);
  // A property that somebody adds there would be set on Node's own objects, and be handed them.
  Object.seal(Object.prototype);

  // Nothing that user code may have changed is used in here: it decides by the name alone, before Node looks at it by way of URL, which is everybody's.
  let allowed: string | null = null;
  // Older runtimes, where rewards run without limits, have none.
  (registerHooks as typeof registerHooks | undefined)?.({
    resolve(specifier, context, nextResolve) {
      if (specifier !== allowed)
        throw new Error(
          `A reward is one bundle: "${specifier}" cannot be imported by a name that is made while it runs.`,
        );
      allowed = null;
      return nextResolve(specifier, context);
    },
  });
  return { env, allow: (module) => (allowed = module) };
}
