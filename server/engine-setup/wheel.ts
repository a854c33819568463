/** A wheel is a zip archive: chosen files of it are unpacked, one after the other, without holding one in memory. */
import { createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { SetupError } from "./setup-error";
import { writeError } from "./space";
import { messageOf } from "../shared/user-error";

export interface UnpackedFile {
  /** Path within the folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

const isFile = (entry: Entry): boolean => !entry.fileName.endsWith("/");

async function withEntries<T>(
  wheel: string,
  wanted: (name: string) => boolean,
  work: (zip: ZipFile, entries: readonly Entry[]) => Promise<T>,
): Promise<T> {
  const zip = await openPromise(wheel, { autoClose: false, lazyEntries: true }).catch((error: unknown) => {
    throw new SetupError(`${wheel} is no zip archive: ${messageOf(error)}.`);
  });
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (isFile(entry) && wanted(entry.fileName)) entries.push(entry);
    return await work(zip, entries);
  } finally {
    zip.close();
  }
}

/** Bytes that the chosen files will take. */
export const unpackedBytes = (wheel: string, wanted: (name: string) => boolean): Promise<number> =>
  withEntries(wheel, wanted, (_, entries) =>
    Promise.resolve(entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)),
  );

/** Unpacks the chosen files below a folder, with their paths; what is there already is replaced. The archive's names cannot lead out of it. */
export function unpack(
  wheel: string,
  folder: string,
  wanted: (name: string) => boolean,
  signal: AbortSignal,
  progress: (done: number, total: number) => void,
): Promise<readonly UnpackedFile[]> {
  return withEntries(wheel, wanted, async (zip, entries) => {
    const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    let done = 0;
    const count = (chunk: Buffer): Buffer => {
      done += chunk.length;
      progress(done, total);
      return chunk;
    };
    for (const entry of entries) {
      const path = join(folder, ...entry.fileName.split("/"));
      const counted = new Transform({ transform: (chunk: Buffer, _, next) => next(null, count(chunk)) });
      try {
        await mkdir(dirname(path), { recursive: true });
        await pipeline(await zip.openReadStreamPromise(entry), counted, createWriteStream(path), { signal });
        // Programs stay programs: the upper half of the attributes is the mode of the file.
        if ((entry.externalFileAttributes >>> 16) & 0o100) await chmod(path, 0o755);
      } catch (error) {
        signal.throwIfAborted();
        throw writeError(path, error);
      }
    }
    return entries.map(({ fileName, uncompressedSize }) => ({ path: fileName, bytes: uncompressedSize }));
  });
}
