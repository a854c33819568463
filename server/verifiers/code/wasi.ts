/**
 * The system that Python in WebAssembly sees: text in, text out, a clock, and nothing else. Every other call of WASI
 * (https://github.com/WebAssembly/WASI, preview 1) answers that there is no such thing.
 */
import { boundedText, type BoundedText } from "./bounded-text";
import type { GuestStreams } from "./guest";

/** Error numbers of WASI preview 1. */
const errno = { success: 0, badDescriptor: 8, noSpace: 51, notSupported: 52, notSeekable: 70, notCapable: 76 } as const;

const descriptor = { input: 0, output: 1, errors: 2 } as const;

/** Bytes that the harness may say at once. */
const longestReply = 1 << 20;

/** The same for tests, which hand a program large arguments. */
const longestQuestion = 32 << 20;

/** What `proc_exit` throws through the frames of the guest. */
export class GuestExit extends Error {
  override readonly name = "GuestExit";
  constructor(readonly code: number) {
    super(`The program ended itself with exit code ${code}.`);
  }
}

/** What the guest's image is stopped by when it is ready (`python-image.ts`). */
export class GuestReady extends Error {
  override readonly name = "GuestReady";
}

export interface GuestSystem {
  readonly imports: Readonly<Record<string, (...values: never[]) => number>>;
  /** To be told the memory as soon as there is one. */
  attach(memory: WebAssembly.Memory): void;
  /** What the program reads as its standard input from now on. */
  setInput(text: string): void;
  /** What the harness in the guest reads from its input before the program's: up to the end of that file, once. */
  setRequest(text: string): void;
  /** The last that the harness said since the last call; null when it said nothing. */
  takeReply(): string | null;
  readonly output: BoundedText;
  readonly errors: BoundedText;
  /** From now on the next question for the time ends the call with {@link GuestReady}. */
  stopAtNextClock(): void;
  /** Answers what the harness says, while it waits; what it answers with null is kept for {@link takeReply}. */
  onSay: ((text: string) => string | null) | null;
}

export interface GuestSystemSettings extends GuestStreams {
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What the harness begins with when it writes to the errors but speaks to this side. */
  readonly mark: string;
  /** Seed of what the guest gets as random bytes: a program does the same each time. */
  readonly seed?: number;
}

/** 2026-01-01T00:00:00Z in nanoseconds: a program's clock starts there, so that its result does not depend on the day. */
const epoch = 1_767_225_600_000_000_000n;

