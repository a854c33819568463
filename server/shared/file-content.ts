/** What a file is to hold: a text, bytes, or bytes in parts, of which one buffer could not hold all: it has 2 GiB at most. */
export type FileContent = string | Uint8Array | readonly Uint8Array[];

export const partsOf = (content: FileContent): readonly (string | Uint8Array)[] =>
  typeof content === "string" || content instanceof Uint8Array ? [content] : content;
