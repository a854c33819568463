/** Which button helps with an error of a request. */
import type { Remedy } from "../protocol/remedy";
import { refusalRemedy } from "../launch/refusal";
import { HubRefusal } from "../model-setup/hub-refusal";
import { UntrustedError } from "./request-guards";

/** Null: only the logs say more. */
export function remedyOf(error: unknown): Remedy | null {
  if (error instanceof UntrustedError) return { kind: "trust" };
  return error instanceof HubRefusal ? error.remedy : refusalRemedy(error);
}
