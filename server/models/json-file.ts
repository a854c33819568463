import type * as z from "zod";
import { JsonBoundsError, parseBoundedJson } from "../shared/bounded-json";
import { UserError } from "../shared/user-error";

/** A tokenizer of a large vocabulary has two million values. */
const modelJson = { depth: 100, values: 50_000_000 };

/** Throws with the file's name when it holds no JSON. */
export function parseJson(content: string, file: string): unknown {
  try {
    return parseBoundedJson(content, modelJson);
  } catch (error) {
    if (error instanceof JsonBoundsError) throw new UserError(`${file}: ${error.message}.`, { cause: error });
    throw new UserError(`${file} is not JSON.`, { cause: error });
  }
}

/** Throws with the file, the field and what is wrong with it. */
export function parseFields<T>(schema: z.ZodType<T>, content: unknown, file: string): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new UserError(`${file}: ${issue.path.join(".") || "(top level)"}: ${issue.message}`);
}
