/** What a reward case is: the one source of its types, its checks, its completion and its hovers. */
import * as z from "zod";
import type { JsonSchema } from "../recipes/json-schema";

export const expectationSchema = z
  .union([
    z.number(),
    z.tuple([z.number(), z.number()]).refine(([low, high]) => low <= high, "the first number is the smaller one"),
    z.null(),
    z.literal("error"),
  ])
  .describe(
    'What the reward must say: a number (within 1e-6), a range as `[min, max]`, `null` where it does not apply, or `"error"` where it must fail.',
  );
export type Expectation = z.infer<typeof expectationSchema>;

export const rewardCaseSchema = z.strictObject({
  reward: z.string().min(1).describe("Name of the export that the case is of."),
  prompt: z.string().describe("What the model was asked."),
  completion: z.string().describe("What the model wrote, thinking included: what is scored."),
  answer: z.string().describe("The gold answer."),
  row: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "Further columns of the data set's row. `prompt` and `answer` are in it anyway; a conversation is `messages`.",
    ),
  expect: expectationSchema,
});

let made: JsonSchema | null = null;

/** JSON schema of a line as people write it. */
export function caseJsonSchema(): JsonSchema {
  made ??= { title: "Reward case", ...z.toJSONSchema(rewardCaseSchema, { io: "input", target: "draft-7" }) };
  return made;
}

/** Forms of `expect`, as JSON, with what each means. */
export const expectationForms: readonly { readonly json: string; readonly about: string }[] = [
  { json: "1", about: "this score, within 1e-6" },
  { json: "0", about: "this score, within 1e-6" },
  { json: "[0, 1]", about: "a score in this range, both ends included" },
  { json: "null", about: "the reward does not apply" },
  { json: '"error"', about: "the reward fails" },
];
