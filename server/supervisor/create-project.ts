/** New Project: the sample workspace, copied into an empty or new folder. */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies the template and returns the path of its recipe. Refuses to write into a folder that holds one of its files already, so that
 * nothing is overwritten. Throws an Error for people.
 */
export function createProject(templateFolder: string, target: string): string {
  if (existsSync(target) && !statSync(target).isDirectory()) throw new Error(`${target} is a file, not a folder.`);
  // Packers read a `.gitignore` instead of packing it; the template carries it under another name.
  const names = readdirSync(templateFolder);
  const targetName = (name: string) => (name === "gitignore" ? ".gitignore" : name);
  const taken = names.map(targetName).filter((name) => existsSync(join(target, name)));
  if (taken.length > 0)
    throw new Error(`${target} holds ${taken.join(", ")} already. Choose an empty folder: nothing is overwritten.`);
  mkdirSync(target, { recursive: true });
  for (const name of names)
    cpSync(join(templateFolder, name), join(target, targetName(name)), {
      recursive: true,
      errorOnExist: true,
      force: false,
    });
  const recipe = names.find((name) => name.endsWith(".lab.json"));
  if (recipe === undefined)
    throw new Error(`The template ${templateFolder} holds no recipe: install Reasoning Lab again.`);
  return join(target, recipe);
}
