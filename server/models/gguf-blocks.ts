/**
 * Numbers of GGUF files as float32: plain ones, and the blocks of ggml's quantisations.
 * Source of the layouts and formulas: ggml's `ggml-common.h` and `dequantize_row_*` of `ggml-quants.c` (MIT).
 */
import { float16Numbers } from "./float16";

/** A type of numbers: how many lie in a block, how many bytes it has, and how it is read. */
export interface BlockType {
  readonly name: string;
  readonly numbers: number;
  readonly bytes: number;
  /** Writes the block's numbers to `out` from `to` on. `at`: its first byte. */
  readonly read: (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;
}

const half = (bytes: Uint8Array, at: number): number => float16Numbers()[bytes[at]! | (bytes[at + 1]! << 8)]!;
const signed = (byte: number): number => (byte << 24) >> 24;

/** Two numbers of four bits in each of 16 bytes: the low halves come first. `high`: bits that stand elsewhere. */
function nibbles(
  bytes: Uint8Array,
  at: number,
  out: Float32Array,
  to: number,
  number: (nibble: number, index: number) => number,
): void {
  for (let index = 0; index < 16; index++) {
    const byte = bytes[at + index]!;
    out[to + index] = number(byte & 0xf, index);
    out[to + index + 16] = number(byte >> 4, index + 16);
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

/** The fifth bit of a number of a block of 32. */
const fifth = (bits: number, index: number): number => ((bits >>> index) & 1) << 4;

/** Scale and minimum, six bits each, of part `index` of 8 of a block of 256. */
function scaleAndMinimum(bytes: Uint8Array, at: number, index: number): readonly [scale: number, minimum: number] {
  if (index < 4) return [bytes[at + index]! & 63, bytes[at + index + 4]! & 63];
  const shared = bytes[at + index + 4]!;
  return [(shared & 0xf) | ((bytes[at + index - 4]! >> 6) << 4), (shared >> 4) | ((bytes[at + index]! >> 6) << 4)];
}

/** A block of 256 of four or five bits: parts of 32 with a scale and a minimum each. `highAt`: where the fifth bits stand; null: there are none. */
function readParts(
  bytes: Uint8Array,
  at: number,
  out: Float32Array,
  to: number,
  highAt: number | null,
  quantsAt: number,
): void {
  const scale = half(bytes, at);
  const minimum = half(bytes, at + 2);
  for (let part = 0; part < 8; part++) {
    const [own, least] = scaleAndMinimum(bytes, at + 4, part);
    const [d, m] = [Math.fround(scale * own), Math.fround(minimum * least)];
    const pair = quantsAt + 32 * (part >> 1);
    const shift = 4 * (part & 1);
    for (let index = 0; index < 32; index++) {
      const low = (bytes[pair + index]! >> shift) & 0xf;
      const high = highAt === null ? 0 : ((bytes[highAt + index]! >> part) & 1) << 4;
      out[to + 32 * part + index] = Math.fround(d * (low + high)) - m;
    }
  }
}

/** By ggml's numbers of types. */
export const blockTypes: Readonly<Record<number, BlockType>> = {
  0: {
    name: "F32",
    numbers: 1,
    bytes: 4,
    read: (bytes, at, out, to) => {
      bits[0] = word(bytes, at);
      out[to] = asFloat[0]!;
    },
  },
  1: { name: "F16", numbers: 1, bytes: 2, read: (bytes, at, out, to) => (out[to] = half(bytes, at)) },
  2: {
    name: "Q4_0",
    numbers: 32,
    bytes: 18,
    read(bytes, at, out, to) {
      const d = half(bytes, at);
      nibbles(bytes, at + 2, out, to, (nibble) => (nibble - 8) * d);
    },
  },
  3: {
    name: "Q4_1",
    numbers: 32,
    bytes: 20,
    read(bytes, at, out, to) {
      const [d, m] = [half(bytes, at), half(bytes, at + 2)];
      nibbles(bytes, at + 4, out, to, (nibble) => Math.fround(nibble * d) + m);
    },
  },
  6: {
    name: "Q5_0",
    numbers: 32,
    bytes: 22,
    read(bytes, at, out, to) {
      const [d, high] = [half(bytes, at), word(bytes, at + 2)];
      nibbles(bytes, at + 6, out, to, (nibble, index) => ((nibble | fifth(high, index)) - 16) * d);
    },
  },
  7: {
    name: "Q5_1",
    numbers: 32,
    bytes: 24,
    read(bytes, at, out, to) {
      const [d, m, high] = [half(bytes, at), half(bytes, at + 2), word(bytes, at + 4)];
      nibbles(bytes, at + 8, out, to, (nibble, index) => Math.fround((nibble | fifth(high, index)) * d) + m);
    },
  },
  8: {
    name: "Q8_0",
    numbers: 32,
    bytes: 34,
    read(bytes, at, out, to) {
      const d = half(bytes, at);
      for (let index = 0; index < 32; index++) out[to + index] = signed(bytes[at + 2 + index]!) * d;
    },
  },
  12: {
    name: "Q4_K",
    numbers: 256,
    bytes: 144,
    read: (bytes, at, out, to) => readParts(bytes, at, out, to, null, at + 16),
  },
  13: {
    name: "Q5_K",
    numbers: 256,
    bytes: 176,
    read: (bytes, at, out, to) => readParts(bytes, at, out, to, at + 16, at + 48),
  },
  14: {
    name: "Q6_K",
    numbers: 256,
    bytes: 210,
    read(bytes, at, out, to) {
      const d = half(bytes, at + 208);
      for (let side = 0; side < 2; side++) {
        const [low, high, scales, first] = [at + 64 * side, at + 128 + 32 * side, at + 192 + 8 * side, to + 128 * side];
        for (let index = 0; index < 32; index++) {
          for (let row = 0; row < 4; row++) {
            const nibble = (bytes[low + index + 32 * (row & 1)]! >> (4 * (row >> 1))) & 0xf;
            const two = (bytes[high + index]! >> (2 * row)) & 3;
            const scale = signed(bytes[scales + (index >> 4) + 2 * row]!);
            out[first + index + 32 * row] = Math.fround(d * scale) * ((nibble | (two << 4)) - 32);
          }
        }
      }
    },
  },
  30: {
    name: "BF16",
    numbers: 1,
    bytes: 2,
    read: (bytes, at, out, to) => {
      bits[0] = (bytes[at]! << 16) | (bytes[at + 1]! << 24);
      out[to] = asFloat[0]!;
    },
  },
};

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

/** Names of further types, so that a message can say which one cannot be read. */
const otherTypes: Readonly<Record<number, string>> = {
  9: "Q8_1",
  10: "Q2_K",
  11: "Q3_K",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  20: "IQ4_NL",
  21: "IQ3_S",
  22: "IQ2_S",
  23: "IQ4_XS",
  24: "I8",
  25: "I16",
  26: "I32",
  27: "I64",
  28: "F64",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  39: "MXFP4",
};

export const typeName = (type: number): string => blockTypes[type]?.name ?? otherTypes[type] ?? `type ${type}`;

/** All numbers of whole blocks. */
export function readBlocks({ numbers, bytes: size, read }: BlockType, bytes: Uint8Array): Float32Array {
  const blocks = bytes.length / size;
  const out = new Float32Array(blocks * numbers);
  for (let block = 0; block < blocks; block++) read(bytes, block * size, out, block * numbers);
  return out;
}
