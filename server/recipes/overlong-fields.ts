/** What becomes of rows that are longer than the model's positions, or than a stage allows. */
import * as z from "zod";
import { count } from "./optimizer-fields";

const overlongRows = z.enum(["refuse", "drop", "cut"]).default("refuse");

/** Of stages that learn from whole sequences. */
export const overlongFields = {
  overlong_rows: overlongRows.describe(
    "What becomes of rows with more tokens, prompt and completion together, than the model has positions (`max_position_embeddings`), or than " +
      "`max_length`. `refuse`: the run says which line it is before it trains; `drop`: they are left out and counted; `cut`: their end is cut off, " +
      "as TRL does with `keep_start`, so that what is left of the completion has no end token; where the prompt alone is too long they are dropped.",
  ),
  max_length: count
    .optional()
    .describe(
      "Longest row, in tokens: prompt and completion together, the end token included. Unset: the model's positions.",
    ),
};

/** Of stages that sample completions of prompts. */
export const overlongPromptFields = {
  overlong_rows: overlongRows.describe(
    "What becomes of prompts that leave no room for `max_completion_length` within the model's positions (`max_position_embeddings`), or are longer " +
      "than `max_prompt_length`. `refuse`: the run says which line it is before it trains; `drop`: they are left out and counted; `cut`: their " +
      "beginning is cut off, as TRL's `max_prompt_length` did, a chat template's opening with it.",
  ),
  max_prompt_length: count
    .optional()
    .describe("Longest prompt, in tokens. Unset: what `max_completion_length` leaves of the model's positions."),
};
