/** Which button helps with an error: by what it is, never by its words. */
import type { Remedy } from "../protocol/remedy";
import { BundleError } from "../rewards/bundle";
import { RecipeError } from "../supervisor/read-recipe";
import { UntrustedError } from "./request-guards";

/** Null: only the logs say more. */
export function remedyOf(error: unknown): Remedy | null {
  if (error instanceof UntrustedError) return { kind: "trust" };
  if (error instanceof RecipeError) {
    const [first] = error.problems;
    return { kind: "open", file: error.file, line: first?.line ?? null, column: first?.column ?? null };
  }
  if (error instanceof BundleError && error.file !== null)
    return { kind: "open", file: error.file, line: error.line, column: error.column };
  return null;
}
