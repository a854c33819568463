import type * as z from "zod";

/** Throws with the file's name when it holds no JSON. */
export function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${file} is not JSON.`, { cause: error });
  }
}

/** Throws with the file, the field and what is wrong with it. */
export function parseFields<T>(schema: z.ZodType<T>, content: unknown, file: string): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new Error(`${file}: ${issue.path.join(".") || "(top level)"}: ${issue.message}`);
}
