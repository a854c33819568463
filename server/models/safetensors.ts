/** The safetensors format: 8 bytes header length (little endian), a JSON header, the tensors' bytes. */
import * as z from "zod";

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const headerSchema = z.record(
  z.string(),
  z.union([
    z.object({
      dtype: z.string(),
      shape: z.array(z.int().nonnegative()),
      data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
    }),
    z.record(z.string(), z.string()),
  ]),
);

/** Float32, little endian, in the order of the map. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  let offset = 0;
  const entries = [...tensors].map(([name, { shape, values }]) => {
    const start = offset;
    offset += values.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }] as const;
  });
  const json = JSON.stringify({ __metadata__: { format: "pt", ...metadata }, ...Object.fromEntries(entries) });
  const unpadded = new TextEncoder().encode(json);
  // Padded with spaces, so that the numbers begin at a multiple of 8.
  const header = new Uint8Array(Math.ceil(unpadded.length / 8) * 8).fill(0x20);
  header.set(unpadded);
  const bytes = new Uint8Array(8 + header.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** Throws, naming the file, when the bytes are not a whole safetensors file of float32, float16 or bfloat16. */
export function readSafetensors(content: Uint8Array, file: string): Map<string, NamedTensor> {
  // A Buffer's own slice() is a view; what is read must lie at the start of a buffer of its own.
  const bytes = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const broken = (what: string): Error => new Error(`${file} is not a whole safetensors file: ${what}.`);
  if (bytes.length < 8) throw broken("it is shorter than its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (!(length <= bytes.length - 8)) throw broken("its header is longer than the file");
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  } catch {
    throw broken("its header is not JSON");
  }
  const parsed = headerSchema.safeParse(header);
  if (!parsed.success) throw broken("its header does not describe tensors");
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(parsed.data)) {
    if (!("data_offsets" in entry) || !Array.isArray(entry.data_offsets) || !Array.isArray(entry.shape)) continue;
    const [start, end] = entry.data_offsets;
    if (end > data.length || start > end) throw broken(`the tensor ${name} reaches beyond its end`);
    const values = toFloat32(data.slice(start, end), entry.dtype, `${file}: ${name}`);
    tensors.set(name, { shape: entry.shape, values });
  }
  return tensors;
}

function toFloat32(bytes: Uint8Array, dtype: string, what: string): Float32Array {
  switch (dtype) {
    case "F32":
      return new Float32Array(bytes.buffer, 0, bytes.length / 4);
    case "BF16": {
      const halves = new Uint16Array(bytes.buffer, 0, bytes.length / 2);
      return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
    }
    case "F16":
      return Float32Array.from(new Uint16Array(bytes.buffer, 0, bytes.length / 2), halfToNumber);
    default:
      throw new Error(`${what} has the number type ${dtype}; F32, F16 and BF16 can be read.`);
  }
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
