/** When a reward file is saved, the newest step of its newest run is scored with it in the background; the next save ends that. */
import type { RunEntry } from "../protocol/editor";
import { readText, sizeLimits } from "../files/workspace-file";
import { rewardsOfFile, rewardSpecsOfFile } from "./newest-outcomes";
import type { Rescorer } from "./rescorer";

export interface RescoreOnSave {
  readonly rescorer: Rescorer;
  readonly runs: () => readonly RunEntry[];
  /** Whether code may run, and the setting is on. */
  readonly allowed: () => Promise<boolean>;
  readonly nodePath: () => string;
  readonly changed: () => void;
  /** Nobody asked for it: what fails is for the log alone. */
  readonly failed: (error: unknown) => void;
}

const judges = /\bimport\b[^;]*\bjudge\b[^;]*\bfrom\s*["']reasoning-lab["']/;

/** Whether a reward of the file may ask a judge or a host. */
function asksOthers(file: string, run: RunEntry): boolean {
  if (rewardSpecsOfFile(file, run).some(({ hosts, keys }) => hosts.length > 0 || keys.length > 0)) return true;
  try {
    return judges.test(readText(file, sizeLimits.source));
  } catch {
    return true;
  }
}

export async function rescoreSaved(file: string, of: RescoreOnSave): Promise<void> {
  of.rescorer.forget(file);
  const run = of.runs().find((entry) => rewardsOfFile(file, entry) !== null);
  if (!run || !(await of.allowed())) return;
  // A save must cost nobody money.
  if (asksOthers(file, run)) return;
  try {
    const reward = { file, export: null };
    const params = { folder: run.folder, reward, steps: "newest" as const, nodePath: of.nodePath() };
    if ((await of.rescorer.run("saved", params)) !== null) of.changed();
  } catch (error) {
    of.failed(error);
  }
}
