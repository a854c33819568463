import { expect, test } from "vitest";
import { boundedText } from "./bounded-text";
import { guestSystem } from "./wasi";

const keep = 1 << 20;
const success = 0;
const fault = 21;
const invalid = 28;
const noSpace = 51;

/** A system with a memory of 64 MiB, and what a guest calls. */
function system(mark = "") {
  const found = guestSystem({ keep, onOutput: () => undefined, onErrors: () => undefined, mark });
  const memory = new WebAssembly.Memory({ initial: 1024, maximum: 1024 });
  found.attach(memory);
  const call = (name: string, ...values: number[]): number => {
    const imported = found.imports[name] as (...values: number[]) => number;
    return imported(...values);
  };
  /** Writes an I/O vector at 8; each part is all of the memory behind `at`. */
  const vector = (count: number, at: number, size: number) => {
    const view = new DataView(memory.buffer);
    for (let index = 0; index < count; index++) {
      view.setUint32(8 + 8 * index, at, true);
      view.setUint32(12 + 8 * index, size, true);
    }
  };
  return { ...found, memory, call, vector };
}

const bytesHeld = () => process.memoryUsage().arrayBuffers;

test.each([
  [1, "output"],
  [2, "errors"],
] as const)("a write that names the same bytes again and again takes no more than is kept (%d)", (fd, stream) => {
  const guest = system("mark");
  guest.vector(60, 65_536, 60 << 20);
  const before = bytesHeld();
  for (let round = 0; round < 20; round++) expect(guest.call("fd_write", fd, 8, 60, 0)).toBe(success);
  expect(bytesHeld() - before).toBeLessThan(4 * keep);
  expect(new DataView(guest.memory.buffer).getUint32(0, true)).toBe(60 * (60 << 20));
  expect(guest[stream].text()).toMatch(/… \d+ bytes more$/);
});

test("a reply that names the same bytes again and again is too long before it is put together", () => {
  const guest = system("\0\0\0\0");
  guest.vector(60, 65_536, 60 << 20);
  const before = bytesHeld();
  expect(guest.call("fd_write", 2, 8, 60, 0)).toBe(noSpace);
  expect(bytesHeld() - before).toBeLessThan(keep);
  expect(guest.takeReply()).toBe(null);
});

test("a mark that comes in parts is one", () => {
  const guest = system("mark");
  new Uint8Array(guest.memory.buffer).set(new TextEncoder().encode("markreply"), 65_536);
  const view = new DataView(guest.memory.buffer);
  for (const [index, [at, size]] of [
    [65_536, 2],
    [65_538, 0],
    [65_538, 7],
  ].entries()) {
    view.setUint32(8 + 8 * index, at!, true);
    view.setUint32(12 + 8 * index, size!, true);
  }
  expect(guest.call("fd_write", 2, 8, 3, 0)).toBe(success);
  expect(guest.takeReply()).toBe("reply");
});

test("calls that name what is not in the memory, or more parts than a system takes, are refused", () => {
  const guest = system();
  const end = guest.memory.buffer.byteLength;
  guest.vector(1, end - 10, 11);
  expect(guest.call("fd_write", 1, 8, 1, 0)).toBe(fault);
  expect(guest.call("fd_read", 0, 8, 1, 0)).toBe(fault);
  for (const name of ["fd_write", "fd_read"]) {
    const fd = name === "fd_write" ? 1 : 0;
    expect(guest.call(name, fd, 8, 1025, 0)).toBe(invalid);
    expect(guest.call(name, fd, 8, -1, 0)).toBe(invalid);
    expect(guest.call(name, fd, end - 4, 1, 0)).toBe(fault);
    expect(guest.call(name, fd, -8, 1, 0)).toBe(fault);
  }
  expect(guest.call("random_get", end - 4, 8)).toBe(fault);
  expect(guest.call("random_get", 0, -1)).toBe(fault);
  expect(guest.call("poll_oneoff", 0, 0, 100_000, 0)).toBe(invalid);
  expect(guest.call("poll_oneoff", end - 8, 0, 1, 0)).toBe(fault);
});

test("output of single bytes takes one buffer, not one for each", () => {
  const text = boundedText(keep);
  const byte = Uint8Array.of(0x78);
  const before = bytesHeld();
  for (let index = 0; index < keep + 10; index++) text.add(byte);
  expect(bytesHeld() - before).toBeLessThan(4 * keep);
  expect(text.text()).toBe(`${"x".repeat(keep)}\n… 10 bytes more`);
});
