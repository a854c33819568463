/** Which files a path of a recipe or a command line names, and in words what is wrong with it. */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isFile, isFolder, statsOf } from "../files/workspace-file";
import { nearestWord } from "../shared/nearest-word";

/** Names of files that rows are read from. */
const dataName = /\.(?:jsonl|ndjson|json|csv|tsv|parquet)(?:\.gz|\.zst)?$/i;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

const isPattern = (path: string): boolean => basename(path).includes("*") && statsOf(path) === null;

function matches(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`^${parts.join(".*")}$`);
  return (name) => whole.test(name) && !name.startsWith(".");
}

/** The files of a path, in the order of their names: more than one where its last part has a `*`, `data/train-*.parquet`. None: there are none. */
export const filesOf = (path: string): readonly string[] =>
  isPattern(path)
    ? namesIn(dirname(path))
        .filter(matches(basename(path)))
        .map((name) => join(dirname(path), name))
        .filter(isFile)
    : isFile(path)
      ? [path]
      : [];

/** What to name in place of a folder. */
function inFolder(path: string): string {
  const [first, ...others] = namesIn(path).filter((name) => dataName.test(name));
  if (first === undefined) return "Name a file";
  if (others.length === 0) return `Name the file in it, ${join(path, first)}`;
  return `Name a file in it, ${join(path, first)} say, or several with a star: ${join(path, `*${/\.[^.]*$/.exec(first)?.[0] ?? ""}`)}`;
}

interface PathProblem {
  readonly reason: string;
  /** A sentence, or nothing. */
  readonly remedy: string;
}

const missing = "there is no such file";

const address = /(?:^|\/)[a-z][a-z0-9+.-]+:\//i;
/** The end of a path that may be `NAME/NAME`, as data sets are named on the Hugging Face Hub. */
const hubName = /[^/\\]+[/\\][^/\\.]+$/;

/** A path that was meant as a place elsewhere; "": nothing says so. */
function elsewhere(path: string): string {
  if (address.test(path)) return "Nothing is downloaded: save it as a file, and name that.";
  return hubName.test(path)
    ? "Nothing is downloaded: if this is a data set of the Hugging Face Hub, get its files (hf download --repo-type dataset NAME --local-dir FOLDER) and name one."
    : "";
}

function findProblem(path: string): PathProblem | null {
  if (filesOf(path).length > 0) return null;
  if (isFolder(path)) return { reason: "it is a folder", remedy: `${inFolder(path)}.` };
  if (isPattern(path)) return { reason: `no file in ${dirname(path)} has such a name`, remedy: "" };
  if (statsOf(path) !== null) return { reason: "it is no regular file", remedy: "" };
  const folder = dirname(path);
  if (!isFolder(folder)) return { reason: missing, remedy: elsewhere(path) || `There is no folder ${folder} either.` };
  const near = nearestWord(basename(path), namesIn(folder));
  return { reason: missing, remedy: near === null ? "" : `Did you mean ${join(folder, near)}?` };
}

/**
 * Why no file can be read there, and what to do; null: there is one. `what`: what the file is for, `The dataset`. Unset, the sentence begins with what
 * is wrong.
 */
export function problemOfPath(path: string, what?: string): string | null {
  const problem = findProblem(path);
  if (problem === null) return null;
  const { reason, remedy } = problem;
  const said =
    what === undefined && reason === missing
      ? `There is no file ${path}.`
      : `${what === undefined ? "" : `${what} `}${path} cannot be read: ${reason}.`;
  return remedy === "" ? said : `${said} ${remedy}`;
}
