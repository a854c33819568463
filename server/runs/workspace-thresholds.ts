/** Thresholds of health notes as a workspace's settings have them, so that a terminal warns where the editor does. */
import { workspaceSettings } from "../files/workspace-settings";
import { thresholdFaults, thresholdsOf, thresholdTable, type Thresholds } from "../health/thresholds";

export interface WorkspaceThresholds {
  readonly thresholds: Thresholds;
  /** A sentence for each setting that cannot be taken. */
  readonly problems: readonly string[];
}

export function workspaceThresholds(workspaceFolder: string): WorkspaceThresholds {
  const { of, path, problem } = workspaceSettings(workspaceFolder);
  const given = Object.fromEntries(
    Object.keys(thresholdTable).map((name) => [name, of(`reasoningLab.health.${name}`)]),
  );
  return {
    thresholds: thresholdsOf(given),
    problems: [...(problem === null ? [] : [problem]), ...thresholdFaults(given).map((fault) => `${path}: ${fault}`)],
  };
}
