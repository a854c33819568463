/** Progress of an engine's setup in a terminal: one line a file and phase, redrawn; few lines where the output is no terminal. */
import type { SetupProgress } from "../protocol/engine";
import { sizeText } from "../shared/size-text";
import type { ProgressOutput } from "./progress";

const phases: Readonly<Record<SetupProgress["phase"], string>> = {
  looking: "Looking for",
  downloading: "Downloading",
  verifying: "Verifying",
  unpacking: "Unpacking",
  building: "Building the binding",
  testing: "Testing",
};

const barWidth = 24;

/** `Downloading  ██████░░░░  41.0 of 274 MB  tensorflow_cpu-….whl`. */
export function setupLine({ phase, file, done, total }: SetupProgress, columns = 100): string {
  const share = done === null || total === null || total === 0 ? null : Math.min(1, done / total);
  const full = share === null ? 0 : Math.round(share * barWidth);
  const parts = [
    phases[phase].padEnd(12),
    share === null ? "" : "█".repeat(full) + "░".repeat(barWidth - full),
    done === null ? "" : total === null ? sizeText(done) : `${sizeText(done)} of ${sizeText(total)}`,
    file,
  ];
  const line = parts
    .filter((part) => part !== "")
    .join("  ")
    .trimEnd();
  return line.length < columns ? line : line.slice(0, Math.max(0, columns - 1));
}

export interface SetupDisplay {
  readonly show: (progress: SetupProgress) => void;
  /** Leaves the last state standing. */
  readonly end: () => void;
}

export function setupDisplay(output: ProgressOutput): SetupDisplay {
  const redraws = output.isTTY === true;
  let shown = "";
  let drawn = false;
  let drawnAt = 0;
  const end = () => {
    if (drawn) output.write("\n");
    drawn = false;
  };
  return {
    show(progress) {
      const state = `${progress.phase} ${progress.file}`;
      const changed = state !== shown;
      shown = state;
      const whole = progress.done !== null && progress.done === progress.total;
      if (!redraws) {
        if (changed) output.write(`${setupLine({ ...progress, done: null, total: null }, 1000)}\n`);
        return;
      }
      // A chunk comes thousands of times a second.
      const now = Date.now();
      if (!changed && !whole && now - drawnAt < 100) return;
      drawnAt = now;
      if (changed) end();
      const columns = output.columns !== undefined && output.columns > 0 ? output.columns : 80;
      output.write(`\r\u001b[2K${setupLine(progress, columns)}`);
      drawn = true;
    },
    end,
  };
}
