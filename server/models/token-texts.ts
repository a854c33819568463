/** What single tokens look like in text: tokenizers write bytes and spaces as other characters. */
import * as z from "zod";

interface DecoderPart {
  readonly type: string;
  readonly decoders?: readonly DecoderPart[] | undefined;
}
const decoderSchema: z.ZodType<DecoderPart> = z.object({
  type: z.string(),
  get decoders() {
    return z.array(decoderSchema).optional();
  },
});

/**
 * Text of a token of the model's vocabulary, by the `decoder` of a `tokenizer.json`. A token that is a part of a character shows its bytes as
 * `<0xE2>`.
 */
export function tokenTextOf(decoder: unknown): (token: string) => string {
  const parsed = decoderSchema.safeParse(decoder);
  const types = parsed.success ? typesOf(parsed.data) : [];
  if (types.includes("ByteLevel")) return byteLevelText;
  if (types.includes("Metaspace") || types.includes("ByteFallback")) return (token) => token.replaceAll("▁", " ");
  return (token) => token;
}

const typesOf = ({ type, decoders = [] }: DecoderPart): string[] => [type, ...decoders.flatMap(typesOf)];

/** GPT-2's characters for bytes: printable ones stand for themselves, the others follow from U+0100 on. */
const byteOf = new Map<string, number>();
const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
for (let byte = 0, others = 0; byte < 256; byte++) {
  byteOf.set(String.fromCodePoint(printable(byte) ? byte : 0x100 + others++), byte);
}

function byteLevelText(token: string): string {
  const bytes = Array.from(token, (character) => byteOf.get(character));
  const known = bytes.filter((byte) => byte !== undefined);
  if (known.length < bytes.length) return token;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(known));
  } catch {
    return known
      .map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : `<0x${byte.toString(16).toUpperCase()}>`))
      .join("");
  }
}
