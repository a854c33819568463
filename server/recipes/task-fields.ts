/** The task of a recipe: one source of each task's settings, their bounds, defaults and hover text, and of what must fit together among them. */
import * as z from "zod";
import { answerPlaces } from "../verifiers/answers/answer-places";

const whole = (low: number, high: number, fallback: number, text: string): z.ZodDefault<z.ZodInt> =>
  z.int().min(low).max(high).default(fallback).describe(text);

const share = (fallback: number, text: string): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(1).default(fallback).describe(text);

const promptAndAnswer = {
  system_prompt: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Put before each prompt: as the system message of the chat template or, for a model without one, as text followed by an empty line. Rows with a " +
        "system message of their own keep it.",
    ),
  answer_from: z
    .enum(answerPlaces)
    .optional()
    .describe(
      "Where a completion's answer stands, behind the thinking: `tags` (`<answer>…</answer>`), `boxed` (`\\boxed{…}`) or `last-number` (the last number of the " +
        "text, without commas between thousands; `18.00` is right where the gold answer is `18`). Unset: wherever an answer is marked, tags first. " +
        "For models that mark their answers in another way, or not at all. The examples that a procedural task writes for a cold start have tags.",
    ),
};

const chainSumFields = {
  min_terms: whole(2, 12, 4, "Smallest number of terms."),
  max_terms: whole(2, 12, 7, "Largest number of terms."),
  max_operand: whole(1, 99, 9, "Operands are drawn from 1 to this."),
  max_total: whole(1, 999, 19, "The running total stays within 0 and this."),
};

