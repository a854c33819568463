/** `reasoning-lab test`: the cases of reward files. */
import { resolve } from "node:path";
import { isFile, isFolder } from "../files/workspace-file";
import { writeProblem } from "../files/write-problem";
import type { CaseOutcome } from "../protocol/cases";
import { findRewardRuntime } from "../processes/runtime";
import { casesFile, rewardFileOf } from "../rewards/cases";
import { replaceFile } from "../runs/atomic-file";
import { runCases, type CaseRunOptions } from "../scoring/run-cases";
import { plural } from "../shared/plural";
import { messageOf, UserError } from "../shared/user-error";
import { typedPath, typedReward } from "../terminal/command-text";
import { countsOf, junitXml, type TestedFile } from "../terminal/junit";
import { print, printError } from "../terminal/print";
import { command, several } from "./command";
import { text, texts } from "./options";
import { workspaceOfFile } from "./places";
import { rewardFilesIn } from "./reward-files";
import { node } from "./run-options";

interface Wanted {
  readonly file: string;
  /** Null: all rewards of the file. */
  readonly names: readonly string[] | null;
}

/** What one argument means: a reward file, one of its rewards, its file of cases, or a folder. Throws a UserError. */
function wantedBy(typed: string): Wanted[] {
  const { file, name } = typedReward(typed);
  const path = resolve(isFile(resolve(typed)) || isFolder(resolve(typed)) ? typed : file);
  if (isFolder(path)) {
    const files = rewardFilesIn(path, (each) => isFile(casesFile(each)));
    if (files.length === 0) throw new UserError(`No reward file in ${path} has cases (NAME.reward.cases.jsonl).`);
    return files.map((each) => ({ file: each, names: null }));
  }
  const reward = rewardFileOf(path);
  if (!reward.endsWith(".reward.ts"))
    throw new UserError(
      `${typed} is no reward file: name a FILE.reward.ts, one of its rewards as FILE.reward.ts#EXPORT, or a folder.`,
    );
  if (!isFile(reward)) throw new UserError(`There is no reward file ${reward}.`);
  if (!isFile(casesFile(reward)))
    throw new UserError(`${reward} has no cases: write ${casesFile(reward)}, a line for each (docs/rewards.md).`);
  return [{ file: reward, names: name === null ? null : [name] }];
}

/** Each file once, with all that was asked of it. */
function merged(wanted: readonly Wanted[]): Wanted[] {
  const files = new Map<string, Wanted>();
  for (const { file, names } of wanted) {
    const known = files.get(file);
    if (!known) files.set(file, { file, names });
    else if (known.names !== null) files.set(file, { file, names: names && [...known.names, ...names] });
  }
  return [...files.values()];
}

const shown = (path: string): string => typedPath(path, process.cwd());

function outcomeLine({ line, reward, verdict, expected, actual }: CaseOutcome, cases: string): string {
  const what = verdict === "failed" ? `expected ${expected}, got ${actual}` : actual;
  return `${cases}:${line}: ${reward}: ${what}`;
}

/** Runs what is wanted of a file and prints what is wrong. */
async function testFile({ file, names }: Wanted, options: Omit<CaseRunOptions, "file">): Promise<TestedFile> {
  const paths = { file: shown(file), casesFile: shown(casesFile(file)) };
  let tested: TestedFile;
  try {
    const { outcomes, problems } = await runCases({ ...options, file, rewards: names });
    const named = names?.find((name) => !outcomes.some(({ reward }) => reward === name));
    if (named !== undefined) throw new UserError(`${paths.casesFile} has no case of "${named}".`);
    tested = { ...paths, outcomes, problems, failure: null };
  } catch (error) {
    tested = { ...paths, outcomes: [], problems: [], failure: messageOf(error) };
  }
  for (const outcome of tested.outcomes) if (outcome.verdict !== "passed") print(outcomeLine(outcome, paths.casesFile));
  for (const { line, column, message } of tested.problems) print(`${paths.casesFile}:${line}:${column}: ${message}`);
  if (tested.failure !== null) print(`${paths.file}: ${tested.failure}`);
  const { tests, failures, errors } = countsOf(tested);
  if (tests === 0) print(`${paths.file}: no cases`);
  else print(`${paths.file}: ${tests - failures - errors} of ${plural(tests, "case")} passed`);
  return tested;
}

function writeReport(path: string, tested: readonly TestedFile[]): void {
  try {
    replaceFile(path, junitXml(tested));
  } catch (error) {
    throw new UserError(`${path} cannot be written: ${writeProblem(path, error)}.`, { cause: error });
  }
}

export const testCommand = command({
  name: "test",
  summary: "run the cases of reward files",
  details:
    "Without FILES: all reward files of the current folder that have cases (NAME.reward.cases.jsonl).\nExit code 1: a case failed, could not be run, or a line is no case; 2: there is nothing to test, or it is mistyped.",
  arguments: { files: several("FILE.reward.ts, FILE.reward.ts#EXPORT, or a folder") },
  options: {
    junit: text("file", "write the outcomes here, as JUnit XML"),
    env: texts("name", "an environment variable that rewards may see"),
    host: texts("host", "a host that rewards may reach"),
    key: texts("name", "an environment variable with a key that judges of rewards may use"),
    workspace: text("folder", "workspace folder of the rewards"),
    node,
  },
  refused: 2,
  act: async ({ files }, { junit, env, host: hosts, key: keys, workspace, node: nodePath = "" }, { installation }) => {
    const wanted = merged((files.length === 0 ? ["."] : files).flatMap(wantedBy));
    const runtime = await findRewardRuntime(nodePath);
    if (!runtime.restricted) printError(`warning: ${runtime.reason}`);
    const tested: TestedFile[] = [];
    for (const one of wanted) {
      const workspaceFolder = workspaceOfFile(one.file, workspace);
      tested.push(await testFile(one, { workspaceFolder, installation, nodePath, env, hosts, keys, log: print }));
    }
    if (junit !== undefined) writeReport(resolve(junit), tested);
    const counts = tested.map(countsOf);
    const sum = (of: "tests" | "failures" | "errors"): number => counts.reduce((total, one) => total + one[of], 0);
    if (sum("tests") === 0) throw new UserError("There are no cases to run: the files of cases are empty.");
    const wrong = sum("failures") + sum("errors");
    if (tested.length > 1) print(`${sum("tests") - wrong} of ${plural(sum("tests"), "case")} passed`);
    return wrong > 0 ? 1 : 0;
  },
});
