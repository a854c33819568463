/** Writes the files of a checkpoint with their checksums in a thread, while the model goes on learning. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import * as z from "zod";
import { writeDurably } from "../runs/atomic-file";
import { partsOf, type FileContent } from "../shared/file-content";
import { checksumFile, checksumLine } from "./checksums";

/** What the thread is given: files whose parts are its own. */
export interface ThreadWork {
  readonly folder: string;
  readonly files: Readonly<Record<string, readonly (string | Uint8Array)[]>>;
}

/** Writes files into a folder that is there. The checksums come last. */
export function writeCheckpoint({ folder, files }: ThreadWork): void {
  let sums = "";
  for (const [name, parts] of Object.entries(files)) {
    const path = join(folder, name);
    // Names may be of folders below.
    mkdirSync(dirname(path), { recursive: true });
    const hash = createHash("sha256");
    writeDurably(path, parts, (part) => hash.update(part));
    sums += checksumLine(name, hash.digest("hex"));
  }
  writeDurably(join(folder, checksumFile), sums);
}

/** What it says when it is done: what went wrong, with the system's code where there is one. */
export const threadReplySchema = z.object({ error: z.object({ message: z.string(), code: z.string() }).nullable() });
export type ThreadReply = z.infer<typeof threadReplySchema>;

/**
 * Takes the files as they are now and begins to write them in a thread of `threadFile`, which ends with them and gives the memory of the copy back. Resolves
 * once they are on the disk; rejects with what the system said.
 */
export function writeCheckpointAside(
  threadFile: string,
  folder: string,
  files: Readonly<Record<string, FileContent>>,
): Promise<void> {
  const transferList: ArrayBuffer[] = [];
  // Parts that are made as they are asked for are ours; bytes that somebody holds are not.
  const given = (part: string | Uint8Array, isOurs: boolean): string | Uint8Array => {
    if (typeof part === "string") return part;
    const { buffer } = part;
    const own = isOurs && buffer instanceof ArrayBuffer ? part : new Uint8Array(part);
    transferList.push(own.buffer as ArrayBuffer);
    return own;
  };
  const copied = Object.entries(files).map(
    ([name, content]) =>
      [name, Array.from(partsOf(content), (part) => given(part, !(content instanceof Uint8Array)))] as const,
  );
  const workerData: ThreadWork = { folder, files: Object.fromEntries(copied) };
  const options: WorkerOptions = { workerData, transferList };
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const thread = new Worker(threadFile, options);
  let reply: unknown = null;
  thread.once("message", (said: unknown) => (reply = said));
  thread.once("error", reject);
  // Not before: until then it holds the memory of the copy.
  thread.once("exit", (code) => {
    const said = threadReplySchema.safeParse(reply).data;
    if (!said) reject(new Error(`the thread that writes it ended with code ${code}`));
    else if (said.error === null) resolve(undefined);
    else reject(Object.assign(new Error(said.error.message), { code: said.error.code }));
  });
  return promise;
}
