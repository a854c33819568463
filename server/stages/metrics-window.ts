/** Rows of metrics as means over several steps: sums since the last row, which a run that stopped between two rows goes on with. */
import * as z from "zod";
import { loadStageState } from "../models/checkpoint";
import type { StageStart } from "./context";

const windowSchema = z.object({ steps: z.int(), sums: z.record(z.string(), z.number()) });
const savedSchema = z.object({ window: windowSchema });

export type Window = z.infer<typeof windowSchema>;

export const emptyWindow: Window = { steps: 0, sums: {} };

/** As the checkpoint has it that a stage goes on from. */
export async function keptWindow({ checkpoint }: Pick<StageStart, "checkpoint">): Promise<Window> {
  const saved = checkpoint === null ? null : await loadStageState(checkpoint, savedSchema);
  return saved?.window ?? emptyWindow;
}

/** With a step's numbers, each of which every step has. */
export const withStep = (
  { steps, sums }: Window,
  numbers: Readonly<Record<string, number | string | null>>,
): Window => ({
  steps: steps + 1,
  sums: Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => {
      if (typeof value !== "number") throw new Error(`There is no mean of ${name}: it is ${String(value)} in a step.`);
      return [name, (sums[name] ?? 0) + value];
    }),
  ),
});

export const meansOf = ({ steps, sums }: Window): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps]));
