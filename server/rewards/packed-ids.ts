/** Token ids as one text, which costs nothing to read where nobody looks at it. */

/** Base64 of ids that are stored as little-endian int32. */
export const packedIds = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

export function unpackedIds(packed: string): number[] {
  const bytes = Buffer.from(packed, "base64");
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readInt32LE(4 * index));
}
