/** `reasoning-lab export-metrics RUN --to tensorboard|trackio --out DIR`. */
import { resolve } from "node:path";
import { amount } from "../shared/amount";
import { UserError } from "../shared/user-error";
import { exportFormats, exportMetrics } from "../runs/export-metrics";
import { print } from "../terminal/print";
import { command } from "./command";
import { choice, flag, text } from "./options";
import { findRun, recordedRun } from "./places";

const show = {
  tensorboard: (path: string, out: string) => `tensorboard --logdir "${out}" shows ${path}.`,
  trackio: (path: string, out: string) => `TRACKIO_DIR="${out}" trackio show shows ${path}.`,
} as const;

export const exportMetricsCommand = command({
  name: "export-metrics",
  summary: "write a run's metrics for TensorBoard or Trackio",
  details:
    "Every number with its step and time; each stage is a run there. TensorBoard has numbers of single precision, Trackio of double. With --follow also what a live run writes from then on, until it ends or Ctrl-C.",
  arguments: { run: recordedRun },
  options: {
    to: choice(exportFormats, "what for"),
    out: text("folder", "where to: TensorBoard's log folder, or Trackio's (TRACKIO_DIR)"),
    follow: flag("go on while the run lives"),
  },
  act: async ({ run }, { to, out, follow }) => {
    if (to === undefined) throw new UserError(`--to is missing: ${exportFormats.join(" or ")}.`);
    if (out === undefined) throw new UserError("--out is missing: the folder to write into.");
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once("SIGINT", interrupt);
    try {
      const folder = resolve(out);
      const { path, rows } = await exportMetrics(
        findRun(run),
        { format: to, out: folder, follow },
        { signal: stop.signal, wrote: (exported) => follow && print(`${amount(exported.rows)} rows`) },
      );
      print(rows === 0 ? "The run has written no metrics yet." : `${amount(rows)} rows. ${show[to](path, folder)}`);
      return stop.signal.aborted ? 130 : 0;
    } finally {
      process.off("SIGINT", interrupt);
    }
  },
});
