/** A recipe from its file, checked against what it refers to. */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { readText, sizeLimits, statsOf, UnusableFile } from "../files/workspace-file";
import type { FilledSetting } from "../recipes/fill-defaults";
import { parseRecipe, type RecipeProblem } from "../recipes/parse";
import type { Surroundings } from "../recipes/surroundings";
import type { Recipe } from "../recipes/schema";
import { discoverRewards } from "../rewards/discover";
import { problemOfPath } from "../rows/data-file";
import { UserError } from "../shared/user-error";

/** A recipe that cannot be run. `message` has one line `file:line:column: what` for each problem. */
export class RecipeError extends UserError {
  override readonly name = "RecipeError";
  constructor(
    override readonly file: string,
    readonly problems: readonly RecipeProblem[],
  ) {
    super(problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join("\n"), {
      file,
      line: problems[0]?.line ?? null,
    });
  }
}

/** SHA-256 of a text. */
export const textHash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What a recipe in this folder refers to, as the disk has it. `touches`: whether a path may be looked at; what may not is not spoken of. */
export const diskSurroundings = (folder: string, touches: (path: string) => boolean = () => true): Surroundings => ({
  folder,
  exists: (path) => !touches(path) || statsOf(path) !== null,
  namesIn(folder) {
    if (!touches(folder)) return [];
    try {
      return readdirSync(folder);
    } catch {
      return null;
    }
  },
  fileProblem: (path) => (touches(path) ? problemOfPath(path) : null),
  rewardNames(path) {
    if (!touches(path)) return "unknown";
    let source: string;
    try {
      source = readText(path, sizeLimits.source);
    } catch {
      return null;
    }
    const { rewards, problems } = discoverRewards(source);
    // What it exports shows once it parses; that it does not is said at its own line.
    return problems.length > 0 ? "unknown" : rewards.map(({ name }) => name);
  },
});

/** Reads and checks a recipe file; `hash` is SHA-256 of its text, `filled` what it has for its checkpoint, `touches` as of {@link diskSurroundings}. Throws {@link RecipeError}, or an Error for people when the file cannot be read. */
export function readRecipe(
  file: string,
  touches?: (path: string) => boolean,
): { readonly recipe: Recipe; readonly hash: string; readonly filled: readonly FilledSetting[] } {
  let text: string;
  try {
    text = readText(file, sizeLimits.recipe);
  } catch (error) {
    if (error instanceof UnusableFile) throw error;
    throw new UserError(`There is no recipe ${file}, or it cannot be read.`);
  }
  const { recipe, problems, filled } = parseRecipe(text, diskSurroundings(dirname(file), touches));
  if (recipe === null)
    throw new RecipeError(
      file,
      problems.filter(({ severity }) => severity === "error"),
    );
  return { recipe, hash: textHash(text), filled };
}
