/** `reasoning-lab compare RECIPE`: one stage by several algorithms, and the table of what came out. */
import { resolve } from "node:path";
import { algorithms, type Algorithm } from "../recipes/presets";
import { suggestion } from "../recipes/did-you-mean";
import { messageOf, UserError } from "../shared/user-error";
import { compareAlgorithms } from "../comparison/compare";
import { quoted, typedPath } from "../terminal/command-text";
import { print, printError } from "../terminal/print";
import { progressDisplay } from "../terminal/progress";
import { command, required, type CommandContext } from "./command";
import { list, number, numbers, ranges, text, type Given } from "./options";
import { recipeOf } from "./places";
import { engines, machineOptions, node } from "./run-options";

/** Of the comparison of the README. */
const usual: readonly Algorithm[] = ["grpo", "ppo"];
const usualTarget = 0.9;

function algorithmOf(name: string): Algorithm {
  const found = algorithms.find((algorithm) => algorithm === name);
  if (found) return found;
  throw new UserError(`There is no algorithm "${name}".${suggestion(name, algorithms)}`);
}

const options = {
  algorithms: list("names", "algorithms, separated by commas", usual, algorithmOf),
  seeds: numbers("numbers", ranges.seed, "seeds, separated by commas", [0, 1, 2]),
  tokens: number("n", ranges.count, "tokens that each run may generate"),
  stage: text("name", "the RL stage, if the recipe has several"),
  target: number("pass@1", ranges.rate, `held-out pass@1 to reach (default:  ${usualTarget})`),
  out: text("folder", "write the table and the picture here too"),
  workspace: text("folder", "workspace folder of the recipe"),
  node,
  engines,
};

export const compareCommand = command({
  name: "compare",
  summary: "run one RL stage by several algorithms, from one checkpoint",
  arguments: { recipe: required("file of the recipe (*.lab.json)") },
  options,
  act: ({ recipe }, given, context) => compare(recipe, given, context),
});

/** What was typed, as it can be typed again in the same folder. */
const typedAgain = ({ typed }: CommandContext): string =>
  [
    "reasoning-lab",
    ...typed.map((argument) =>
      resolve(argument) === process.cwd() ? "." : quoted(typedPath(argument, process.cwd())),
    ),
  ].join(" ");

async function compare(recipe: string, given: Given<typeof options>, context: CommandContext): Promise<number> {
  const { recipeFile, workspaceFolder } = recipeOf(recipe, given.workspace);
  const display = progressDisplay(process.stdout);
  const abort = new AbortController();
  const cancel = (): void => {
    display.print("Stopping. The runs stay; the comparison is not written.");
    abort.abort(new UserError("The comparison was stopped."));
  };
  process.once("SIGINT", cancel);
  process.once("SIGTERM", cancel);
  try {
    const { report, comparison } = await compareAlgorithms(
      {
        ...machineOptions(given, context),
        workspaceFolder,
        recipeFile,
        command: typedAgain(context),
        stage: given.stage ?? null,
        algorithms: given.algorithms,
        seeds: given.seeds,
        tokens: given.tokens,
        target: given.target ?? usualTarget,
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
    printError(messageOf(error));
    return 130;
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGTERM", cancel);
  }
}
