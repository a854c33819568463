/** What a lens over an exported reward is: offered after each key press without waiting for anything, worded once it is on the screen. */
import type { Command } from "vscode-languageserver";
import type { RewardFacts } from "./reward-facts";

/** The export that a lens stands over. */
export interface LensOf {
  readonly uri: string;
  /** Of the export. */
  readonly name: string;
  readonly facts: RewardFacts;
}

export interface RewardLensSource {
  /** Tells its lenses from those of the others. */
  readonly id: string;
  /** Whether the export has this lens. Waits for nothing and reads nothing: a key press asks. */
  readonly offered: (of: LensOf) => boolean;
  /** What it says and does. */
  readonly command: (of: LensOf) => Command | Promise<Command>;
}