export function guestSystem(settings: GuestSystemSettings): GuestSystem {
  const { arguments: args = [], environment = {}, keep, mark, seed = 1 } = settings;
  let memory: WebAssembly.Memory | null = null;
  const view = () => new DataView(memory!.buffer);
  const bytes = (at: number, length: number) => new Uint8Array(memory!.buffer, at, length);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const output = boundedText(keep, settings.onOutput);
  const errors = boundedText(keep, settings.onErrors);
  let input: Uint8Array = new Uint8Array();
  let request: Uint8Array | null = null;
  let reply: string | null = null;
  const marked = encoder.encode(mark);
  let slept = 0n;
  let stopsAtClock = false;
  let random = seed >>> 0;
  const started = process.hrtime.bigint();

  /** Nanoseconds since the program began, by its own clock. */
  const elapsed = () => process.hrtime.bigint() - started + slept;

  /** Copies from the front of `source` into the buffers of an I/O vector; returns what is left of it. */
  function fill(source: Uint8Array, vector: number, count: number, read: number): Uint8Array {
    let rest = source;
    let total = 0;
    for (let index = 0; index < count; index++) {
      const at = view().getUint32(vector + 8 * index, true);
      const size = Math.min(view().getUint32(vector + 8 * index + 4, true), rest.length);
      bytes(at, size).set(rest.subarray(0, size));
      rest = rest.subarray(size);
      total += size;
    }
    view().setUint32(read, total, true);
    return rest;
  }

  function gather(vector: number, count: number, written: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let total = 0;
    for (let index = 0; index < count; index++) {
      const size = view().getUint32(vector + 8 * index + 4, true);
      parts.push(bytes(view().getUint32(vector + 8 * index, true), size));
      total += size;
    }
    view().setUint32(written, total, true);
    const all = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  function writeStrings(texts: readonly string[], pointers: number, buffer: number): number {
    let at = buffer;
    for (const [index, text] of texts.entries()) {
      const encoded = encoder.encode(`${text}\0`);
      view().setUint32(pointers + 4 * index, at, true);
      bytes(at, encoded.length).set(encoded);
      at += encoded.length;
    }
    return errno.success;
  }

  function writeSizes(texts: readonly string[], count: number, size: number): number {
    view().setUint32(count, texts.length, true);
    const total = texts.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0);
    view().setUint32(size, total, true);
    return errno.success;
  }

  const environmentLines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const isStream = (fd: number) => fd >= descriptor.input && fd <= descriptor.errors;
  const streamOnly = (fd: number) => (isStream(fd) ? errno.notSupported : errno.badDescriptor);

  const imports: GuestSystem["imports"] = {
    args_sizes_get: (count: number, size: number) => writeSizes(args, count, size),
    args_get: (pointers: number, buffer: number) => writeStrings(args, pointers, buffer),
    environ_sizes_get: (count: number, size: number) => writeSizes(environmentLines, count, size),
    environ_get: (pointers: number, buffer: number) => writeStrings(environmentLines, pointers, buffer),
    clock_res_get(_clock: number, result: number) {
      view().setBigUint64(result, 1000n, true);
      return errno.success;
    },
    clock_time_get(clock: number, _precision: bigint, result: number) {
      if (stopsAtClock) throw new GuestReady();
      view().setBigUint64(result, (clock === 0 ? epoch : 0n) + elapsed(), true);
      return errno.success;
    },
    random_get(at: number, size: number) {
      // Mulberry32: enough for a program that draws, and the same for each run.
      const target = bytes(at, size);
      for (let index = 0; index < size; index++) {
        random = (random + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(random ^ (random >>> 15), random | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        target[index] = (mixed ^ (mixed >>> 14)) & 255;
      }
      return errno.success;
    },
    fd_fdstat_get(fd: number, result: number) {
      if (!isStream(fd)) return errno.badDescriptor;
      bytes(result, 24).fill(0);
      return errno.success;
    },
    fd_filestat_get(fd: number, result: number) {
      if (!isStream(fd)) return errno.badDescriptor;
      bytes(result, 64).fill(0);
      return errno.success;
    },
    fd_prestat_get: () => errno.badDescriptor,
    fd_prestat_dir_name: () => errno.badDescriptor,
    fd_close: (fd: number) => (isStream(fd) ? errno.success : errno.badDescriptor),
    fd_seek: (fd: number) => (isStream(fd) ? errno.notSeekable : errno.badDescriptor),
    fd_tell: (fd: number) => (isStream(fd) ? errno.notSeekable : errno.badDescriptor),
    fd_sync: streamOnly,
    fd_datasync: streamOnly,
    fd_read(fd: number, vector: number, count: number, read: number) {
      if (fd !== descriptor.input) return errno.badDescriptor;
      if (request === null) input = fill(input, vector, count, read);
      else {
        const rest = fill(request, vector, count, read);
        request = request.length === 0 ? null : rest;
      }
      return errno.success;
    },
    fd_write(fd: number, vector: number, count: number, written: number) {
      if (!isStream(fd)) return errno.badDescriptor;
      const data = gather(vector, count, written);
      if (fd === descriptor.output) output.add(data);
      else if (marked.length > 0 && marked.every((byte, index) => data[index] === byte)) {
        if (data.length > (system.onSay ? longestQuestion : longestReply)) return errno.noSpace;
        const text = decoder.decode(data.subarray(marked.length));
        const answer = system.onSay?.(text) ?? null;
        if (answer === null) reply = text;
        else request = encoder.encode(answer);
      } else errors.add(data);
      return errno.success;
    },
    poll_oneoff(subscriptions: number, events: number, count: number, result: number) {
      // Sleep: the program's clock goes on at once, the person's does not.
      for (let index = 0; index < count; index++) {
        const at = subscriptions + 48 * index;
        const isClock = view().getUint8(at + 8) === 0;
        const timeout = view().getBigUint64(at + 24, true);
        const absolute = view().getUint16(at + 40, true) === 1;
        const base = view().getUint32(at + 16, true) === 0 ? epoch : 0n;
        const wait = absolute ? timeout - base - elapsed() : timeout;
        if (isClock && wait > 0n) slept += wait;
        bytes(events + 32 * index, 32).fill(0);
        view().setBigUint64(events + 32 * index, view().getBigUint64(at, true), true);
        view().setUint8(events + 32 * index + 10, view().getUint8(at + 8));
      }
      view().setUint32(result, count, true);
      return errno.success;
    },
    proc_exit(code: number) {
      throw new GuestExit(code);
    },
    sched_yield: () => errno.success,
  };

  const system: GuestSystem = {
    imports,
    attach: (given) => (memory = given),
    setInput: (text) => (input = encoder.encode(text)),
    setRequest: (text) => (request = encoder.encode(text)),
    takeReply() {
      const last = reply;
      reply = null;
      return last;
    },
    output,
    errors,
    stopAtNextClock: () => (stopsAtClock = true),
    onSay: null,
  };
  return system;
}

/** Imports for every function that a module asks for; those that the system does not know answer "not capable". */
export function importsFor(module: WebAssembly.Module, system: GuestSystem): Record<string, Record<string, unknown>> {
  const functions: Record<string, unknown> = {};
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    if (space !== "wasi_snapshot_preview1" || kind !== "function") throw new Error(`Unknown import ${space}.${name}.`);
    functions[name] = system.imports[name] ?? (() => errno.notCapable);
  }
  return { wasi_snapshot_preview1: functions };
}
