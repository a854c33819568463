/** What helps when a request of the editor failed: the button under the message, in place of the logs. */
import * as z from "zod";

export const remedySchema = z.discriminatedUnion("kind", [
  /** The workspace is not trusted. */
  z.object({ kind: z.literal("trust") }),
  /** There is no recipe to run. */
  z.object({ kind: z.literal("new-project") }),
  /** A model of the Hub, `hf:ORG/NAME`, is not on this machine. */
  z.object({ kind: z.literal("get-model"), model: z.string() }),
  /** The Hub wants a token, or another one, for this model. */
  z.object({ kind: z.literal("hub-token"), model: z.string() }),
  /** Something is to be done at a page of the web. */
  z.object({ kind: z.literal("web-page"), url: z.url({ protocol: /^https?$/ }) }),
  /** A line of a file is wrong; counted from 1, null: the file as a whole. */
  z.object({ kind: z.literal("open"), file: z.string(), line: z.int().nullable(), column: z.int().nullable() }),
]);
export type Remedy = z.infer<typeof remedySchema>;
export type OpenRemedy = Extract<Remedy, { readonly kind: "open" }>;
