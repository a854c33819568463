/** A file off the network: resumed where it broke off, taken only when it has the hash that it must have. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Response } from "undici";
import { sizeText } from "../shared/size-text";
import { SetupError, UnavailableError } from "./setup-error";
import { writeError } from "./space";
import { reasonOf, shownUrl, type Web } from "./web";

export interface Download {
  readonly url: string;
  /** Where it goes. While it is not whole it is `<path>.part`. */
  readonly path: string;
  readonly sha256: string;
  /** Size of the whole file; null: not known. */
  readonly bytes: number | null;
}

export interface DownloadProgress {
  readonly downloading: (done: number, total: number | null) => void;
  readonly verifying: () => void;
}

/** Times in a row that a connection may break without having brought much. */
const mostFailures = 5;
/** Bytes that a minute brings at least: with less a connection counts as broken, and a try as failed. */
const leastAMinute = 16_000;
/** Most bytes of a file whose size nobody says; no wheel is as large. */
const mostUnsaid = 8_000_000_000;

/** How long things take, but for the network. */
export interface Timing {
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds. */
  readonly minute: number;
}

const realTiming: Timing = {
  pause: (milliseconds, abort) => wait(milliseconds, undefined, { signal: abort }),
  minute: 60_000,
};

/** SHA-256 of a file, in hexadecimal. */
export async function fileHash(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

const sizeOf = async (path: string): Promise<number> => (existsSync(path) ? (await stat(path)).size : 0);

/**
 * Downloads a file, or goes on where an earlier try has stopped. Throws SetupError when it cannot be had or has another hash; an abort
 * leaves what has arrived.
 */
export async function download(
  web: Web,
  { url, path, sha256, bytes }: Download,
  signal: AbortSignal,
  progress: DownloadProgress,
  timing: Timing = realTiming,
): Promise<void> {
  const part = `${path}.part`;
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw writeError(dirname(path), error);
  });
  if (existsSync(path)) {
    progress.verifying();
    if ((await fileHash(path, signal)) === sha256) return;
    await rm(path);
  }
  for (let resumed = existsSync(part); ; resumed = false) {
    await fetchAll(web, url, part, bytes, signal, progress, timing);
    progress.verifying();
    const found = await fileHash(part, signal);
    if (found === sha256) break;
    await rm(part);
    // What an earlier try has left may be of another file: once from the beginning, then it is the server's fault.
    if (resumed) continue;
    throw new SetupError(
      `What ${shownUrl(url)} serves is not the file that is expected: its SHA-256 is ${found} and must be ${sha256}. It was deleted. Try again; if it stays so, the package index or a proxy changes files.`,
    );
  }
  await rename(part, path);
}

async function fetchAll(
  web: Web,
  url: string,
  part: string,
  bytes: number | null,
  signal: AbortSignal,
  progress: DownloadProgress,
  timing: Timing,
): Promise<void> {
  for (let failures = 0; ;) {
    const before = await sizeOf(part);
    if (bytes !== null && before === bytes) return;
    if (bytes !== null && before > bytes) await rm(part);
    let problem: SetupError;
    try {
      if (await fetchRest(web, url, part, bytes, signal, progress, timing)) return;
      problem = new SetupError(`${shownUrl(url)} broke off before its end.`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FinalError) throw error.problem;
      problem =
        error instanceof SetupError
          ? error
          : new SetupError(`${shownUrl(url)} broke off: ${reasonOf(error)}.`, { cause: error });
    }
    const after = await sizeOf(part);
    failures = after - before >= leastAMinute ? 0 : failures + 1;
    if (failures >= mostFailures) {
      throw new UnavailableError(`${problem.message} ${after} bytes are kept: try again and it goes on from there.`, {
        cause: problem,
      });
    }
    await timing.pause(500 * 2 ** failures, signal);
  }
}

/** Trying again would not help. */
class FinalError extends Error {
  constructor(readonly problem: Error) {
    super(problem.message);
  }
}

const tooLong = (url: string, what: string, most: number): SetupError =>
  new SetupError(
    `What ${shownUrl(url)} serves is not the file that is expected, which has ${most} bytes at most: it ${what}. Try again; if it stays so, the package index or a proxy changes files.`,
  );

/** Appends what is missing. Returns whether the file is whole, as far as can be told. */
async function fetchRest(
  web: Web,
  url: string,
  part: string,
  bytes: number | null,
  signal: AbortSignal,
  progress: DownloadProgress,
  { minute }: Timing,
): Promise<boolean> {
  const have = await sizeOf(part);
  const range: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const slow = new AbortController();
  const response = await web.get(
    url,
    { ...range, "accept-encoding": "identity" },
    AbortSignal.any([signal, slow.signal]),
  );
  // The server has no more than that: the hash will tell.
  if (response.status === 416) return have > 0;
  if (!response.ok || !response.body) {
    const again = response.status >= 500 || response.status === 429 || response.status === 408;
    const problem = new SetupError(`${shownUrl(url)} answers ${response.status}.`);
    throw again ? problem : new FinalError(problem);
  }
  const start = startOf(response);
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  const announced = Number.isFinite(length) ? start + length : null;
  const total = bytes ?? announced;
  const most = bytes ?? mostUnsaid;
  if (announced !== null && announced > most) {
    await response.body.cancel();
    throw new FinalError(tooLong(url, `announces ${announced} bytes`, most));
  }
  const file = await open(part, start > 0 ? "a" : "w").catch((error: unknown) => {
    throw new FinalError(writeError(part, error));
  });
  let done = start;
  let before = start;
  const watch = setInterval(() => {
    if (done - before < leastAMinute) slow.abort(new Error(`it sends less than ${sizeText(leastAMinute)} a minute`));
    before = done;
  }, minute);
  try {
    if (start !== 0 && start !== have) throw new Error("the server sent another part than was asked for");
    for await (const chunk of response.body) {
      if (done + (chunk as Uint8Array).length > most) {
        // Leaving the loop closes the connection. What has come is of another file.
        await file.truncate();
        throw new FinalError(tooLong(url, "sends more", most));
      }
      await file.writeFile(chunk as Uint8Array).catch((error: unknown) => {
        throw new FinalError(writeError(part, error));
      });
      done += (chunk as Uint8Array).length;
      progress.downloading(done, total);
    }
    await file.sync();
  } finally {
    clearInterval(watch);
    await file.close();
  }
  return total === null || done >= total;
}

/** First byte of what an answer holds: a server may send the whole file though a part was asked for. */
function startOf(response: Response): number {
  if (response.status !== 206) return 0;
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "") ?? [];
  return Number(start ?? 0);
}
