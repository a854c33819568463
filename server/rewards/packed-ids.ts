/** Token ids as one text, which costs nothing to read where nobody looks at it. */

/** Base64 of little-endian int32. */
export function packedIds(tokens: Int32Array): string {
  const bytes = Buffer.alloc(4 * tokens.length);
  for (const [index, id] of tokens.entries()) bytes.writeInt32LE(id, 4 * index);
  return bytes.toString("base64");
}

export function unpackedIds(packed: string): number[] {
  const bytes = Buffer.from(packed, "base64");
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readInt32LE(4 * index));
}
