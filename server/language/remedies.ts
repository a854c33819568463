/** Which button helps with an error of a request. */
import type { Remedy } from "../protocol/remedy";
import { refusalRemedy } from "../launch/refusal";
import { UntrustedError } from "./request-guards";

/** Null: only the logs say more. */
export const remedyOf = (error: unknown): Remedy | null =>
  error instanceof UntrustedError ? { kind: "trust" } : refusalRemedy(error);
