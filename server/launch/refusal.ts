/** Why a run cannot begin, with the place that is to be mended: across processes, too. */
import type { Remedy } from "../protocol/remedy";
import { BundleError } from "../rewards/bundle";
import { RecipeError } from "./read-recipe";
import { UserError } from "../shared/user-error";

/** What the supervisor of a detached run said in place of beginning. */
export class RefusedError extends UserError {
  override readonly name = "RefusedError";
  constructor(
    message: string,
    readonly remedy: Remedy | null,
  ) {
    super(message);
  }
}

/** What helps with an error: by what it is, never by its words. Null: nothing better than the logs is known. */
export function refusalRemedy(error: unknown): Remedy | null {
  if (error instanceof RefusedError) return error.remedy;
  if (error instanceof RecipeError) {
    const [first] = error.problems;
    if (first?.missingModel !== undefined) return { kind: "get-model", model: first.missingModel };
    return { kind: "open", file: error.file, line: first?.line ?? null, column: first?.column ?? null };
  }
  if (error instanceof BundleError && error.file !== null)
    return { kind: "open", file: error.file, line: error.line, column: error.column };
  return null;
}
