/** How the answer to one prompt changed over a run. */
import type { TraceGroupParams } from "../protocol/editor";
import type { PromptHistory } from "../protocol/prompt-history";
import { openTraces } from "../runs/trace-reader";

/** Rollouts of a prompt that are listed. */
const mostRollouts = 2000;

export function promptHistory({ folder, ...key }: TraceGroupParams): PromptHistory {
  const traces = openTraces(folder);
  try {
    return traces.samePrompt(key, mostRollouts);
  } finally {
    traces.close();
  }
}
