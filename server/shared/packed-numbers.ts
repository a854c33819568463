/** Typed arrays as base64, which cross between processes at a fraction of what arrays of JSON numbers cost. Little-endian, as all machines of ours are. */

/** Throws an Error for people where the text is not base64 of exactly `bytes` bytes. */
function unpackedBytes(text: string, bytes: number, what: string): ArrayBuffer {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new Error(`${what} cannot be read: it is not base64.`);
  }
  if (binary.length !== bytes) throw new Error(`${what} has ${binary.length} bytes, not ${bytes}.`);
  const buffer = new ArrayBuffer(bytes);
  const view = new Uint8Array(buffer);
  for (let index = 0; index < bytes; index++) view[index] = binary.charCodeAt(index);
  return buffer;
}

/** `what`: the array's name, for who is told that it has another length than `count`. */
export const unpackedFloats = (text: string, count: number, what: string): Float32Array =>
  new Float32Array(unpackedBytes(text, 4 * count, what));
export const unpackedDoubles = (text: string, count: number, what: string): Float64Array =>
  new Float64Array(unpackedBytes(text, 8 * count, what));
export const unpackedInts = (text: string, count: number, what: string): Int32Array =>
  new Int32Array(unpackedBytes(text, 4 * count, what));
export const unpackedBytesOf = (text: string, count: number, what: string): Uint8Array =>
  new Uint8Array(unpackedBytes(text, count, what));
