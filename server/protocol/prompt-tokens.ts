/** A prompt as the model read it, token by token. */
import * as z from "zod";

export const promptTokensSchema = z.object({
  tokens: z.array(z.object({ id: z.int(), text: z.string(), special: z.boolean() })),
  /** Of all; more than `tokens` has where that is cut. */
  count: z.int(),
  /** Which checkpoint's tokenizer made them. */
  checkpoint: z.string(),
  /** A sentence where these may not be the tokens that the model read; null: their text is the prompt's to the letter. */
  problem: z.string().nullable(),
});
export type PromptTokens = z.infer<typeof promptTokensSchema>;
