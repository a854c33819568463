/** Models to start from, as the editor lists them. */
import * as z from "zod";

export const modelOfferSchema = z.object({
  /** What it is asked for by. */
  name: z.string(),
  title: z.string(),
  parameters: z.number(),
  licence: z.string(),
  about: z.string(),
  /** Address of the model's own page. */
  card: z.string(),
  /** Bytes. */
  download: z.number(),
  /** Bytes of its own numbers in memory while it is trained: all of them, or an adapter beside them. */
  memory: z.object({ whole: z.number(), lora: z.number() }),
});
export type ModelOffer = Readonly<z.infer<typeof modelOfferSchema>>;
