/** New Project: the sample workspace, copied into an empty or new folder. */
import { cpSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../files/make-folders";
import { writeProblem } from "../files/write-problem";
import { UserError } from "../shared/user-error";

/**
 * Copies the template and returns the path of its recipe. Refuses to write into a folder that holds one of its files already, so that
 * nothing is overwritten. Throws an Error for people.
 */
export function createProject(templateFolder: string, target: string): string {
  if (existsSync(target) && !statSync(target).isDirectory()) throw new UserError(`${target} is a file, not a folder.`);
  // Packers read a `.gitignore` instead of packing it; the template carries it under another name.
  const names = readdirSync(templateFolder);
  const targetName = (name: string) => (name === "gitignore" ? ".gitignore" : name);
  const taken = names.map(targetName).filter((name) => existsSync(join(target, name)));
  if (taken.length > 0)
    throw new UserError(
      `${target} already holds ${taken.join(", ")}. Choose an empty folder, so that nothing is overwritten.`,
    );
  try {
    makeFolders(target);
    for (const name of names)
      cpSync(join(templateFolder, name), join(target, targetName(name)), {
        recursive: true,
        errorOnExist: true,
        force: false,
      });
  } catch (error) {
    // None of these was there before: what is left of them would be in the way of the next try.
    for (const name of names) rmSync(join(target, targetName(name)), { recursive: true, force: true });
    throw new UserError(`The project cannot be made in ${target}: ${writeProblem(target, error)}.`, { cause: error });
  }
  const recipe = names.find((name) => name.endsWith(".lab.json"));
  if (recipe === undefined)
    throw new UserError(`The template ${templateFolder} has no recipe. Install Reasoning Lab again.`);
  return join(target, recipe);
}
