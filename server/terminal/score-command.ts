/** `reasoning-lab score --reward FILE --input ROLLOUTS`. */
import { print } from "./print";
import { resolve } from "node:path";
import type { Installation } from "../supervisor/installation";
import { findRewardRuntime } from "../supervisor/runtime";
import { scoreBatch } from "../supervisor/score-batch";
import { batchProgress, batchText } from "./batch";
import { typedPath } from "./command-line";
import { progressDisplay } from "./progress";

/** As they were typed. */
export interface ScoreArguments {
  readonly reward: string;
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly timeout: string | undefined;
  readonly workers: string | undefined;
  readonly env: readonly string[];
}

function positiveOf(option: string, text: string | undefined, whole: boolean): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value) || (whole && !Number.isInteger(value)))
    throw new Error(`--${option} must be a ${whole ? "whole number" : "number"} above 0, not "${text}".`);
  return value;
}

/** Returns the exit code: 0 all scored, 1 a reward had errors. Throws an Error for people when it cannot be done as asked. */
export async function scoreCommand(typed: ScoreArguments, installation: Installation, nodePath: string) {
  if (typed.input === undefined)
    throw new Error("--reward needs --input ROLLOUTS: what to score, as JSONL, CSV, TSV or Parquet.");
  const timeout = positiveOf("timeout", typed.timeout, false) ?? 5;
  const workers = positiveOf("workers", typed.workers, true);
  const output = typed.output === undefined ? null : resolve(typed.output);
  const [file = "", name = null] = /^(.*)#([^#]*)$/.exec(typed.reward)?.slice(1) ?? [typed.reward];
  const display = progressDisplay(process.stdout);
  // Processes that score end with this one.
  const interrupt = () => process.exit(130);
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const runtime = await findRewardRuntime(nodePath);
    if (!runtime.restricted) display.print(`warning: ${runtime.reason}`);
    const end = await scoreBatch({
      ...{
        file: resolve(file),
        export: name,
        input: resolve(typed.input),
        output,
        installation,
        runtime,
        timeout,
        workers,
        env: typed.env,
      },
      log: (text) => display.print(text),
      progress: batchProgress(display),
    });
    display.end();
    print(batchText(end));
    if (output !== null) print(`Wrote ${typedPath(output, process.cwd())}`);
    return end.rewards.some(({ errors }) => errors > 0) ? 1 : 0;
  } finally {
    display.end();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
