import fc from "fast-check";
import { expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors";

/** The bytes of a file with one tensor `x`. */
function fileOf(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
const oneTensor = (dtype: string, halves: readonly number[]): Uint8Array =>
  fileOf(
    { x: { dtype, shape: [halves.length], data_offsets: [0, 2 * halves.length] } },
    new Uint8Array(Uint16Array.from(halves).buffer),
  );

test("what is written is read back, names, shapes and bits", () => {
  const tensors = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
    fc.float32Array({ maxLength: 20 }),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(tensors, fc.nat({ max: 9 }), (arrays, shift) => {
      const named = new Map(Object.entries(arrays).map(([name, values]) => [name, { shape: [values.length], values }]));
      const bytes = writeSafetensors(named, { note: "é" });
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
      // Read from the middle of a larger buffer, as Node's pooled buffers are.
      const within = new Uint8Array(bytes.length + 16);
      within.set(bytes, shift);
      expect(readSafetensors(within.subarray(shift, shift + bytes.length), "file")).toEqual(named);
    }),
  );
});

test("bfloat16 and float16 become the float32 that they stand for", () => {
  const bf16 = readSafetensors(oneTensor("BF16", [0x3f80, 0xc000, 0x0000, 0x7f80]), "f").get("x")!;
  expect(Array.from(bf16.values)).toEqual([1, -2, 0, Infinity]);
  const f16 = readSafetensors(oneTensor("F16", [0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0xfc00, 0x8000]), "f").get(
    "x",
  )!;
  expect(Array.from(f16.values)).toEqual([1, -2, Math.fround(0.333251953125), 2 ** -24, 65504, -Infinity, -0]);
});

test.each([
  ["too short", new Uint8Array(3), /shorter than its header/],
  [
    "a header that claims more than there is",
    fileOf({}, new Uint8Array(0)).map((byte, at) => (at === 2 ? 9 : byte)),
    /header is longer than the file/,
  ],
  ["a header without JSON", new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 1, 2]), /header is not JSON/],
  ["a header of something else", fileOf([1], new Uint8Array(0)), /does not describe tensors/],
  [
    "a tensor beyond the end",
    fileOf({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, new Uint8Array(4)),
    /x reaches beyond its end/,
  ],
  [
    "integers",
    fileOf({ x: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8)),
    /model\.safetensors: x has the number type I64/,
  ],
])("%s: refused by file", (_name, bytes, message) => {
  expect(() => readSafetensors(bytes, "model.safetensors")).toThrow(message);
  expect(() => readSafetensors(bytes, "model.safetensors")).toThrow(/^model\.safetensors/);
});
