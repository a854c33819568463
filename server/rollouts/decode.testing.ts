import type { Decoded, Decoding } from "../engine/fused-operations";

/** All of a decoding, in pieces of these lengths, the last again and again. The numbers are copied out of the engine's memory. */
export function decodedBy(decoding: Decoding | null, pieces: readonly number[] = [Infinity]): Decoded {
  if (!decoding) throw new Error("The engine has no kernel for this model.");
  try {
    for (let piece = 0; !decoding.advance(pieces[Math.min(piece, pieces.length - 1)]!); piece++);
    const { tokens, logprobs, entropy, lengths } = decoding.decoded();
    return { tokens: tokens.slice(), logprobs: logprobs.slice(), entropy: entropy.slice(), lengths: lengths.slice() };
  } finally {
    decoding.dispose();
  }
}
