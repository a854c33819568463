/** Processes of their own that do what a test says. */
import { fork, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./example-run";

const built = new Map<string, string>();

/** Starts a process of TypeScript that may import from `server/runs`; it is killed when the test ends. */
export function otherProcess(source: string, ...args: string[]): ChildProcess {
  const script = built.get(source) ?? join(temporaryFolder("process"), "process.cjs");
  if (!built.has(source)) {
    const { outputFiles } = buildSync({
      ...{ bundle: true, platform: "node", target: "node22", mainFields: ["module", "main"] },
      ...{ logLevel: "silent", write: false, external: ["esbuild"] },
      stdin: { contents: source, resolveDir: __dirname, loader: "ts" },
    });
    writeFileSync(script, outputFiles[0]!.contents);
    built.set(source, script);
  }
  const child = fork(script, args, { execArgv: ["--disable-warning=ExperimentalWarning"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** A process that has claimed a run, once it has. */
export async function otherClaim(folder: string): Promise<ChildProcess> {
  const child = otherProcess(
    `import { claimRun } from "./claim"; claimRun(process.argv[2]); process.send("claimed"); setInterval(() => undefined, 1e6);`,
    folder,
  );
  await new Promise((resolve) => child.once("message", resolve));
  return child;
}
