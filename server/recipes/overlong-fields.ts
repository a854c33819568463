/** What becomes of rows that are longer than the model's positions, or than a stage allows. */
import * as z from "zod";
import { count } from "./optimizer-fields";

const overlongRows = z.enum(["refuse", "drop", "cut"]).default("refuse");

/** Of stages that learn from whole sequences. */
export const overlongFields = {
  overlong_rows: overlongRows.describe(
    "What to do about rows with more tokens (prompt and completion together) than the model has positions (`max_position_embeddings`), or than " +
      "`max_length` allows. `refuse`: end the run before it trains and name the line. `drop`: leave them out and count them. `cut`: cut off the end, " +
      "as TRL does with `keep_start`; the rest of the completion then has no end token, and rows whose prompt alone is too long are dropped.",
  ),
  max_length: count
    .optional()
    .describe(
      "Longest row, in tokens: prompt and completion together, including the end token. Unset: the model's positions.",
    ),
};

/** Of stages that sample completions of prompts. */
export const overlongPromptFields = {
  overlong_rows: overlongRows.describe(
    "What to do about prompts that leave no room for `max_completion_length` within the model's positions (`max_position_embeddings`), or are longer " +
      "than `max_prompt_length`. `refuse`: end the run before it trains and name the line. `drop`: leave them out and count them. `cut`: cut off the " +
      "beginning, including a chat template's opening, as TRL's `max_prompt_length` did.",
  ),
  max_prompt_length: count
    .optional()
    .describe("Longest prompt, in tokens. Unset: what `max_completion_length` leaves of the model's positions."),
};
