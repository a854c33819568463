import { mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors";

let file: string;
beforeAll(() => {
  file = join(mkdtempSync(join(realpathSync(tmpdir()), "reasoning-lab-safetensors-")), "model.safetensors");
});
afterAll(() => rmSync(join(file, ".."), { recursive: true, force: true }));

function read(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  writeFileSync(file, bytes);
  return readSafetensors(file);
}

/** The bytes of a file with one tensor `x`. */
function fileOf(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
/** The bytes of a file with a header as it is written and so many bytes of numbers. */
function textFile(header: string, data: number): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  return bytes;
}
const oneTensor = (dtype: string, halves: readonly number[]): Uint8Array =>
  fileOf(
    { x: { dtype, shape: [halves.length], data_offsets: [0, 2 * halves.length] } },
    new Uint8Array(Uint16Array.from(halves).buffer),
  );

test("what is written is read back, names, shapes and bits", async () => {
  const tensors = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
    fc.float32Array({ maxLength: 20 }),
    { noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(tensors, async (arrays) => {
      const named = new Map(Object.entries(arrays).map(([name, values]) => [name, { shape: [values.length], values }]));
      const bytes = Uint8Array.from(Buffer.concat([...writeSafetensors(named, { note: "é" })]));
      expect(new DataView(bytes.buffer).getBigUint64(0, true) % 8n).toBe(0n);
      expect(await read(bytes)).toEqual(named);
    }),
  );
});

test("bfloat16 and float16 become the float32 that they stand for", async () => {
  const bf16 = (await read(oneTensor("BF16", [0x3f80, 0xc000, 0x0000, 0x7f80, 0x4049]))).get("x")!;
  expect(Array.from(bf16.values)).toEqual([1, -2, 0, Infinity, 3.140625]);
  const halves = [0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0xfc00, 0x8000];
  const f16 = (await read(oneTensor("F16", halves))).get("x")!;
  expect(Array.from(f16.values)).toEqual([1, -2, Math.fround(0.333251953125), 2 ** -24, 65504, -Infinity, -0]);
});

const f32 = (from: number, to: number): object => ({
  dtype: "F32",
  shape: [(to - from) / 4],
  data_offsets: [from, to],
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
  ["a tensor without a place", fileOf({ x: { dtype: "F32", shape: [1] } }, new Uint8Array(4)), /does not describe/],
  [
    "a tensor beyond the end",
    fileOf({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, new Uint8Array(4)),
    /x reaches beyond its end/,
  ],
  [
    "a tensor of another size than its shape",
    fileOf({ x: { dtype: "F16", shape: [2, 3], data_offsets: [0, 8] } }, new Uint8Array(8)),
    /x has 8 bytes, its shape \[2, 3\] needs 12/,
  ],
  [
    "integers",
    fileOf({ x: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8)),
    /model\.safetensors: x has the number type I64; F32, F16 and BF16 can be read/,
  ],
  [
    "tensors that share bytes",
    fileOf({ x: f32(0, 8), y: f32(4, 12) }, new Uint8Array(12)),
    /the tensor y overlaps another/,
  ],
  ["tensors that are the same bytes", fileOf({ x: f32(0, 8), y: f32(0, 8) }, new Uint8Array(8)), /overlaps another/],
  ["bytes between tensors", fileOf({ x: f32(0, 4), y: f32(8, 12) }, new Uint8Array(12)), /bytes before the tensor y/],
  ["bytes behind the tensors", fileOf({ x: f32(0, 4) }, new Uint8Array(12)), /bytes behind its last tensor/],
  [
    "a name that stands twice",
    textFile(
      `{"x":${JSON.stringify(f32(0, 4))},"y":${JSON.stringify(f32(4, 8))}, "\\u0078" : ${JSON.stringify(f32(0, 4))}}`,
      8,
    ),
    /its header says "x" twice/,
  ],
  [
    "a number type that stands twice",
    textFile('{"x":{"dtype":"F16","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
    /its header says "dtype" twice/,
  ],
  [
    "metadata that is no text",
    fileOf({ __metadata__: { epochs: 3 }, x: f32(0, 4) }, new Uint8Array(4)),
    /does not describe tensors/,
  ],
  [
    "a header that is not UTF-8",
    fileOf({ "x?": f32(0, 4) }, new Uint8Array(4)).map((byte) => (byte === 0x3f ? 0xff : byte)),
    /header is not JSON/,
  ],
  ["a header longer than the format allows", new Uint8Array([0, 0, 0, 6]), /shorter than its header/],
  [
    "a size that no number can say",
    fileOf({ x: { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 4] } }, new Uint8Array(4)),
    /x has 4 bytes, its shape/,
  ],
])("%s: refused by file", async (_name, bytes, message) => {
  await expect(read(bytes)).rejects.toThrow(message);
  await expect(read(bytes)).rejects.toThrow(file);
});

test("names within texts and lists are no names of tensors; metadata may say what it likes", async () => {
  const metadata = JSON.stringify({ note: '{"x":1,"x":2}', x: "[", "x\\": '"' });
  const header = `{ "__metadata__" :${metadata},\n"x":${JSON.stringify(f32(0, 4))} , "dtype":${JSON.stringify(f32(4, 8))}}  `;
  expect([...(await read(textFile(header, 8))).keys()]).toEqual(["x", "dtype"]);
});

test("tensors without numbers lie anywhere between others", async () => {
  const empty = { dtype: "F32", shape: [0, 7], data_offsets: [4, 4] };
  expect([...(await read(fileOf({ y: f32(4, 8), e: empty, x: f32(0, 4) }, new Uint8Array(8)))).keys()]).toEqual([
    "y",
    "e",
    "x",
  ]);
});

test("a file of holes that is longer than memory is refused before it is read; what is not wanted of it is not", async () => {
  const huge = 2 ** 43;
  const header = JSON.stringify({
    x: f32(0, 4),
    y: { dtype: "F32", shape: [huge / 4], data_offsets: [4, 4 + huge] },
  });
  writeFileSync(file, textFile(header, 4));
  truncateSync(file, 8 + header.length + 4 + huge);
  await expect(readSafetensors(file)).rejects.toThrow(`${file} holds 8.8 TB of numbers in float32; this machine has`);
  expect([...(await readSafetensors(file, (name) => name === "x")).keys()]).toEqual(["x"]);
});
