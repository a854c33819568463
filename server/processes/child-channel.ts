/**
 * Starts processes that run what others wrote, and speaks to them over pipes of our own. Node's channel between processes is not for those: it ends
 * the parent at the first line that is no JSON, and at messages of its own kind that a child sends of itself.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { largeMessages, messageLine, messageLines, type MessageBounds } from "../shared/message-lines";
import { channelDescriptors } from "../shared/parent-channel";
import { sizeText } from "../shared/size-text";
import { handlingTime } from "./handling-time";

/** Bytes that a child may leave unread of what it was told, before it is told more. */
const mostUnread = 256_000_000;

export interface ChildChannel {
  readonly child: ChildProcess;
  readonly connected: boolean;
  /**
   * A process that has just ended cannot be told; its `close` says so. `taken` is called once the child has read it, or never will. Throws a RangeError where
   * the message is longer than a child takes.
   */
  send(message: object, taken?: () => void): void;
}

export interface ChannelHandlers {
  /** Parsed by nobody yet; `bytes`: of its line. */
  readonly message: (data: unknown, bytes: number) => void;
  /** It said something that is no message: `why` follows "a message". */
  readonly odd: (why: string) => void;
  /** It was killed for what it said or did not hear: `why` follows its name. */
  readonly killed: (why: string) => void;
  readonly printed: (chunk: Buffer, stream: "stdout" | "stderr") => void;
}

export interface ChildCommand {
  readonly execPath: string;
  /** Arguments of the runtime, and the script. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * Everything that a child says, printed or in messages, takes half of this process' time at most. One that says what has no end, or hears nothing for
 * long, is killed.
 */
export function startWithChannel(
  { execPath, args, env, cwd }: ChildCommand,
  bounds: MessageBounds,
  { message, odd, killed, printed }: ChannelHandlers,
): ChildChannel {
  const child = spawn(execPath, args, {
    env,
    cwd,
    windowsHide: true,
    // As `channelDescriptors` says.
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  const pipe = (descriptor: number): Socket | null => {
    const found = child.stdio[descriptor];
    return found instanceof Socket ? found : null;
  };
  const to = pipe(channelDescriptors.read);
  const from = pipe(channelDescriptors.write);
  let connected = child.pid !== undefined;
  const over = (): void => void (connected = false);
  for (const socket of [to, from]) for (const event of ["end", "close", "error"] as const) socket?.on(event, over);
  const kill = (why: string): void => {
    if (child.killed) return;
    killed(why);
    child.kill("SIGKILL");
  };
  const endless = (): void => kill(`said more than ${sizeText(bounds.bytes)} in one message`);
  const { hear } = handlingTime();
  if (from) hear(from, messageLines({ message, odd, endless }, bounds));
  if (child.stdout) hear(child.stdout, (chunk) => printed(chunk, "stdout"));
  if (child.stderr) hear(child.stderr, (chunk) => printed(chunk, "stderr"));
  return {
    child,
    get connected() {
      return connected;
    },
    send(data, taken) {
      const line = Buffer.from(messageLine(data));
      if (line.length > largeMessages.bytes) throw new RangeError(`it is longer than ${sizeText(largeMessages.bytes)}`);
      if (connected && to && to.writableLength > mostUnread)
        kill(`left more than ${sizeText(mostUnread)} unread of what it was told`);
      else if (connected && to) {
        to.write(line, () => taken?.());
        return;
      }
      taken?.();
    },
  };
}
