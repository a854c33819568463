/** Columns of traces that hold JSON: parsed within bounds, then by their schemas. */
import * as z from "zod";
import { rewardOutcomeSchema } from "../protocol/traces";
import { parseBoundedJson } from "../shared/bounded-json";

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return parseBoundedJson(text);
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
});

export const outcomesText = jsonText.pipe(z.record(z.string(), rewardOutcomeSchema));
export const tagsText = jsonText.pipe(z.array(z.string()));
