/** The wire format of Protocol Buffers, as far as records of TensorBoard need it: fields of a message, read one by one and written. */

export type Field =
  | { readonly number: number; readonly wire: 0; readonly value: bigint }
  | { readonly number: number; readonly wire: 1; readonly value: Uint8Array }
  | { readonly number: number; readonly wire: 2; readonly value: Uint8Array }
  | { readonly number: number; readonly wire: 5; readonly value: Uint8Array };

/** What a message says of itself does not fit its bytes. */
export class WireError extends Error {}

/** Fields of a message in the order in which they stand. Throws a {@link WireError}. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new WireError("a number ends in the middle");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError("a number is longer than 64 bits");
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new WireError("a field is longer than its message");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0:
        yield { number, wire: 0, value: varint() };
        break;
      case 1:
        yield { number, wire: 1, value: take(8) };
        break;
      case 2: {
        const length = varint();
        yield {
          number,
          wire: 2,
          value: take(length > BigInt(bytes.length) ? Number.MAX_SAFE_INTEGER : Number(length)),
        };
        break;
      }
      case 5:
        yield { number, wire: 5, value: take(4) };
        break;
      default:
        throw new WireError("a field is of no kind that is known");
    }
  }
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
export const doubleOf = (bytes: Uint8Array): number => view(bytes).getFloat64(0, true);
export const floatOf = (bytes: Uint8Array): number => view(bytes).getFloat32(0, true);
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");

function varintBytes(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left > 0n ? low | 0x80 : low);
  } while (left > 0n);
  return Buffer.from(bytes);
}

const key = (number: number, wire: number): Buffer => varintBytes(BigInt(number * 8 + wire));

/** Fields as they are written; a message is them one after the other. */
export const wireField = {
  varint: (number: number, value: bigint): Buffer => Buffer.concat([key(number, 0), varintBytes(value)]),
  double(number: number, value: number): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    return Buffer.concat([key(number, 1), bytes]);
  },
  float(number: number, value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return Buffer.concat([key(number, 5), bytes]);
  },
  bytes: (number: number, value: Uint8Array): Buffer =>
    Buffer.concat([key(number, 2), varintBytes(BigInt(value.length)), value]),
  text: (number: number, value: string): Buffer => wireField.bytes(number, Buffer.from(value, "utf8")),
} as const;
