/** Imported before everything else: libraries ask for the current folder as they load, and throw where it has been deleted. */
import { printError } from "./print";

try {
  process.cwd();
} catch {
  printError("The current folder no longer exists. Change to another one and try again.");
  process.exit(1);
}
