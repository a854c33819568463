/** Models to start from, as the editor lists them. */
import * as z from "zod";
import { sizeText } from "../shared/size-text";

/** Bytes by the plan of memory. `engine`: where they fit, the embedded one if they do; null: this machine does not have them. */
const needSchema = z.object({ bytes: z.number(), engine: z.enum(["simd", "tensorflow"]).nullable() });
export type MemoryNeed = Readonly<z.infer<typeof needSchema>>;

export const modelOfferSchema = z.object({
  /** What it is asked for by. */
  name: z.string(),
  title: z.string(),
  parameters: z.number(),
  licence: z.string(),
  about: z.string(),
  /** Address of the model's own page. */
  card: z.string(),
  /** It is given to people who have accepted its terms. */
  gated: z.boolean(),
  /** Bytes; null: not known before it is asked for. */
  download: z.number().nullable(),
  /** To draw completions, and to train an adapter or all of it, by a small step of RL. */
  memory: z.object({ sampling: needSchema, lora: needSchema, whole: needSchema }),
});
export type ModelOffer = Readonly<z.infer<typeof modelOfferSchema>>;

/** `2.1 GB`, `6.2 GB (TensorFlow)`, `14 GB (does not fit this machine)`. */
function needText({ bytes, engine }: MemoryNeed): string {
  const size = sizeText(bytes);
  if (engine === null) return `${size} (does not fit this machine)`;
  return engine === "simd" ? size : `${size} (TensorFlow)`;
}

/** What the figures of memory are of, a sentence. */
export const needsAreOf =
  "Memory is that of a small step of RL: 8 completions of each of 4 prompts, 64 + 128 tokens; LoRA of rank 32. (TensorFlow): more than the embedded engine can address.";

/** `sampling 0.9 GB, LoRA 2.0 GB, training all of it 3.3 GB`. */
export const needsText = ({ memory }: ModelOffer): string =>
  `sampling ${needText(memory.sampling)}, LoRA ${needText(memory.lora)}, training all of it ${needText(memory.whole)}`;

/** `1.5 GB to download, Apache-2.0`. */
export const costText = ({ download, licence, gated }: ModelOffer): string =>
  [
    ...(download === null ? [] : [`${sizeText(download)} to download`]),
    licence,
    ...(gated ? ["given to those who have accepted its terms"] : []),
  ].join(", ");
