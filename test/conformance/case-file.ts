import { readFileSync } from "node:fs";
import type * as z from "zod";
import { messageOf } from "../../server/shared/user-error";

/** A number or a list that a case expects to be otherwise. */
export interface Mismatch {
  /** What was compared, for example `metrics.kl`. */
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface FileResult {
  readonly passed: number;
  readonly failed: readonly { readonly id: string; readonly mismatches: readonly Mismatch[] }[];
  /** Cases whose configuration the product has no setting for, with that configuration. */
  readonly unsupported: readonly { readonly id: string; readonly reason: string }[];
  /** Cases where the product gives something else on purpose, and why; they are neither passed nor failed. */
  readonly different?: readonly { readonly id: string; readonly reason: string }[];
}

export interface Environment {
  /** Where the build puts the kernels of the `simd` engine; may be missing. */
  readonly kernelsFile: string;
  /** Native binding of the `tensorflow` engine; null: not installed here. */
  readonly tensorflow: string | null;
}

/** How the case files of one name are run. */
export interface Kind {
  /** Path below the cases folder, with `/`. */
  readonly file: RegExp;
  /** `file`: the case file's path. Throws when the file is not of this kind. */
  run(file: string, environment: Environment): Promise<FileResult>;
}

/** Reads a JSON file as the schema says. Throws with the path and the first thing that is wrong. */
export function readCases<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new Error(`${file}: ${issue.path.join(".")}: ${issue.message}`);
}

/**
 * Runs the cases one after the other; `unsupported` gives the reason to leave one out, `check` what is wrong with the outcome, `onPurpose` why
 * a wrong outcome is meant to be so.
 */
export async function runCases<T extends { readonly id: string }>(
  cases: readonly T[],
  unsupported: (one: T) => string | null,
  check: (one: T) => readonly Mismatch[] | Promise<readonly Mismatch[]>,
  onPurpose: (one: T) => string | null = () => null,
): Promise<FileResult> {
  const leftOut: { id: string; reason: string }[] = [];
  const different: { id: string; reason: string }[] = [];
  const failed: { id: string; mismatches: readonly Mismatch[] }[] = [];
  let passed = 0;
  for (const one of cases) {
    const reason = unsupported(one);
    if (reason !== null) {
      leftOut.push({ id: one.id, reason });
      continue;
    }
    const mismatches = await attempt(() => check(one));
    const ran = mismatches.every(({ field }) => field !== errorField);
    const meant = ran && mismatches.length > 0 ? onPurpose(one) : null;
    if (mismatches.length === 0) passed++;
    else if (meant !== null) different.push({ id: one.id, reason: meant });
    else failed.push({ id: one.id, mismatches });
  }
  return { passed, failed, unsupported: leftOut, different };
}

const errorField = "(error)";

/** A case that throws has failed; the others still run. */
async function attempt(check: () => readonly Mismatch[] | Promise<readonly Mismatch[]>): Promise<readonly Mismatch[]> {
  try {
    return await check();
  } catch (error) {
    return [{ field: errorField, expected: "a result", actual: messageOf(error) }];
  }
}
