/**
 * Closes what Node's own code reaches files, connections and processes with, below all of its modules. User code shares the classes of Node with Node: a
 * constructor that it puts in place of one of them is called with objects of modules that it cannot import (the standard output is a socket), and has their
 * classes from these. So what they are made of leads nowhere.
 */

/** By module of native code: functions that throw from now on, and classes of which all methods do. */
const doors: Readonly<Record<string, readonly string[]>> = {
  cares_wrap: ["getaddrinfo", "getnameinfo", "ChannelWrap"],
  credentials: ["initgroups", "setegid", "seteuid", "setgid", "setgroups", "setuid"],
  fs_event_wrap: ["FSEvent"],
  heap_utils: ["createHeapSnapshotStream", "triggerHeapSnapshot"],
  inspector: ["callAndPauseOnStart", "Connection", "MainThreadConnection", "open", "waitForDebugger"],
  os: ["setPriority"],
  pipe_wrap: ["Pipe"],
  process_methods: ["_debugEnd", "_debugProcess", "_kill", "dlopen", "execve", "loadEnvFile"],
  process_wrap: ["Process"],
  profiler: ["setCoverageDirectory", "startCoverage", "takeCoverage"],
  quic: ["Endpoint"],
  report: ["getReport", "writeReport"],
  spawn_sync: ["spawn"],
  sqlite: ["backup", "DatabaseSync"],
  tcp_wrap: ["TCP"],
  trace_events: ["CategorySet"],
  tty_wrap: ["TTY"],
  udp_wrap: ["UDP"],
  v8: ["setFlagsFromString", "setHeapSnapshotNearHeapLimit", "startCpuProfile"],
  worker: ["Worker"],
};

/** Classes that open something as they are made. The others are left to be made, which modules do when they load. */
const openWhenMade: ReadonlySet<string> = new Set(["Connection", "DatabaseSync", "MainThreadConnection", "TTY"]);

/** Of `process` itself. Signals to this process stay: it ends by one. */
const ofProcess = ["_debugEnd", "_debugProcess", "_linkedBinding", "abort", "binding", "dlopen", "execve"];

/** What Node is to be started with for {@link closeNativeDoors}. */
export const doorFlags = ["--expose-internals", "--disable-warning=internal/test/binding"] as const;

/** Where {@link doorFlags} open a way to native code. */
export const internalsModule = "internal/test/binding";

const refuse = (): never => {
  throw new Error("This is closed to rewards.");
};

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

type Native = (...given: unknown[]) => unknown;
const isNative = (value: unknown): value is Native => typeof value === "function";

const set = (object: object, name: PropertyKey, value: unknown): void => {
  Object.defineProperty(object, name, { value, writable: false, configurable: false, enumerable: true });
};

function closeMethods(prototype: object): void {
  for (const name of Reflect.ownKeys(prototype))
    if (name !== "constructor" && Object.getOwnPropertyDescriptor(prototype, name)?.configurable === true)
      set(prototype, name, refuse);
}

function close(native: object, name: string): void {
  const found: unknown = Reflect.get(native, name);
  if (typeof found !== "function") return;
  const { prototype } = found as { readonly prototype?: unknown };
  const isClass = isObject(prototype) && Reflect.ownKeys(prototype).length > 1;
  if (isClass) closeMethods(prototype);
  if (!isClass || openWhenMade.has(name)) set(native, name, refuse);
}

/** Closes them in this process, if it was started with {@link doorFlags}. Versions of Node have one or the other of them. */
export function closeNativeDoors(): void {
  const internals: unknown = process.getBuiltinModule(internalsModule);
  const bindings: unknown = isObject(internals) ? Reflect.get(internals, "internalBinding") : undefined;
  const native = (name: string): unknown => {
    try {
      return isNative(bindings) ? bindings(name) : undefined;
    } catch {
      // This version has none.
      return undefined;
    }
  };
  for (const [name, names] of Object.entries(doors)) {
    const found = native(name);
    if (isObject(found)) for (const each of names) close(found, each);
  }
  closeClones(native("messaging"));
  const { pid } = process;
  const signal: unknown = Reflect.get(process, "_kill");
  if (isNative(signal))
    set(process, "_kill", (to: unknown, number: unknown): unknown => (to === pid ? signal(to, number) : refuse()));
  for (const name of ofProcess) if (name in process) set(process, name, undefined);
}

/**
 * A clone of an object of Node's is made by the name of a module and of a class in it, and the object says the name: one that user code has changed has
 * any module of Node loaded, and any class made. Plain data has none.
 */
function closeClones(messaging: unknown): void {
  if (!isObject(messaging)) return;
  for (const [name, found] of Object.entries(messaging))
    if (name.startsWith("setDeserializerCreate") && isNative(found))
      found(() => {
        throw new TypeError("A reward clones and sends plain data: no object of Node.");
      });
}
