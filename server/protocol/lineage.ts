/** Where a run's stages come from, in words that terminals and trees share. */
import type { RunRecord, StageRecord } from "./run";

/** `cold-start-60 of 2026-11-24T015411-tiny`; of a checkpoint elsewhere its path. */
function checkpointText(path: string): string {
  const inRun = /([^/]+)\/checkpoints\/([^/]+)$/.exec(path);
  return inRun ? `${inRun[2]!} of ${inRun[1]!}` : path;
}

/** The checkpoints of other runs that a stage builds on, what it starts from first; none where it builds on its own run. */
export const sourceTexts = ({ from, sources }: StageRecord): string[] => {
  const paths = [from, ...Object.values(sources)].filter((path) => path !== null);
  return [...new Set(paths)].map(checkpointText);
};

/** A line for each stage that builds on other runs: `dpo builds on rejection-sampling-48 of 2026-11-24T015411-tiny.` */
export const sourceLines = ({ stages }: RunRecord): string[] =>
  stages.flatMap((stage) => {
    const texts = sourceTexts(stage);
    return texts.length === 0 ? [] : [`${stage.name} builds on ${texts.join(", ")}.`];
  });
