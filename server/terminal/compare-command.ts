/** `reasoning-lab compare RECIPE`: one stage by several algorithms, and the table of what came out. */
import { print, printError } from "./print";
import { resolve } from "node:path";
import { algorithms, type Algorithm } from "../recipes/presets";
import { suggestion } from "../recipes/did-you-mean";
import { compareAlgorithms } from "../supervisor/compare";
import type { RunOptions } from "../supervisor/run";
import { UsageError } from "./command-line";
import { progressDisplay } from "./progress";

export interface CompareArguments {
  readonly algorithms?: string | undefined;
  readonly seeds?: string | undefined;
  readonly tokens?: string | undefined;
  readonly target?: string | undefined;
  readonly stage?: string | undefined;
  readonly out?: string | undefined;
}

/** Of the comparison of the README. */
const usual: readonly Algorithm[] = ["grpo", "ppo"];

function algorithmsOf(text: string | undefined): readonly Algorithm[] {
  if (text === undefined) return usual;
  return text.split(",").map((name) => {
    const found = algorithms.find((algorithm) => algorithm === name.trim());
    if (found) return found;
    throw new UsageError(
      `There is no algorithm "${name}".${suggestion(name, algorithms)} There are: ${algorithms.join(", ")}.`,
    );
  });
}

function seedsOf(text: string | undefined): readonly number[] {
  const seeds = (text ?? "0,1,2").split(",").map(Number);
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31))
    throw new UsageError(`--seeds takes whole numbers from 0 to 2147483647, as in 0,1,2, not "${text ?? ""}".`);
  return seeds;
}

function numberOf(
  option: string,
  text: string | undefined,
  fits: (value: number) => boolean,
  what: string,
): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!fits(value)) throw new UsageError(`--${option} takes ${what}, not "${text}".`);
  return value;
}

export async function compareCommand(
  recipeFile: string,
  workspaceFolder: string,
  given: CompareArguments,
  { options, command }: { readonly options: RunOptions; readonly command: string },
): Promise<number> {
  const display = progressDisplay(process.stdout);
  const abort = new AbortController();
  const cancel = (): void => {
    display.print("Stopping after this step. The runs stay; the comparison is not written.");
    abort.abort(new Error("The comparison was stopped."));
  };
  process.once("SIGINT", cancel);
  process.once("SIGTERM", cancel);
  try {
    const { report, comparison } = await compareAlgorithms(
      {
        ...{ ...options, workspaceFolder, recipeFile, command, stage: given.stage ?? null },
        ...{ algorithms: algorithmsOf(given.algorithms), seeds: seedsOf(given.seeds) },
        tokens: numberOf("tokens", given.tokens, (value) => Number.isInteger(value) && value > 0, "a number of tokens"),
        target:
          numberOf("target", given.target, (value) => value > 0 && value <= 1, "a held-out pass@1 up to 1") ?? 0.9,
        out: given.out === undefined ? null : resolve(given.out),
      },
      {
        run: (what, done, all) => display.print(`[${done + 1} of ${all}] ${what}`),
        progress: (progress) => display.show(progress),
        log: (level, text) => {
          if (level !== "info" && text !== "") display.print(`${level}: ${text}`);
        },
      },
      abort.signal,
    );
    display.end();
    for (const { algorithm, seed, after } of comparison.runs)
      print(`${algorithm}, seed ${seed}: held-out pass@1 ${after.passAt1.toFixed(3)}`);
    print(`\n${report}`);
    return 0;
  } catch (error) {
    display.end();
    if (!abort.signal.aborted) throw error;
    printError(error instanceof Error ? error.message : String(error));
    return 130;
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGTERM", cancel);
  }
}
