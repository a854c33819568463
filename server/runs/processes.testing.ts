/** Processes of their own that do what a test says. */
import { fork, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./example-run";

const built = new Map<string, string>();

function started(source: string, args: readonly string[], detached: boolean): ChildProcess {
  const script = built.get(source) ?? join(temporaryFolder("process"), "process.cjs");
  if (!built.has(source)) {
    const { outputFiles } = buildSync({
      bundle: true,
      platform: "node",
      target: "node22",
      mainFields: ["module", "main"],
      logLevel: "silent",
      write: false,
      external: ["esbuild"],
      stdin: { contents: source, resolveDir: __dirname, loader: "ts" },
    });
    writeFileSync(script, outputFiles[0]!.contents);
    built.set(source, script);
  }
  const child = fork(script, args, { execArgv: ["--disable-warning=ExperimentalWarning"], detached });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Starts a process of TypeScript that may import from `server/runs`; it is killed when the test ends. */
export const otherProcess = (source: string, ...args: string[]): ChildProcess => started(source, args, false);

/** The same as the first of a group of processes, as a terminal's job is: signals to `-pid` reach those that it starts, too. */
export const otherGroup = (source: string, ...args: string[]): ChildProcess => started(source, args, true);

/** A process that has claimed a run, once it has. */
export async function otherClaim(folder: string): Promise<ChildProcess> {
  const child = otherProcess(
    `import { claimRun } from "./claim"; claimRun(process.argv[2]); process.send("claimed"); setInterval(() => undefined, 1e6);`,
    folder,
  );
  await new Promise((resolve) => child.once("message", resolve));
  return child;
}
