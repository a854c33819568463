/** Reads and writes the sections of a WebAssembly file (https://webassembly.github.io/spec/core/binary/modules.html). */

export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

/** Numbers of the sections that are read or written here. */
export const sectionId = { custom: 0, memory: 5, global: 6, export: 7, start: 8, data: 11 } as const;

const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** LEB128 without sign. */
export function unsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

/** LEB128 with sign, of a 32-bit number. */
export function signed(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
    bytes.push(done ? low : low | 128);
    if (done) return Uint8Array.from(bytes);
  }
}

/** Reads an unsigned LEB128 number at `at`; returns it and where it ends. */
export function readUnsigned(bytes: Uint8Array, at: number): readonly [value: number, end: number] {
  let value = 0;
  let scale = 1;
  for (let index = at; ; index++) {
    const byte = bytes[index];
    if (byte === undefined) throw new Error("The WebAssembly file ends within a number.");
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return [value, index + 1];
  }
}

export function readSections(file: Uint8Array): Section[] {
  if (!header.every((byte, index) => file[index] === byte)) throw new Error("This is not a WebAssembly file.");
  const sections: Section[] = [];
  let at = header.length;
  while (at < file.length) {
    const id = file[at]!;
    const [size, start] = readUnsigned(file, at + 1);
    sections.push({ id, content: file.subarray(start, start + size) });
    at = start + size;
  }
  return sections;
}

export const writeSections = (sections: readonly Section[]): Uint8Array<ArrayBuffer> =>
  concatBytes([
    header,
    ...sections.flatMap(({ id, content }) => [Uint8Array.of(id), unsigned(content.length), content]),
  ]);

const name = (text: string) => {
  const encoded = new TextEncoder().encode(text);
  return concatBytes([unsigned(encoded.length), encoded]);
};

export interface Export {
  readonly name: string;
  readonly kind: "function" | "memory" | "global";
  readonly index: number;
}

export function exportSection(exports: readonly Export[]): Section {
  const kinds = { function: 0, memory: 2, global: 3 } as const;
  const entries = exports.map((entry) =>
    concatBytes([name(entry.name), Uint8Array.of(kinds[entry.kind]), unsigned(entry.index)]),
  );
  return { id: sectionId.export, content: concatBytes([unsigned(entries.length), ...entries]) };
}

/** One memory of `initial` to `maximum` pages of 64 KiB. */
export const memorySection = (initial: number, maximum: number): Section => ({
  id: sectionId.memory,
  content: concatBytes([Uint8Array.of(1, 1), unsigned(initial), unsigned(maximum)]),
});

/** One variable, a 32-bit integer. */
export const globalSection = (value: number): Section => ({
  id: sectionId.global,
  content: concatBytes([Uint8Array.of(1, 0x7f, 0x01, 0x41), signed(value), Uint8Array.of(0x0b)]),
});

/** Segments that make an empty memory equal to `memory`; stretches of zeros are left out. */
export function dataSection(memory: Uint8Array): Section {
  // A segment costs a few bytes: shorter stretches of zeros are cheaper as they are.
  const shortest = 32;
  const segments: Uint8Array[] = [];
  let start = -1;
  let end = 0;
  const close = () => {
    if (start < 0) return;
    const content = memory.subarray(start, end);
    segments.push(concatBytes([Uint8Array.of(0, 0x41), signed(start), Uint8Array.of(0x0b), unsigned(content.length)]));
    segments.push(content);
    start = -1;
  };
  for (let at = 0; at < memory.length; at++) {
    if (memory[at] === 0) continue;
    if (start >= 0 && at - end > shortest) close();
    if (start < 0) start = at;
    end = at + 1;
  }
  close();
  return { id: sectionId.data, content: concatBytes([unsigned(segments.length / 2), ...segments]) };
}
