/** Where the built product lies, and which of its files are started or handed on. */
import { join } from "node:path";

export interface Installation {
  /** Absolute path of `dist/`. */
  readonly distFolder: string;
}

export const trainerScript = ({ distFolder }: Installation) => join(distFolder, "trainer.js");
export const rewardScript = ({ distFolder }: Installation) => join(distFolder, "reward-process.js");
/** What `import … from "reasoning-lab"` of a reward file is bundled with. */
export const rewardModule = ({ distFolder }: Installation) => join(distFolder, "reasoning-lab.mjs");
/** What New Project copies. */
export const sampleFolder = ({ distFolder }: Installation) => join(distFolder, "sample");
