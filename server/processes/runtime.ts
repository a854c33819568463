/** Finds a runtime for reward processes: one with Node's permission model where there is one. */
import { spawn } from "node:child_process";
import { realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import * as z from "zod";
import { doorFlags, internalsModule } from "../rewards/native-doors";
import { ownTime } from "../shared/running-time";
import { UserError } from "../shared/user-error";

export interface RewardRuntime {
  readonly execPath: string;
  /** Whether reward code runs without access to files, processes, workers and addons. */
  readonly restricted: boolean;
  /** Flags that close more, of those that this version knows. */
  readonly flags: readonly string[];
  /** Kilobytes of memory that it asks the system for before it does anything; null where that is not known. */
  readonly dataKilobytes: number | null;
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

/** Says what it can: JSON on one line. */
const probe = `
const { readFileSync } = require("node:fs");
let data = null;
try { data = Number(/VmData:\\s*(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]); } catch {}
process.stdout.write(JSON.stringify({
  version: process.versions.node,
  limits: process.permission !== undefined && !process.permission.has("fs.read", process.execPath),
  hooks: typeof require("node:module").registerHooks === "function",
  internals: typeof process.getBuiltinModule?.(${JSON.stringify(internalsModule)})?.internalBinding === "function",
  data,
}));`;

const probedSchema = z.object({
  version: z.string(),
  /** Whether a file that nobody allowed is out of reach. */
  limits: z.boolean(),
  /** Whether imports can be refused while code runs. */
  hooks: z.boolean(),
  /** Whether its native code can be reached, which rewards are cut off from. */
  internals: z.boolean(),
  data: z.number().nullable(),
});

/** Milliseconds in which a runtime says what it is. */
const probeLimit = 10_000;

/** Flags that only some versions know. */
const optionalFlags = ["--disable-sigusr1"];

/** Flags for processes of ours that run on this process' runtime, from their first moment on. */
export const closedToDebuggers: readonly string[] = optionalFlags.filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

function tried(execPath: string, flags: readonly string[]): Promise<z.infer<typeof probedSchema> | null> {
  return new Promise((resolve) => {
    const child = spawn(
      execPath,
      ["--permission", "--allow-fs-read=/proc/self/status", ...doorFlags, ...flags, "-e", probe],
      {
        env: rewardEnvironment(),
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const takeBack = ownTime.after(probeLimit, () => child.kill("SIGKILL"));
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", () => {
      takeBack();
      resolve(null);
    });
    child.on("close", (code) => {
      takeBack();
      try {
        resolve(code === 0 ? probedSchema.parse(JSON.parse(output)) : null);
      } catch {
        resolve(null);
      }
    });
  });
}

type Restricted = Pick<RewardRuntime, "execPath" | "flags" | "dataKilobytes"> & { readonly version: string };

/** A Node that has the permission model, can refuse imports and be cut off from its native code; null: it has not, or cannot. */
async function restrictedNode(execPath: string, needed: readonly string[] = []): Promise<Restricted | null> {
  for (const optional of [optionalFlags, []]) {
    const flags = [...optional, ...needed];
    const found = await tried(execPath, flags);
    if (found?.limits && found.hooks && found.internals)
      return { execPath, flags, version: found.version, dataKilobytes: found.data };
  }
  return null;
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

const held = "no files, no processes, no network but fetch to the hosts that a recipe names.";

const candidates = (nodePath: string) => [
  { path: process.execPath, from: "" },
  { path: nodePath === "" ? null : nodePath, from: " (setting reasoningLab.nodePath)" },
  { path: nodeOnPath(), from: " (found on the PATH)" },
];

async function find(nodePath: string): Promise<RewardRuntime> {
  for (const { path, from } of candidates(nodePath)) {
    const node = path === null ? null : await restrictedNode(path);
    if (node === null) continue;
    const { version, ...runtime } = node;
    const reason = `Rewards run under the permission model of Node ${version}${from}: ${held}`;
    return { ...runtime, restricted: true, reason };
  }
  const own = nodePath === "" ? "" : ` ${nodePath} (setting reasoningLab.nodePath) does not start, or has none either.`;
  return {
    execPath: process.execPath,
    restricted: false,
    flags: [],
    dataKilobytes: null,
    reason: `Rewards run without limits: this runtime (Node ${process.versions.node}) has no permission model.${own} Install Node 22.15 or later, or name one in the setting reasoningLab.nodePath.`,
  };
}

/** The runtime for reward processes: this process's own, else `nodePath` (empty: none), else a Node on the PATH, else its own without limits. */
export function findRewardRuntime(nodePath: string): Promise<RewardRuntime> {
  const known = found.get(nodePath) ?? find(nodePath);
  found.set(nodePath, known);
  return known;
}

/** Flag by which a process may be looked into although it has no other rights. */
const inspectorFlag = "--allow-inspector";

const inspectable = new Map<string, Promise<RewardRuntime | null>>();

async function inspectableNode(nodePath: string): Promise<RewardRuntime | null> {
  for (const { path } of candidates(nodePath)) {
    const node = path === null ? null : await restrictedNode(path, [inspectorFlag]);
    if (node === null) continue;
    const { version, ...runtime } = node;
    return { ...runtime, restricted: true, reason: `Node ${version} can be looked into under its limits.` };
  }
  return null;
}

/**
 * A runtime in which a reward can be debugged, and counted what runs of it, under the limits that it has in training. Throws a UserError where rewards have
 * limits and no runtime has both.
 */
export async function findInspectableRuntime(nodePath: string): Promise<RewardRuntime> {
  const known = inspectable.get(nodePath) ?? inspectableNode(nodePath);
  inspectable.set(nodePath, known);
  const found = (await known) ?? (await findRewardRuntime(nodePath));
  if (!found.restricted || found.flags.includes(inspectorFlag)) return found;
  throw new UserError(
    `To debug a reward, or count what runs of it, under the limits that it has in training takes Node 24.12 or later; this is Node ${process.versions.node}. Install a newer one, or name it in the setting reasoningLab.nodePath.`,
  );
}
