/** Finds a runtime for reward processes: one with Node's permission model where there is one. */
import { spawn } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface RewardRuntime {
  readonly execPath: string;
  /** Whether reward code runs without access to files, processes, workers and addons. */
  readonly restricted: boolean;
  /** One sentence for people: which runtime it is and, where limits are off, what would turn them on. */
  readonly reason: string;
}

/** Environment of a reward process: empty but for what the runtime itself needs. */
export function rewardEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ELECTRON_RUN_AS_NODE: "1" };
  // Windows cannot start a process without it.
  if (process.env["SystemRoot"] !== undefined) environment["SystemRoot"] = process.env["SystemRoot"];
  return environment;
}

/** Says its version and whether a file that nobody allowed is out of reach. */
const probe = `process.stdout.write(process.versions.node + " " + (process.permission !== undefined && !process.permission.has("fs.read", process.execPath)))`;

/** Version of a Node that has the permission model, or null. */
function versionWithPermissions(execPath: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(execPath, ["--permission", "-e", probe], {
      env: rewardEnvironment(),
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", () => resolve(null));
    child.on("close", (code) => {
      const [version, works] = output.split(" ");
      resolve(code === 0 && works === "true" && version ? version : null);
    });
  });
}

function nodeOnPath(): string | null {
  const name = process.platform === "win32" ? "node.exe" : "node";
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (folder !== "" && statSync(path, { throwIfNoEntry: false })?.isFile()) return realpathSync(path);
  }
  return null;
}

const found = new Map<string, Promise<RewardRuntime>>();

async function find(nodePath: string): Promise<RewardRuntime> {
  const own = await versionWithPermissions(process.execPath);
  if (own !== null)
    return {
      execPath: process.execPath,
      restricted: true,
      reason: `Rewards run under the permission model of Node ${own}: no files, no processes. The network is not closed.`,
    };
  const others = [
    { path: nodePath === "" ? null : nodePath, from: "setting reasoningLab.nodePath" },
    { path: nodeOnPath(), from: "found on the PATH" },
  ];
  for (const { path, from } of others) {
    const version = path === null ? null : await versionWithPermissions(path);
    if (path !== null && version !== null)
      return {
        execPath: path,
        restricted: true,
        reason: `Rewards run under the permission model of Node ${version} (${from}): no files, no processes. The network is not closed.`,
      };
  }
  const tried =
    nodePath === "" ? "" : ` ${nodePath} (setting reasoningLab.nodePath) does not start or has none either.`;
  return {
    execPath: process.execPath,
    restricted: false,
    reason: `Limits for reward code are off: this runtime (Node ${process.versions.node}) has no permission model.${tried} Install Node 22.13 or later, or name one in the setting reasoningLab.nodePath.`,
  };
}

/** The runtime for reward processes: this process's own, else `nodePath` (empty: none), else a Node on the PATH, else its own without limits. */
export function findRewardRuntime(nodePath: string): Promise<RewardRuntime> {
  const known = found.get(nodePath) ?? find(nodePath);
  found.set(nodePath, known);
  return known;
}
