import type { Names } from "./checkpoint-problem";

/** What a recipe refers to outside its text. */
export interface Surroundings extends Names {
  /** Folder of the recipe file, absolute. */
  readonly folder: string;
  /** Why no data file can be read there, and what to do, in whole sentences; null: one can. */
  fileProblem(path: string): string | null;
  /**
   * Names of the rewards that a file exports, or null when there is no such file. An empty list when it cannot be parsed; `unknown` when it must not be
   * looked at.
   */
  rewardNames(path: string): readonly string[] | "unknown" | null;
}
