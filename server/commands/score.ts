/** `reasoning-lab score`: of stored rollouts and cases, or of a file. */
import { resolve } from "node:path";
import { plural } from "../shared/plural";
import { UserError } from "../shared/user-error";
import type { Installation } from "../processes/installation";
import { findRewardRuntime } from "../processes/runtime";
import { scoreSamples } from "../scoring/score";
import { scoreBatch } from "../scoring/score-batch";
import { batchProgress, batchText, judgeLines } from "../terminal/batch";
import { typedPath, typedReward } from "../terminal/command-text";
import { print } from "../terminal/print";
import { progressDisplay } from "../terminal/progress";
import { command, optional } from "./command";
import { number, ranges, text, texts } from "./options";
import { workspaceOfFile } from "./places";
import { node } from "./run-options";
import { agreementText } from "../protocol/judges";
import { rewardErrorText } from "../protocol/traces";

/** Seconds that a call may take. */
const usualTimeout = 5;

/** Options of a file of rollouts alone. */
const ofFile = {
  input: text("file", "rollouts to score: JSONL, CSV, TSV or Parquet"),
  output: text("file", "write the rollouts with their scores here, as JSONL"),
  timeout: number("seconds", ranges.seconds, `time allowed for one call (default:  ${usualTimeout})`),
  workers: number("n", ranges.count, "reward processes at a time (default: as many as there are cores)"),
};

export const scoreCommand = command({
  name: "score",
  summary: "run a reward on stored rollouts and its cases, or the rewards of a file on a file of rollouts",
  details:
    "score FILE.reward.ts#EXPORT takes the newest stored rollouts and the reward's cases.\nscore --reward FILE.reward.ts[#EXPORT] --input ROLLOUTS takes a file of rollouts.",
  arguments: { stored: optional("FILE.reward.ts#EXPORT: the reward to run on stored rollouts") },
  options: {
    reward: text("file", "FILE.reward.ts[#EXPORT]: rewards to run on --input"),
    ...ofFile,
    env: texts("name", "an environment variable that rewards may see"),
    host: texts("host", "a host that rewards may reach"),
    key: texts("name", "an environment variable with a key that judges of rewards may use"),
    workspace: text("folder", "workspace folder of the reward"),
    node,
  },
  act: ({ stored }, { env, host: hosts, key: keys, workspace, node: nodePath = "", ...given }, { installation }) => {
    const { reward, input, output, timeout, workers } = given;
    const shared = { env, hosts, keys, workspace, installation, nodePath };
    if (stored === undefined) {
      if (reward === undefined)
        throw new UserError("Name a reward: FILE.reward.ts#EXPORT, or --reward FILE.reward.ts with --input ROLLOUTS.");
      if (input === undefined)
        throw new UserError("--reward needs --input ROLLOUTS: what to score, as JSONL, CSV, TSV or Parquet.");
      return scoreFile({ ...shared, reward, input, output, timeout: timeout ?? usualTimeout, workers });
    }
    const idle = Object.entries({ reward, input, output, timeout, workers }).find(([, value]) => value != null);
    if (idle)
      throw new UserError(
        `--${idle[0]} belongs to a file of rollouts: leave it out, or write --reward ${stored} --input ROLLOUTS.`,
      );
    return scoreStored({ ...shared, reward: stored });
  },
});

interface Scoring {
  /** As it was typed. */
  readonly reward: string;
  readonly env: readonly string[];
  readonly hosts: readonly string[];
  readonly keys: readonly string[];
  readonly workspace: string | undefined;
  readonly installation: Installation;
  /** Empty: none was named. */
  readonly nodePath: string;
}

interface FileScoring extends Scoring {
  readonly input: string;
  readonly output: string | undefined;
  /** Seconds. */
  readonly timeout: number;
  readonly workers: number | null;
}

/** Returns the exit code: 0 all scored, 1 a reward had errors. */
async function scoreFile({
  installation,
  nodePath,
  timeout,
  workers,
  env,
  hosts,
  keys,
  ...typed
}: FileScoring): Promise<number> {
  const output = typed.output === undefined ? null : resolve(typed.output);
  const { file, name } = typedReward(typed.reward);
  const display = progressDisplay(process.stdout);
  // Processes that score end with this one.
  const interrupt = () => process.exit(130);
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const runtime = await findRewardRuntime(nodePath);
    if (!runtime.restricted) display.print(`warning: ${runtime.reason}`);
    const end = await scoreBatch({
      file: resolve(file),
      export: name,
      input: resolve(typed.input),
      output,
      installation,
      runtime,
      timeout,
      workers,
      env,
      hosts,
      keys,
      workspace: workspaceOfFile(resolve(file), typed.workspace),
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

/** Returns the exit code: 0 unless a case failed, or a stored rollout had an error. */
async function scoreStored({ reward, workspace, env, hosts, keys, installation, nodePath }: Scoring): Promise<number> {
  const typed = typedReward(reward);
  const { name } = typed;
  if (name === null) throw new UserError(`${reward} does not name a reward: write FILE.reward.ts#EXPORT.`);
  const file = resolve(typed.file);
  const workspaceFolder = workspaceOfFile(file, workspace);
  const log = (text: string) => print(text);
  const result = await scoreSamples({
    workspaceFolder,
    file,
    export: name,
    env,
    hosts,
    keys,
    installation,
    nodePath,
    log,
  });
  const mean = result.mean === null ? "–" : `${result.mean.toFixed(3)} ± ${(result.std ?? 0).toFixed(3)}`;
  const over = plural(result.samples, result.source === "cases" ? "case" : "rollout");
  print(
    `${name}: ${mean} over ${over}, ${result.millisecondsPerSample.toFixed(2)} ms per sample, ${plural(result.errors, "error")}`,
  );
  if (result.firstError !== null) print(`First error: ${rewardErrorText(result.firstError)}`);
  for (const line of judgeLines(result.judges ?? {})) print(line);
  if (result.agreement) print(`Agrees with people's labels on ${agreementText(result.agreement)}`);
  for (const note of result.notes) print(note);
  if (result.cases > 0) print(`${result.cases - result.failedCases.length} of ${plural(result.cases, "case")} passed`);
  for (const { line, expected, actual } of result.failedCases)
    print(`Case in line ${line}: expected ${expected}, got ${actual}`);
  return result.failedCases.length > 0 || (result.source === "rollouts" && result.errors > 0) ? 1 : 0;
}
