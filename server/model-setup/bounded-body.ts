import type { Response } from "undici";
import { SetupError } from "../engine-setup/setup-error";
import { sizeText } from "../shared/size-text";

/** All of an answer. Throws SetupError where it is longer than `most` bytes. */
export async function boundedBody(response: Response, most: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    length += part.length;
    if (length > most) throw new SetupError(`${response.url} answers more than ${sizeText(most)}, which is too much.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
