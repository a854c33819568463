/** Starts a process of which the worst is expected: with the rights and the memory that it needs, and an end when this process ends. */
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { MessageBounds } from "../shared/message-lines";
import { startWithChannel, type ChannelHandlers, type ChildChannel } from "./child-channel";
import { rewardEnvironment, type RewardRuntime } from "./runtime";
import { endWithUs } from "./watchdog";
import { UserError } from "../shared/user-error";

export interface Limits {
  /** Files and folders that it may read. */
  readonly readable: readonly string[];
  /** Megabytes of objects and texts. V8 holds this limit everywhere. */
  readonly heap: number;
  /** Megabytes beside them: buffers, and memories of WebAssembly. Held by the operating system, where it is Linux. */
  readonly buffers: number;
  /** Kilobytes of stack, where the system gives that much to a process that asks for it, and the flags of Node where not. Unset: what Node has by itself. */
  readonly stack?: { readonly kilobytes: number; readonly otherwise: readonly string[] };
  /** What it may say at once. */
  readonly messages: MessageBounds;
  /** Further flags of Node. */
  readonly flags?: readonly string[];
  /** Of the script. */
  readonly arguments?: readonly string[];
}

/** Megabytes for what V8 and the threads of Node take while they work. */
const slack = 128;

const shell = "/bin/sh";

/** Threads of Node whose stacks are as large as the system says that stacks are. */
const threads = 6;

/** Kilobytes of a stack that V8 leaves to the code beneath it. */
const stackReserve = 2000;

/**
 * Node by way of a shell that sets its own limits and then becomes it. Null where there is nothing to set, or no such shell: on Windows stacks are as
 * large as the program's file says.
 */
function capped({ execPath, dataKilobytes }: RewardRuntime, { heap, buffers, stack }: Limits): string[] | null {
  if (process.platform === "win32" || !existsSync(shell)) return null;
  const holdsMemory = process.platform === "linux" && dataKilobytes !== null;
  if (!holdsMemory && stack === undefined) return null;
  const most = holdsMemory ? dataKilobytes + (heap + buffers + slack) * 1024 : 0;
  const script = [
    // Stacks of threads are memory, too: as much more of it as they grow.
    'data=$0; stack=$1; node=$2; shift 2; usual=$(ulimit -s); [ "$usual" = unlimited ] && usual=8192; flag=$1; shift',
    `if [ "$stack" -gt 0 ] && ulimit -s "$stack" 2>/dev/null; then flag=--stack-size=$((stack - ${stackReserve})); data=$((data + ${threads} * (stack - usual))); fi`,
    ...(holdsMemory ? ['ulimit -d "$data" 2>/dev/null'] : []),
    'exec "$node" $flag "$@"',
  ];
  const otherwise = stack?.otherwise.join(" ") ?? "";
  return ["-c", script.join("\n"), String(most), String(stack?.kilobytes ?? 0), execPath, otherwise];
}

/** A flag of Node by which a file or folder may be read. Throws an Error for people. */
function readFlag(path: string): string {
  const real = realpathSync(path);
  // Node takes a star for any text, and has no way to write one.
  if (real.includes("*"))
    throw new UserError(
      `${real} has a * in its path: with leave to read it, limited code could read what lies beside it. Use a folder without (TMPDIR, or where Reasoning Lab is installed)`,
    );
  return `--allow-fs-read=${real}`;
}

/** `script`: a file of `dist/`, which speaks by `openParentChannel`. */
export function startLimited(
  script: string,
  runtime: RewardRuntime,
  limits: Limits,
  handlers: ChannelHandlers,
): ChildChannel {
  const cap = capped(runtime, limits);
  const args = [
    ...(runtime.restricted ? ["--permission", ...limits.readable.map(readFlag)] : []),
    ...runtime.flags,
    `--max-old-space-size=${limits.heap}`,
    "--disable-warning=SecurityWarning",
    ...(cap === null ? (limits.stack?.otherwise ?? []) : []),
    ...(limits.flags ?? []),
    script,
    ...(limits.arguments ?? []),
  ];
  const channel = startWithChannel(
    {
      ...(cap ? { execPath: shell, args: [...cap, ...args] } : { execPath: runtime.execPath, args }),
      env: rewardEnvironment(),
      cwd: realpathSync.native(dirname(script)),
    },
    limits.messages,
    handlers,
  );
  const { child } = channel;
  endWithUs(child, script);
  // It may hang: then it does not notice that nobody waits for it any more.
  const killWithUs = () => void child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("close", () => process.off("exit", killWithUs));
  return channel;
}
