/** Columns of numbers as they cross between processes: the bytes of 64-bit floats, the lowest first, as base64. NaN: there is no number. */
import * as z from "zod";

/** No answer has columns as long: a chart has some thousand places. */
const mostCharacters = 1 << 23;

export const packedSchema = z.string().max(mostCharacters);

/** `[count]`. Throws where the text holds another count of numbers, or is no base64. */
export function unpackNumbers(text: string, count: number): Float64Array {
  const bytes = atob(text);
  if (bytes.length !== 8 * count)
    throw new Error(`A column of ${count} numbers came with ${bytes.length} bytes. Reload the window.`);
  const raw = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) raw[at] = bytes.charCodeAt(at);
  return new Float64Array(raw.buffer);
}
