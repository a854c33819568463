/** What the tests read from run folders, to know when to look at the page. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "../../server/protocol/run";
import { runRecordSchema } from "../../server/protocol/run";

const runs = (workspace: string): string => join(workspace, ".reasoning-lab", "runs");

/** Folders of the workspace's runs, newest first. */
export function runFolders(workspace: string): string[] {
  if (!existsSync(runs(workspace))) return [];
  return readdirSync(runs(workspace))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map((name) => join(runs(workspace), name));
}

export function readRecord(folder: string): RunRecord {
  return runRecordSchema.parse(JSON.parse(readFileSync(join(folder, "run.json"), "utf8")));
}

/** Seconds that anything may take: how long it takes is the machine's matter. */
const patience = 240;

/** Resolves when the condition holds; rejects with what it was waiting for too long. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patience * 1000;
  while (Date.now() < deadline) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`In ${patience} s this did not happen: ${what}.`);
}

/** The newest run's record once it satisfies the condition. */
export async function runThat(
  workspace: string,
  what: string,
  condition: (record: RunRecord) => boolean,
): Promise<{ readonly folder: string; readonly record: RunRecord }> {
  let found: { folder: string; record: RunRecord } | null = null;
  await until(what, () => {
    const folder = runFolders(workspace)[0];
    if (!folder || !existsSync(join(folder, "run.json"))) return false;
    found = { folder, record: readRecord(folder) };
    return condition(found.record);
  });
  return found!;
}

/** Step of a stage, 0 when the run has none of that name. */
export const stepOf = (record: RunRecord, stage: string): number =>
  record.stages.find(({ name }) => name === stage)?.step ?? 0;
