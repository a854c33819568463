/** Where the built product lies, and which of its files are started or handed on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { ProjectSample } from "../protocol/project-samples";

export interface Installation {
  /** Absolute path of `dist/`. */
  readonly distFolder: string;
}

export const trainerScript = ({ distFolder }: Installation) => join(distFolder, "trainer.js");
export const rewardScript = ({ distFolder }: Installation) => join(distFolder, "reward-process.js");
/** The process that programs of a model run in; their interpreters lie beside it. */
export const sandboxScript = ({ distFolder }: Installation) => join(distFolder, "sandbox.mjs");
/** The process that reads recorded rollouts for the language server. */
export const traceScript = ({ distFolder }: Installation) => join(distFolder, "trace-process.js");
/** The process that holds a checkpoint to talk to. */
export const playgroundScript = ({ distFolder }: Installation) => join(distFolder, "playground-process.js");
/** What `import … from "reasoning-lab"` of a reward file is bundled with. */
export const rewardModule = ({ distFolder }: Installation) => join(distFolder, "reasoning-lab.mjs");
/** What New Project copies. */
export const sampleFolder = ({ distFolder }: Installation, sample: ProjectSample) =>
  join(distFolder, "samples", sample);

/** Version of Reasoning Lab, for the record of a run. */
export function productVersion({ distFolder }: Installation): string {
  const text = readFileSync(join(distFolder, "..", "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
