/**
 * What a file is to hold: a text, bytes, or bytes in parts, of which one buffer could not hold all: it has 2 GiB at most. Parts may be made as they are asked
 * for, anew each time.
 */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array>;

export const partsOf = (content: FileContent): Iterable<string | Uint8Array> =>
  typeof content === "string" || content instanceof Uint8Array ? [content] : content;
