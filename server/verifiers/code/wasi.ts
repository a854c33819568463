/**
 * The system that Python in WebAssembly sees: text in, text out, a clock, and nothing else. Every other call of WASI
 * (https://github.com/WebAssembly/WASI, preview 1) answers that there is no such thing.
 */
import { boundedText, type BoundedText } from "./bounded-text";
import type { GuestStreams } from "./guest";

/** Error numbers of WASI preview 1. */
const errno = {
  success: 0,
  badDescriptor: 8,
  fault: 21,
  invalid: 28,
  noSpace: 51,
  notSupported: 52,
  notSeekable: 70,
  notCapable: 76,
} as const;

const descriptor = { input: 0, output: 1, errors: 2 } as const;

/** Bytes that the harness may say at once. */
const longestReply = 8 << 20;

/** The same for tests, which hand a program large arguments. */
const longestQuestion = 32 << 20;

/** Parts of one read or write, and events of one wait: as many as Linux takes. */
const mostVectors = 1024;

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

  const isInside = (at: number, length: number): boolean =>
    at >= 0 && length >= 0 && at + length <= memory!.buffer.byteLength;

  /**
   * The buffers of an I/O vector, as views of the guest's memory: nothing is copied, however often they name the same bytes. An error number where
   * there are more than a system takes, or where one is not in that memory.
   */
  function vectorOf(vector: number, count: number): readonly Uint8Array[] | number {
    if (count < 0 || count > mostVectors) return errno.invalid;
    if (!isInside(vector, 8 * count)) return errno.fault;
    const memoryView = view();
    const parts: Uint8Array[] = [];
    for (let index = 0; index < count; index++) {
      const at = memoryView.getUint32(vector + 8 * index, true);
      const size = memoryView.getUint32(vector + 8 * index + 4, true);
      if (!isInside(at, size)) return errno.fault;
      parts.push(bytes(at, size));
    }
    return parts;
  }

  /** Copies from the front of `source` into buffers; returns what is left of it. */
  function fill(source: Uint8Array, parts: readonly Uint8Array[], read: number): Uint8Array {
    let rest = source;
    for (const part of parts) {
      const size = Math.min(part.length, rest.length);
      part.set(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    view().setUint32(read, source.length - rest.length, true);
    return rest;
  }

  const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

  /** Whether what is written begins with the mark of the harness. */
  function isMarked(parts: readonly Uint8Array[]): boolean {
    let at = 0;
    for (const part of parts)
      for (let index = 0; index < part.length && at < marked.length; index++)
        if (part[index] !== marked[at++]) return false;
    return marked.length > 0 && at === marked.length;
  }

  function joined(parts: readonly Uint8Array[]): Uint8Array {
    const all = new Uint8Array(sizeOf(parts));
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
      if (!isInside(at, size)) return errno.fault;
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
      // As of a file that the program is given: `os.read(0, os.fstat(0).st_size)` is all of it.
      if (fd === descriptor.input) view().setBigUint64(result + 32, BigInt(input.length), true);
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
      const parts = vectorOf(vector, count);
      if (typeof parts === "number") return parts;
      if (request === null) input = fill(input, parts, read);
      else {
        const rest = fill(request, parts, read);
        request = request.length === 0 ? null : rest;
      }
      return errno.success;
    },
    fd_write(fd: number, vector: number, count: number, written: number) {
      if (!isStream(fd)) return errno.badDescriptor;
      const parts = vectorOf(vector, count);
      if (typeof parts === "number") return parts;
      const total = sizeOf(parts);
      // More than a number of 32 bits can say was written.
      if (total > 0xffff_ffff) return errno.invalid;
      if (fd !== descriptor.output && isMarked(parts)) {
        if (total > (system.onSay ? longestQuestion : longestReply)) return errno.noSpace;
        const text = decoder.decode(joined(parts).subarray(marked.length));
        view().setUint32(written, total, true);
        const answer = system.onSay?.(text) ?? null;
        if (answer === null) reply = text;
        else request = encoder.encode(answer);
        return errno.success;
      }
      const target = fd === descriptor.output ? output : errors;
      for (const part of parts) target.add(part);
      view().setUint32(written, total, true);
      return errno.success;
    },
    poll_oneoff(subscriptions: number, events: number, count: number, result: number) {
      if (count < 0 || count > mostVectors) return errno.invalid;
      if (!isInside(subscriptions, 48 * count) || !isInside(events, 32 * count)) return errno.fault;
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

/** Imports for every function that a module asks for, of the system of the moment; those that it does not know answer "not capable". */
export function importsFor(
  module: WebAssembly.Module,
  system: () => GuestSystem,
): Record<string, Record<string, unknown>> {
  const functions: Record<string, unknown> = {};
  for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
    if (space !== "wasi_snapshot_preview1" || kind !== "function") throw new Error(`Unknown import ${space}.${name}.`);
    functions[name] = (...values: never[]) => system().imports[name]?.(...values) ?? errno.notCapable;
  }
  return { wasi_snapshot_preview1: functions };
}