/** The discriminated union of tasks; `name` says which. */
export const taskSchema = z
  .discriminatedUnion("name", [
    z.strictObject({
      name: z.literal("chain-sum").describe("A sum of labelled terms with a running total: `a6b+4c+2d-8=`."),
      ...chainSumFields,
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("unanswerable")
        .describe(
          "Chain sums, some of which cannot be answered: a term lacks its operand (`c+`) or divides by zero (`c/0`). The answer to those is `none`.",
        ),
      ...chainSumFields,
      unanswerable_share: share(0.5, "Share of prompts that have no answer."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z.literal("addition").describe("Two numbers added digit by digit with carries: `47+85=`."),
      min_digits: whole(1, 9, 1, "Fewest digits of the longer number."),
      max_digits: whole(1, 9, 3, "Most digits of the longer number."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z.literal("reverse").describe("A word spelt backwards, letter by letter: `v:abc=`."),
      min_length: whole(1, 16, 3, "Fewest letters."),
      max_length: whole(1, 16, 8, "Most letters."),
      letters: whole(2, 26, 8, "Words use this many letters, from the start of the alphabet."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("count-letters")
        .describe("How often a letter occurs in a word, counted step by step: `r:brrbb=`."),
      min_length: whole(1, 24, 3, "Fewest letters of the word."),
      max_length: whole(1, 24, 8, "Most letters of the word."),
      letters: whole(2, 26, 4, "Words use this many letters, from the start of the alphabet."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("sort")
        .describe("Sort numbers in ascending order by taking out the smallest again and again: `s:7,3,9=`."),
      min_length: whole(2, 12, 3, "Fewest numbers."),
      max_length: whole(2, 12, 5, "Most numbers."),
      max_value: whole(1, 999, 99, "Numbers are drawn from 0 to this."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z.literal("base-conversion").describe("A decimal number in another base, by repeated division: `13>2=`."),
      min_base: whole(2, 16, 2, "Smallest base. Digits above 9 are `a` to `f`."),
      max_base: whole(2, 16, 9, "Largest base."),
      max_value: whole(1, 99_999, 255, "Numbers are drawn from 1 to this."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z.literal("gcd").describe("The greatest common divisor of two numbers, by Euclid's divisions: `g:48,18=`."),
      max_value: whole(2, 9999, 99, "Numbers are drawn from 1 to this."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("countdown")
        .describe(
          "An expression that uses each number once and equals the target, `16:3,5,2=`. The trace tries expressions until one fits. Any correct expression counts.",
        ),
      min_numbers: whole(2, 5, 2, "Fewest numbers."),
      max_numbers: whole(2, 5, 3, "Most numbers."),
      max_value: whole(1, 99, 9, "Numbers are drawn from 1 to this."),
      max_target: whole(1, 999, 50, "The target is a whole number from 1 to this."),
      max_attempts: whole(0, 8, 3, "Most expressions that a trace tries before it finds the correct one."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("parity")
        .describe("Whether the number of ones in a bit string is odd (1) or even (0): `p:10110=`."),
      min_length: whole(1, 40, 4, "Fewest bits."),
      max_length: whole(1, 40, 12, "Most bits."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z.literal("simple-equations").describe("A linear equation in x, solved in two steps: `3*x+4=19`."),
      max_coefficient: whole(2, 99, 9, "x is multiplied by 2 to this."),
      max_constant: whole(1, 999, 20, "1 to this is added or subtracted."),
      max_solution: whole(1, 999, 12, "x is 0 to this."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("code-functions")
        .describe("Small functions described in a sentence, judged by running test cases in the sandbox."),
      language: z.enum(["python", "javascript"]).default("python").describe("Language of the functions."),
      max_steps: whole(1, 3, 2, "Most operations that a function does in a row."),
      max_constant: whole(2, 99, 9, "Constants within the functions are drawn from 2 to this."),
      cases: whole(2, 12, 4, "Test cases of each function."),
      ...promptAndAnswer,
    }),
    z.strictObject({
      name: z
        .literal("dataset")
        .describe(
          "Rows of files (JSONL, CSV, TSV or Parquet; `.gz` and `.zst` are unpacked), each with a prompt and its gold answer.",
        ),
      train: z
        .string()
        .min(1)
        .describe(
          "File of training rows (JSONL, CSV, TSV or Parquet), relative to the recipe. `data/train-*.parquet` reads all matching files.",
        ),
      held_out: z
        .string()
        .min(1)
        .optional()
        .describe(
          "File of held-out rows. Rows of `train` with the same prompt are left out of training. Unset: hold out one prompt in 16 of `train`, chosen by a hash of its text.",
        ),
      format: z
        .enum(["columns", "reasoning-gym", "gsm8k", "mbpp", "humaneval"])
        .default("columns")
        .describe(
          "How rows are read: `columns` uses the column names below; the other formats are files of reasoning-gym (as it exports entries), GSM8K, MBPP and HumanEval, whose columns are known.",
        ),
      prompt_column: z.string().min(1).default("prompt").describe("Column with the prompt (`columns` only)."),
      answer_column: z
        .string()
        .min(1)
        .default("answer")
        .describe(
          "Column with the gold answer (`columns` only). A dot reaches into a column: `reward_model.ground_truth`. Numbers keep the form in which they are written.",
        ),
      completion_column: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Column with a correct completion, for a cold start. Without it this dataset can only be used for RL. GSM8K, MBPP and HumanEval have their own.",
        ),
      difficulty_column: z
        .string()
        .min(1)
        .optional()
        .describe(
          "Column with a number that says how hard a row is (`columns` only). Evaluations are split by it, and the curriculum uses it.",
        ),
      check: z
        .enum(["exact", "maths"])
        .default("exact")
        .describe(
          "How an answer is compared with the gold one (`columns` only). `exact`: character by character, except for white space around it. `maths`: by its " +
            "value, as `verifyMath` judges it. Both find the answer in `<answer>…</answer>`, in `\\boxed{…}`, after `####` or after “the answer is”.",
        ),
      ...promptAndAnswer,
    }),
  ])
  .describe("What the model learns: a procedural task (seeded prompts with gold answers and traces), or a dataset.");

type TaskSettings = z.infer<typeof taskSchema>;

/** Formats of datasets whose answers are programs. */
const programs: ReadonlySet<string> = new Set(["mbpp", "humaneval"]);

/** What a setting's own bounds cannot say: a least that is above its most, and settings that leave nothing to draw. */
export function taskSettingFindings(task: TaskSettings): { readonly key: string; readonly message: string }[] {
  const settings = new Map<string, unknown>(Object.entries(task));
  const findings = [...settings].flatMap(([key, low]) => {
    if (!key.startsWith("min_") || typeof low !== "number") return [];
    const other = key.replace("min_", "max_");
    const high = settings.get(other);
    return typeof high === "number" && low > high
      ? [{ key, message: `${key} (${low}) is more than ${other} (${high}).` }]
      : [];
  });
  const program = task.name === "code-functions" || (task.name === "dataset" && programs.has(task.format));
  if (task.answer_from !== undefined && program)
    findings.push({
      key: "answer_from",
      message: "answer_from has no meaning here: the answers are programs, found as such. Remove it.",
    });
  if (task.answer_from === "last-number" && task.name === "countdown")
    findings.push({
      key: "answer_from",
      message: "The answers of countdown are expressions, no numbers: answer_from can be tags or boxed.",
    });
  if (task.name === "dataset" && task.format !== "columns") {
    for (const [key, usual] of [
      ["prompt_column", "prompt"],
      ["answer_column", "answer"],
      ["completion_column", undefined],
      ["difficulty_column", undefined],
      ["check", "exact"],
    ] as const)
      if (task[key] !== usual)
        findings.push({
          key,
          message: `${key} has no meaning with format "${task.format}", whose columns are known. Remove it.`,
        });
  }
  return findings;
}

/** Whether a dataset brings completions that a cold start can learn from. */
export const hasCompletions = (task: Extract<TaskSettings, { name: "dataset" }>): boolean =>
  task.completion_column !== undefined || ["gsm8k", "mbpp", "humaneval"].includes(task.format);
