/** What is wrong with a recipe, and where. */
import type { JsonPath } from "./positions";

export interface Finding {
  readonly path: JsonPath;
  readonly message: string;
  readonly severity: "error" | "warning";
  readonly place?: "value" | "key";
  /** The model of the Hub, `hf:ORG/NAME`, that is to be brought to this machine. */
  readonly missingModel?: string;
}
