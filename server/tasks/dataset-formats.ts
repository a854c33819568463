/** How one line of a data set's file becomes a row, by the file's format. */
import * as z from "zod";
import type { TaskSpec } from "../recipes/schema";
import { columnNames, describeIssue, type Columns } from "../rows/row";
import { checkReasoningGym, goldAnswer } from "../verifiers/reasoning-gym/check-answer";
import type { TaskRow } from "./task";
import { UserError } from "../shared/user-error";

export type DatasetFormat = Extract<TaskSpec, { name: "dataset" }>["format"];

export interface ReadRow extends TaskRow {
  readonly columns: Columns;
}

export interface FormatReader {
  /** Throws with what is wrong, without the place. */
  read(columns: Columns): ReadRow;
  /** Answers are judged by their value. */
  readonly byValue?: true;
  /** Whether an answer is right, otherwise. Unset: it must be the gold answer. */
  readonly accepts?: (row: TaskRow, answer: string) => boolean;
  /** Set where only running the answer tells. */
  readonly language?: "python";
}

function parse<T>(schema: z.ZodType<T>, columns: Columns, format: string): T {
  const parsed = schema.safeParse(columns);
  if (parsed.success) return parsed.data;
  const wrong = describeIssue(parsed.error.issues[0]!, columns);
  throw new UserError(
    `this is not a row of ${format}: ${wrong}. Its columns: ${columnNames(columns)}. Set format of the task.`,
  );
}

const entrySchema = z.object({
  question: z.string(),
  answer: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
});

const reasoningGym: FormatReader = {
  read(columns) {
    const entry = parse(entrySchema, columns, "reasoning-gym");
    const answer = goldAnswer(entry);
    if (answer === null)
      throw new UserError(
        `this entry of ${String(entry.metadata["source_dataset"])} has no answer, and no metadata.example_answer to stand for it.`,
      );
    return { prompt: entry.question, answer, columns };
  },
  accepts({ columns, answer: gold }, answer) {
    const entry = entrySchema.safeParse(columns);
    // Examples of a file have no entry beside their answer.
    return entry.success ? checkReasoningGym(entry.data, answer) : answer.trim() === gold.trim();
  },
};

const gsm8kSchema = z.object({ question: z.string(), answer: z.string() });

const gsm8k: FormatReader = {
  read(columns) {
    const { question, answer: worked } = parse(gsm8kSchema, columns, "GSM8K");
    const at = worked.lastIndexOf("####");
    if (at < 0) throw new UserError('this is not a row of GSM8K: its answer has no "####" before the final number.');
    const answer = worked
      .slice(at + 4)
      .trim()
      .replaceAll(",", "");
    if (!/^-?\d+(?:\.\d+)?$/.test(answer))
      throw new UserError(`the final answer after "####" is not a number: ${answer}`);
    // `<<48/2=24>>` are notes for a calculator, not part of the text.
    const thinking = worked
      .slice(0, at)
      .replace(/<<[^>]*>>/g, "")
      .trim();
    const steps = thinking.split("\n").length;
    return {
      prompt: question,
      answer,
      difficulty: steps,
      columns,
      completion: `<think>${thinking}</think><answer>${answer}</answer>`,
    };
  },
  byValue: true,
};

const program = (code: string): string => `<think></think><answer>\`\`\`python\n${code}\n\`\`\`</answer>`;

/** The sanitized part of MBPP says `prompt` and `test_imports` for `text` and `test_setup_code`. */
const mbppSchema = z
  .object({
    text: z.string().optional(),
    prompt: z.string().optional(),
    code: z.string(),
    test_setup_code: z.string().default(""),
    test_imports: z.array(z.string()).default([]),
    test_list: z.array(z.string()).min(1),
  })
  .transform(({ text, prompt, ...row }, check) => {
    const asked = text ?? prompt;
    if (asked !== undefined) return { ...row, asked };
    check.addIssue({ code: "custom", path: ["text"], message: "must be text" });
    return z.NEVER;
  });

const mbpp: FormatReader = {
  language: "python",
  read(columns) {
    const row = parse(mbppSchema, columns, "MBPP");
    const code = row.code.replaceAll("\r\n", "\n");
    // The first test says the name and form of the function, as in the paper's own prompts (Austin et al. 2021, arXiv 2108.07732).
    return {
      prompt: `${row.asked}\nYour code should satisfy this test:\n${row.test_list[0]!}\n`,
      answer: code,
      columns: {
        ...columns,
        tests: {
          asserts: row.test_list,
          setup: [...row.test_imports, row.test_setup_code].join("\n").replaceAll("\r\n", "\n").trim(),
        },
        language: "python",
      },
      completion: program(code),
    };
  },
};

const humanEvalSchema = z.object({
  prompt: z.string(),
  entry_point: z.string(),
  canonical_solution: z.string(),
  test: z.string(),
});

const humanEval: FormatReader = {
  language: "python",
  read(columns) {
    const { prompt, entry_point, canonical_solution, test } = parse(humanEvalSchema, columns, "HumanEval");
    const code = `${prompt}${canonical_solution}`;
    return {
      prompt,
      answer: code,
      columns: { ...columns, tests: { check: test, function: entry_point, setup: prompt }, language: "python" },
      completion: program(code),
    };
  },
};

/** Readers of the formats whose columns are known. */
export const formatReaders: Readonly<Record<Exclude<DatasetFormat, "columns">, FormatReader>> = {
  "reasoning-gym": reasoningGym,
  gsm8k,
  mbpp,
  humaneval: humanEval,
};
