/** Progress of a run in a terminal: one line a stage, redrawn; plain lines now and then where the output is no terminal. */
import { printable } from "./print";
import { drawingText } from "../protocol/drawing";
import type { TrainerProgress } from "../protocol/trainer";
import { durationText } from "../shared/duration";

export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressDisplay {
  show(progress: TrainerProgress): void;
  /** A line of its own, above the progress. */
  print(text: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

const phases: Readonly<Record<TrainerProgress["phase"], string>> = {
  sampling: "sampling",
  preparing: "preparing",
  evaluating: "evaluating held-out prompts",
  training: "",
};

/** Characters of a bar: where a line has no room for the least, it goes without. */
const barWidth = { least: 5, most: 24 };

/** One line: `reasoning-rl  ██████░░░░  120/300  reward 0.43  2 min 10 s left`. */
export function progressLine(progress: TrainerProgress, columns = 100): string {
  const { stage, phase, step, steps, secondsLeft, headline, drawing } = progress;
  const share = steps > 0 ? Math.min(1, step / steps) : 0;
  const parts = [
    `${String(step).padStart(String(steps).length)}/${steps}`,
    headline && phase === "training" ? `${headline.name} ${headline.value.toFixed(3)}` : phases[phase],
    drawing ? drawingText(drawing) : "",
    secondsLeft === null ? "" : `${durationText(secondsLeft)} left${drawing ? " in all" : ""}`,
  ];
  const [name, rest] = [stage.padEnd(14), parts.filter((part) => part !== "").join("  ")];
  const room = Math.min(barWidth.most, columns - 1 - name.length - rest.length - 4);
  const full = Math.round(share * room);
  const bar = room < barWidth.least ? [] : ["█".repeat(full) + "░".repeat(room - full)];
  const line = printable([name, ...bar, rest].join("  "));
  // A line that wraps cannot be redrawn.
  return line.length < columns ? line : line.slice(0, Math.max(0, columns - 1));
}

export function progressDisplay(output: ProgressOutput): ProgressDisplay {
  const redraws = output.isTTY === true;
  let stage: string | null = null;
  let drawn = false;
  let lastPlain = "";
  let last: TrainerProgress | null = null;

  const endLine = () => {
    if (drawn) output.write("\n");
    drawn = false;
  };
  const draw = () => {
    if (!last) return;
    // A terminal that does not know its width says 0.
    const columns = output.columns !== undefined && output.columns > 0 ? output.columns : 80;
    output.write(`\r\u001b[2K${progressLine(last, columns)}`);
    drawn = true;
  };
  return {
    show(progress) {
      if (redraws && progress.stage !== stage) endLine();
      stage = progress.stage;
      last = progress;
      if (redraws) {
        draw();
        return;
      }
      const tenth = progress.steps > 0 ? Math.floor((progress.step / progress.steps) * 10) : 0;
      const state = `${stage} ${progress.phase} ${tenth}`;
      if (state !== lastPlain) output.write(`${progressLine(progress, 1000)}\n`);
      lastPlain = state;
    },
    print(text) {
      if (drawn) output.write("\r\u001b[2K");
      output.write(`${printable(text)}\n`);
      if (drawn) draw();
    },
    end: endLine,
  };
}
